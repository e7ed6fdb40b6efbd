#include "base/version_order.hpp"

#include <algorithm>

namespace dbw {
namespace {

constexpr std::size_t k_version_bytes_max = 64;
constexpr std::string_view k_separators = "._";

/// Takes the next number, without leading zeros, off the front.
std::string_view take_number(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_of(k_separators), text.size());
  std::string_view number = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

}  // namespace

bool is_version(std::string_view text) {
  if (text.empty() || text.size() > k_version_bytes_max) return false;
  bool digit_before = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (!digit_before || k_separators.find(c) == std::string_view::npos)) return false;
    digit_before = digit;
  }
  return digit_before;
}

std::strong_ordering compare_versions(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const std::string_view left = take_number(a), right = take_number(b);
    if (left.size() != right.size()) return left.size() <=> right.size();
    if (left != right) return left < right ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return std::strong_ordering::equal;
}

}  // namespace dbw
