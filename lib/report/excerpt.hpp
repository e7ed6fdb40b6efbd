#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

namespace dbw::report {

/// 1-based line and column (bytes).
struct Place {
  int line = 1;
  int column = 1;
};
Place place_of(std::string_view text, std::size_t offset);

/// One line of an excerpt: safe to print, tabs expanded, and the marks below it ("   ^^^^").
struct ExcerptLine {
  int number = 0;
  std::string text;
  std::string marks;
};
/// The lines that `range` touches, at most `lines_max`; `more` is how many were left out.
struct Excerpt {
  std::vector<ExcerptLine> lines;
  int more = 0;
};
Excerpt excerpt_of(std::string_view text, ByteRange range, int lines_max);

}  // namespace dbw::report
