#include "workflow/migrations.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/version_order.hpp"
#include "crypto/hash.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view k_extension = ".sql";

Error bad_file(const fs::path& path, std::string_view what) {
  return Error(ErrorCode::migration_file, fmt::format("{}: {}", printable(path.string()), what));
}

/// "V1_2__add_orders": version and name; empty where it is none of Flyway's.
std::optional<std::pair<std::string, std::string>> flyway_name(std::string_view stem) {
  if (stem.empty() || (stem[0] != 'V' && stem[0] != 'U')) return std::nullopt;
  const auto split = stem.find("__");
  if (split == std::string_view::npos || !is_version(stem.substr(1, split - 1))) return std::nullopt;
  std::string version(stem.substr(1, split - 1));
  std::replace(version.begin(), version.end(), '_', '.');
  return std::pair{version, std::string(stem.substr(split + 2))};
}

std::optional<std::pair<std::string, std::string>> dbmate_name(std::string_view stem) {
  const auto split = stem.find('_');
  if (!is_version(stem.substr(0, split))) return std::nullopt;
  return std::pair{std::string(stem.substr(0, split)),
                   std::string(split == std::string_view::npos ? std::string_view() : stem.substr(split + 1))};
}

/// "-- migrate:up transaction:false" -> "up transaction:false"; nullopt for other lines.
std::optional<std::string> marker_of(std::string_view line) {
  constexpr std::string_view k_marker = "migrate:";
  std::string_view rest = trim(line);
  if (!rest.starts_with("--")) return std::nullopt;
  rest = trim(rest.substr(2));
  if (!rest.starts_with(k_marker)) return std::nullopt;
  return std::string(trim(rest.substr(k_marker.size())));
}

bool is_section(std::string_view marker, std::string_view name) {
  return marker == name || marker.starts_with(std::string(name) + " ");
}

void read_dbmate(MigrationFile& file, std::string_view text) {
  enum class Section { none, up, down } section = Section::none;
  std::string up, down;
  bool has_up = false, has_down = false;
  for (const std::string_view line : split_lines(text)) {
    if (const auto marker = marker_of(line)) {
      const bool is_up = is_section(*marker, "up");
      if (!is_up && !is_section(*marker, "down"))
        throw bad_file(file.path, "a line `-- migrate:` that says neither up nor down");
      if (is_up ? has_up : has_down) throw bad_file(file.path, "has a section twice");
      (is_up ? has_up : has_down) = true;
      section = is_up ? Section::up : Section::down;
      if (is_up && marker->find("transaction:false") != std::string::npos) file.transactional = false;
      continue;
    }
    if (section == Section::none && !trim(line).empty() && !trim(line).starts_with("--"))
      throw bad_file(file.path, "has SQL before `-- migrate:up`");
    if (section == Section::up) up.append(line) += '\n';
    if (section == Section::down) down.append(line) += '\n';
  }
  if (!has_up) throw bad_file(file.path, "has no line `-- migrate:up`");
  file.up = up;
  if (!trim(down).empty()) file.down = down;
}

/// Flyway's undo files by version.
using Undos = std::map<std::string, std::string>;

std::optional<MigrationFile> read_one(const fs::path& path, Undos& undos) {
  const std::string stem = path.stem().string();
  const std::string text = read_file(path, k_sql_bytes_max);
  MigrationFile file;
  file.path = path;
  if (const auto flyway = flyway_name(stem)) {
    if (stem[0] == 'U') {
      undos[flyway->first] = text;
      return std::nullopt;
    }
    std::tie(file.version, file.name) = *flyway;
    file.up = text;
  } else if (const auto dbmate = dbmate_name(stem)) {
    std::tie(file.version, file.name) = *dbmate;
    read_dbmate(file, text);
  } else {
    throw bad_file(path, "its name is neither <version>_<name>.sql nor V<version>__<name>.sql");
  }
  if (trim(file.up).empty()) throw bad_file(path, "holds no SQL");
  file.checksum = crypto::sha256(file.up);
  return file;
}

}  // namespace

std::vector<MigrationFile> read_migrations(const fs::path& folder) {
  std::vector<MigrationFile> out;
  Undos undos;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != k_extension) continue;
    if (auto file = read_one(entry.path(), undos)) out.push_back(std::move(*file));
  }
  if (error) throw Error(ErrorCode::migration_file, fmt::format("{}: {}", printable(folder.string()), error.message()));
  std::sort(out.begin(), out.end(), [](const MigrationFile& a, const MigrationFile& b) {
    return compare_versions(a.version, b.version) == std::strong_ordering::less;
  });
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (compare_versions(out[i - 1].version, out[i].version) == 0)
      throw bad_file(out[i].path, fmt::format("has the version of {}", printable(out[i - 1].path.filename().string())));
  }
  for (MigrationFile& file : out) {
    const auto undo = undos.find(file.version);
    if (undo != undos.end()) file.down = undo->second;
  }
  return out;
}

fs::path new_migration(const fs::path& folder, std::string_view name, Timestamp now) {
  const std::string time = now.text();
  std::string version;
  std::copy_if(time.begin(), time.end(), std::back_inserter(version), [](char c) { return c >= '0' && c <= '9'; });
  std::string safe;
  for (const char c : to_lower(name)) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (good)
      safe += c;
    else if (!safe.empty() && safe.back() != '_')
      safe += '_';
  }
  if (safe.empty()) throw Error(ErrorCode::migration_file, "a migration's name needs a letter or digit");
  make_folders(folder, 0755);
  const std::vector<MigrationFile> known = read_migrations(folder);
  if (!known.empty() && compare_versions(known.back().version, version) >= 0)
    throw bad_file(known.back().path, fmt::format("is as new as {} or newer", version));
  const fs::path path = folder / fmt::format("{}_{}.sql", version, safe);
  write_file_atomic(path, "-- migrate:up\n\n\n-- migrate:down\n\n", 0644);
  return path;
}

std::optional<db::MigrationClaim> migration_claim(const model::Request& request) {
  if (!request.migration) return std::nullopt;
  return db::MigrationClaim{request.migration->version, request.migration->name,
                            request.steps.front().sql.sha256.text(), request.migration->after};
}

}  // namespace dbw::workflow
