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
/// Where the lines of a text start: made once, so that thousands of findings do not count the lines of a large file
/// each.
class Lines {
 public:
  explicit Lines(std::string_view text);
  std::string_view text() const { return m_text; }
  /// Offsets behind the end are the end's.
  Place place_of(std::size_t offset) const;
  int last() const { return static_cast<int>(m_starts.size()); }
  /// Bounds of a line by its number, without its newline.
  ByteRange range_of(int number) const;

 private:
  std::string_view m_text;
  std::vector<std::size_t> m_starts;
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
Excerpt excerpt_of(const Lines& lines, ByteRange range, int lines_max);
Excerpt excerpt_of(std::string_view text, ByteRange range, int lines_max);

}  // namespace dbw::report
