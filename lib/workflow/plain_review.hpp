#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/findings.hpp"
#include "review/config.hpp"

namespace dbw::workflow {

/// A review of SQL files outside change repositories. What is said here goes before dbw-review.yaml.
struct PlainOptions {
  std::vector<std::string> paths;      ///< files, folders, "-"
  std::filesystem::path folder = ".";  ///< where the configuration and the Git working tree are looked for
  std::optional<std::string> config;   ///< instead of looking for dbw-review.yaml
  bool no_config = false;              ///< look for none
  review::FileSettings settings;
  std::string environment;
  std::optional<model::Severity> fail_on;
  std::string
      schema;  ///< a file of dbw-exec snapshot; its engine, version and environment hold where nobody says others
  std::string since;  ///< a Git revision: only files that changed since the merge base with it
};

struct PlainReview {
  model::Review review;
  report::SqlFiles files;
  model::Severity fail_on = model::Severity::error;
  std::vector<std::string> notes;  ///< what was assumed and left out, a line each

  /// There is a finding of `fail_on` or worse that is not waived.
  bool fails() const;
};

/// What is reviewed, before it is.
struct PlainInputs {
  std::vector<review::ReviewInput> inputs;  ///< a change for each engine and server version
  report::SqlFiles files;
  model::Severity fail_on = model::Severity::error;
  std::vector<std::string> notes;
};
/// Throws as review_plain.
PlainInputs load_plain(const PlainOptions& options, Timestamp now);

/// Files are one change in their order; files of several engines or server versions are reviewed apart. Throws as the
/// functions of plain_files.hpp, and for files that cannot be read.
PlainReview review_plain(const PlainOptions& options, Timestamp now);
/// Where a change can change the review: for base/folder_watch.hpp.
std::vector<std::filesystem::path> folders_to_watch(const PlainOptions& options);

}  // namespace dbw::workflow
