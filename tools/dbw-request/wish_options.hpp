#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {

/// The options that describe a request, shared by new, update and check.
struct WishOptions {
  std::string database, environment, title, reason, ticket, kind, mode, id, expires_in, rollback, rows,
      statement_timeout, lock_timeout, format, transaction, supersedes, batch;
  std::vector<std::string> authors, files, results_to, members;
  std::int64_t lock_retries = -1;  ///< not given

  std::vector<cli::Option> options();
  cli::Positional positional();

  /// A wish from nothing; asks on a terminal for what is missing where `complete`.
  workflow::RequestWish wish(const cli::Context& context, bool complete);
  /// Lays the given options over an existing wish.
  void apply(workflow::RequestWish& wish) const;

 private:
  std::vector<workflow::StepWish> steps() const;
  void apply_step(workflow::StepWish& step) const;
};

}  // namespace dbw::tool
