#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "db/ledger.hpp"

/// Which migrations a database has: a migration is applied when the claim that carries it is done, which is one
/// transaction with its SQL.
namespace dbw::db {

/// What stands before a run's id where a person settled its migration.
inline constexpr std::string_view k_settled_applied = "settled:";
inline constexpr std::string_view k_settled_undone = "undone:";

struct AppliedMigration {
  std::string version, name;
  std::string checksum;  ///< "sha256:..."; of an imported one "" where the table that it came from had none
  std::string run;       ///< empty: imported; behind k_settled_applied: a person settled it
  ClaimState state = ClaimState::done;
  std::string request;  ///< empty: imported
  std::string at;       ///< of its end, or of the import; empty while it runs
};

/// Every migration that is applied, running, or stopped half-way and not resumed; by version.
std::vector<AppliedMigration> migrations(Session& guard);

/// Why `claim` (with its migration, or a resume of one) may not be next; nullopt: it is. Codes migration_...
std::optional<Refusal> migration_problem(const std::vector<AppliedMigration>& known, const MigrationClaim& next,
                                         std::string_view resumes);

/// Throws Error{migration_applied} where any of them is known already.
void require_importable(const std::vector<AppliedMigration>& known, const std::vector<AppliedMigration>& imported);
/// Takes migrations over from another tool's table of the same database. All or nothing; throws as
/// require_importable().
void import_migrations(Session& guard, const std::vector<AppliedMigration>& imported, Timestamp at);

/// The migration of that version, which stopped half-way. Throws Error{migration_unsettled} where it can still settle
/// by itself, and Error{migration_nothing_to_settle} where there is none of that version, or it is applied.
AppliedMigration require_stopped(const std::vector<AppliedMigration>& known, std::string_view version);
/// A person looked, and says that a migration which stopped half-way is applied, or that nothing of it is left: then
/// its version may come again. Its run can never be resumed. Throws as require_stopped().
void settle_migration(Session& guard, std::string_view version, bool applied, Timestamp at);

/// What another tool wrote of the migrations that it applied, in the order of versions.
enum class MigrationTable {
  dbmate,  ///< schema_migrations(version)
  flyway   ///< flyway_schema_history(version, description, success)
};
/// Read by `change`, which can see the application's tables. Throws Error{migration_table} where there is none, or it
/// holds what cannot be taken over (a failed or repeatable migration).
std::vector<AppliedMigration> read_migration_table(Session& change, MigrationTable table);

}  // namespace dbw::db
