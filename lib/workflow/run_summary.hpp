#pragma once

#include <string>
#include <vector>

#include "workflow/executor.hpp"

namespace dbw::workflow {

/// A run as a page of Markdown, for a CI job's summary: what became of each step, and why.
std::string run_summary(const std::vector<StepOutcome>& outcomes);

}  // namespace dbw::workflow
