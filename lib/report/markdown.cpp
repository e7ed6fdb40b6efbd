#include "report/markdown.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace dbw::report {
namespace {

/// Character references for everything that Markdown, HTML or a forge gives a meaning to; "://" would become a link by
/// itself.
std::string_view reference_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '@':
      return "&#64;";
    case '#':
      return "&#35;";
    case '!':
      return "&#33;";
    case '*':
      return "&#42;";
    case '_':
      return "&#95;";
    case '`':
      return "&#96;";
    case '~':
      return "&#126;";
    case '$':
      return "&#36;";
    case '%':
      return "&#37;";
    case '[':
      return "&#91;";
    case ']':
      return "&#93;";
    case '|':
      return "&#124;";
    case '\\':
      return "&#92;";
    case ':':
      return "&#58;";
    default:
      return {};
  }
}

}  // namespace

std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    const std::string_view reference = reference_of(c);
    if (reference.empty()) {
      out += c;
    } else {
      out += reference;
    }
  }
  return out;
}

std::string markdown_fence(std::string_view text, std::string_view language) {
  const std::string shown = printable(text, true);
  std::size_t longest = 0, run = 0;
  for (const char c : shown) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  return fence + std::string(language) + "\n" + shown + (shown.empty() || shown.back() != '\n' ? "\n" : "") + fence +
         "\n";
}

}  // namespace dbw::report
