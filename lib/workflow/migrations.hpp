#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "db/ledger.hpp"
#include "model/request.hpp"

namespace dbw::workflow {

/// One migration as a folder of files has it.
struct MigrationFile {
  std::string version, name;
  std::filesystem::path path;
  std::string up;
  std::optional<std::string> down;
  bool transactional = true;
  Digest checksum;  ///< SHA-256 of `up`
};

/// The migrations of a folder, oldest first. Files are dbmate's (`<version>_<name>.sql` with lines `-- migrate:up
/// [transaction:false]` and `-- migrate:down`) or Flyway's (`V<version>__<name>.sql`, undone by `U<version>__...`);
/// other files that end with .sql, one version twice and a dbmate file without `-- migrate:up` throw
/// Error{migration_file}.
std::vector<MigrationFile> read_migrations(const std::filesystem::path& folder);

/// Writes `<version>_<name>.sql` with empty sections, the version being the time, and returns its path. Throws
/// Error{migration_file} where the folder has that version or a newer one.
std::filesystem::path new_migration(const std::filesystem::path& folder, std::string_view name, Timestamp now);

/// What the ledger has to know of a request of kind migration; nullopt for others.
std::optional<db::MigrationClaim> migration_claim(const model::Request& request);

}  // namespace dbw::workflow
