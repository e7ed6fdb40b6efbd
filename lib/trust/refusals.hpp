#pragma once

#include <vector>

#include "base/error.hpp"

namespace dbw::trust {

/// One Error of all of `reasons` (not empty): the first one's code, every message. `notes` are appended as what else
/// was seen.
[[noreturn]] void throw_refusals(const std::vector<Refusal>& reasons, const std::vector<Refusal>& notes = {});

}  // namespace dbw::trust
