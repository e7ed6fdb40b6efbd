#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dbw::review {

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
};

/// What is known by names that are asked for too often for a tree. Each statement may add a few at most: whoever
/// chooses the names of a hash table can make a large one slow.
template <typename T>
using NameMap = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;

}  // namespace dbw::review
