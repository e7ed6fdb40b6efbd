#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "review/migration_tool.hpp"
#include "review/review.hpp"

namespace dbw::review {

/// How the files are run; what is absent is not said.
struct FileSettings {
  std::optional<Engine> engine;
  std::optional<std::string> server_version;
  std::optional<bool> in_transaction;
  std::optional<bool> step_lines;  ///< the first line of a file says how it runs (model/step_line.hpp)
  std::optional<MigrationTool> tool;
};

/// dbw-review.yaml (docs/format/review-config.md): how plain files are reviewed. Change repositories do not read it;
/// there the policy decides.
struct Config {
  struct Path {
    std::vector<std::string> files;  ///< patterns (base/glob.hpp), relative to the configuration's folder
    FileSettings settings;
  };
  FileSettings settings;
  std::string environment;
  bool allow_comments = false;  ///< a comment in order waives what it names
  std::optional<model::Severity> fail_on;
  Severities severities;
  std::vector<std::string> ignore;  ///< patterns
  std::vector<Path> paths;

  /// `path` is relative to the configuration's folder; no pattern matches an empty one.
  bool ignores(std::string_view path) const;
  /// Of each setting the first entry of `paths` that matches and has it, else the file's own.
  FileSettings settings_of(std::string_view path) const;
};

/// Throws Error with a 01xx code, rule_unknown or severity_unknown, and the position.
Config parse_config(std::string_view bytes, std::string_view source);
/// "15", "15.4", "3.40.1": what is not a version would silently be read as the default one.
bool is_server_version(std::string_view text);

}  // namespace dbw::review
