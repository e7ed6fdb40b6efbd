#pragma once

#include <vector>

#include "model/verdict.hpp"

namespace dbw::review {

/// One review of several that used the same rules and severities, each for files of its own (files of several engines
/// are reviewed apart). The risk is the highest. `parts` may be empty: nothing was reviewed, nothing is known.
model::Review combine(std::vector<model::Review> parts);

}  // namespace dbw::review
