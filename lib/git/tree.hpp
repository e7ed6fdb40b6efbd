#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "git/repository.hpp"

/// Private to lib/git: raw tree objects and the names in them. Pure; no libgit2.
namespace dbw::git {

/// A whole tree object; the largest real ones (100,000 entries in a flat folder) have 4 MB.
inline constexpr std::size_t k_tree_bytes_max = 32 * 1024 * 1024;

/// An entry with its mode as written, so that rewriting a tree keeps the entries it does not change.
struct RawEntry {
  std::string mode;
  TreeEntry entry;
};

/// Throws Error{git_bad_object} for anything but strictly ascending, well-formed entries of the five known kinds.
std::vector<RawEntry> parse_tree(std::string_view raw);
/// Sorts as Git does.
std::string emit_tree(std::vector<RawEntry> entries);
RawEntry make_entry(std::string name, EntryKind kind, ObjectId id);

/// Components of a path, none of them empty, ".", ".." or a form of ".git"; throws Error{git_bad_path}.
std::vector<std::string> split_path(std::string_view path);
/// As split_path, and every component is one that dbw writes: `[A-Za-z0-9][A-Za-z0-9._-]*`, first also ".dbw".
std::vector<std::string> split_own_path(std::string_view path);
/// Equal for names that a case-insensitive file system takes for the same.
std::string fold_name(std::string_view name);
std::string_view name_of(EntryKind kind);
/// 40 lower-case hex digits.
bool is_object_id(std::string_view text);

}  // namespace dbw::git
