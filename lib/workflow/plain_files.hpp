#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "review/config.hpp"

namespace dbw::workflow {

/// A file of a review outside change repositories.
struct PlainFile {
  std::string name;            ///< as reports show it: as it was given, or below the folder that was given
  std::filesystem::path path;  ///< absolute, without "." and ".."; empty: standard input
  bool found = false;          ///< in a folder, not named itself
  std::string rollback = {};   ///< name of the file that undoes it; empty: none
};

/// What `paths` name, in that order: files, "-" for standard input, and of folders every *.sql below them, sorted by
/// path. Hidden folders and symbolic links below a folder are left out; `links` gets those with SQL names. Throws
/// Error{bad_usage} for a file that comes twice and for a folder without SQL, Error{file_unreadable}; a file that does
/// not exist shows when it is read.
std::vector<PlainFile> find_plain_files(const std::vector<std::string>& paths, std::vector<std::string>& links);

/// Takes x.down.sql out of the list where x.up.sql or x.sql is in it too, whose rollback it is then. Returns how many.
std::size_t pair_rollbacks(std::vector<PlainFile>& files, const std::function<bool(const PlainFile&)>& wanted);

/// The folders in which a change can change what find_plain_files finds: those that hold named files, and named ones
/// with all that is looked into below them.
std::vector<std::filesystem::path> folders_of(const std::vector<std::string>& paths);

/// dbw-review.yaml, and where it stands.
struct PlainConfig {
  review::Config config;
  std::filesystem::path file;  ///< empty: there is none
  /// A file's path as the patterns see it; empty for standard input and files outside the configuration's folder, which
  /// no pattern matches.
  std::string pattern_path(const PlainFile& file) const;
};
/// `named`, else the nearest dbw-review.yaml from `folder` up to the root of its Git working tree; outside Git that of
/// `folder` alone, so that nobody's file in a shared parent folder takes part. Absolute; empty: there is none. Throws
/// Error{bad_usage} where one is found in a change repository, whose policy decides.
std::filesystem::path find_plain_config(const std::filesystem::path& folder, const std::optional<std::string>& named);
/// Reads what find_plain_config finds. Throws as parse_config, and Error{file_missing} for `named`.
PlainConfig load_plain_config(const std::filesystem::path& folder, const std::optional<std::string>& named);

/// Drops files that, with their rollbacks, the branch at `folder` did not change since its merge base with `revision`.
/// Returns the names of untracked files found in folders, which are dropped too. Throws Error{bad_usage} for a named
/// file that is untracked or outside the working tree, and as git::Checkout does.
std::vector<std::string> keep_changed(std::vector<PlainFile>& files, const std::filesystem::path& folder,
                                      const std::string& revision);

}  // namespace dbw::workflow
