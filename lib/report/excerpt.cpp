#include "report/excerpt.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dbw::report {
namespace {

constexpr std::size_t k_tab_width = 4;
/// Columns of one line; SQL in one long line would bury the message.
constexpr std::size_t k_line_columns_max = 160;

std::size_t character_bytes(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
  return end - at;
}

/// Columns that a printed character takes: wide scripts take two, which carets ignore; they then point a little too far
/// left.
std::size_t columns_of(std::string_view printed) {
  return static_cast<std::size_t>(std::count_if(printed.begin(), printed.end(),
                                                [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

ExcerptLine make_line(std::string_view line, std::size_t start, std::size_t end) {
  ExcerptLine out;
  while (start < end && (line[start] == ' ' || line[start] == '\t'))
    ++start;  // the indentation of later lines is not meant
  std::size_t columns = 0;
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t bytes = character_bytes(line, i);
    const std::string shown =
        line[i] == '\t' ? std::string(k_tab_width - columns % k_tab_width, ' ') : printable(line.substr(i, bytes));
    const std::size_t width = columns_of(shown);
    if (columns + width > k_line_columns_max) {
      out.text += " ...";
      break;
    }
    out.text += shown;
    out.marks.append(width, i >= start && i < end ? '^' : ' ');
    columns += width;
    i += bytes;
  }
  while (!out.marks.empty() && out.marks.back() == ' ') out.marks.pop_back();
  // A mark of an empty range, or of a place behind the line's end.
  if (out.marks.empty() && start == end && start <= line.size())
    out.marks = std::string(columns_of(printable(line.substr(0, start))), ' ') + "^";
  return out;
}

}  // namespace

Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(before.size() - start) + 1};
}

Excerpt excerpt_of(std::string_view text, ByteRange range, int lines_max) {
  Excerpt out;
  const std::size_t start = std::min(range.start, text.size());
  const std::size_t end = std::clamp(range.end, start, text.size());
  const std::size_t newline = start == 0 ? std::string_view::npos : text.rfind('\n', start - 1);
  std::size_t at = newline == std::string_view::npos ? 0 : newline + 1;
  int number = place_of(text, start).line;
  do {
    const std::size_t line_end = std::min(text.find('\n', at), text.size());
    if (static_cast<int>(out.lines.size()) < lines_max) {
      const std::size_t from = std::max(start, at) - at;
      const std::size_t to = end > at ? std::min(end, line_end) - at : from;
      out.lines.push_back(make_line(text.substr(at, line_end - at), from, std::max(from, to)));
      out.lines.back().number = number;
    } else {
      ++out.more;
    }
    ++number;
    at = line_end + 1;
  } while (at < end);
  return out;
}

}  // namespace dbw::report
