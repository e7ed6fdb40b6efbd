#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "workflow/plain_review.hpp"

namespace dbw::tool {

/// What `check` and `fix` have in common: which files, and how they are reviewed.
struct PlainArguments {
  std::vector<std::string> files;
  std::string engine;
  std::string server_version;
  std::string environment;
  bool in_transaction = false;
  bool step_lines = false;
  std::string tool;
  std::string fail_on;
  std::string since;
  std::string schema;
  std::string config;
  bool no_config = false;

  std::vector<cli::Option> options();
  /// Throws Error{bad_usage}.
  workflow::PlainOptions plain_options(const cli::Context& context) const;
};

}  // namespace dbw::tool
