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

/// Of a name with its schema: sqlparse's, or the snapshot's.
struct QualifiedNameHash {
  template <typename Name>
  std::size_t operator()(const Name& name) const {
    const std::size_t bare = NameHash()(name.name);
    return name.schema.empty() ? bare : bare ^ (NameHash()(name.schema) << 1);
  }
};

/// What is known by names that are asked for too often for a tree. Each statement may add a few at most: whoever
/// chooses the names of a hash table can make a large one slow.
template <typename T>
using NameMap = std::unordered_map<std::string, T, NameHash, std::equal_to<>>;
template <typename Name, typename T>
using QualifiedNameMap = std::unordered_map<Name, T, QualifiedNameHash>;

}  // namespace dbw::review
