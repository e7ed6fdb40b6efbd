#pragma once

#include "cli/command.hpp"
#include "workflow/plain_review.hpp"

namespace dbw::tool {

/// Prints the review, and again whenever a save has changed it, until the process is interrupted. What cannot be read
/// now, in the middle of an edit, is shown as an error and read again after the next save.
ExitStatus watch(const workflow::PlainOptions& options, const cli::Context& context);

}  // namespace dbw::tool
