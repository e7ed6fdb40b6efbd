#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbw::cli {

/// The candidate that `typed` was probably meant to be (optimal string alignment distance of at most a third of its
/// length), or "".
std::string closest(std::string_view typed, const std::vector<std::string>& candidates);

}  // namespace dbw::cli
