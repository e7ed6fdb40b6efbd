#include "base/glob.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dbw {
namespace {

/// After a mismatch the last star takes one more item; an earlier star never needs to, so this does not branch.
template <typename Pattern, typename Items, typename IsStar, typename Same>
bool matches(const Pattern& pattern, const Items& items, IsStar is_star, Same same) {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t p = 0, i = 0, star = none, taken = 0;
  while (i < items.size()) {
    if (p < pattern.size() && is_star(pattern[p])) {
      star = p++;
      taken = i;
    } else if (p < pattern.size() && same(pattern[p], items[i])) {
      ++p;
      ++i;
    } else if (star != none) {
      p = star + 1;
      i = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && is_star(pattern[p])) ++p;
  return p == pattern.size();
}

bool component_matches(std::string_view pattern, std::string_view component) {
  return matches(
      pattern, component, [](char c) { return c == '*'; }, [](char a, char b) { return a == b; });
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view path) {
  return matches(
      split(pattern, '/'), split(path, '/'), [](std::string_view part) { return part == "**"; }, component_matches);
}

bool is_glob(std::string_view pattern) {
  if (pattern.find_first_of("?[]{}\\!") != std::string_view::npos) return false;
  const std::vector<std::string> parts = split(pattern, '/');
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    const bool doubled = part.find("**") != std::string::npos;
    return !part.empty() && part != "." && part != ".." && (!doubled || part == "**");
  });
}

}  // namespace dbw
