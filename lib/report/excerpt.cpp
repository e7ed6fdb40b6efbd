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
  if (line.ends_with('\r')) line.remove_suffix(1);  // of a line's end of Windows
  start = std::min(start, line.size());
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

Lines::Lines(std::string_view text) : m_text(text), m_starts{0} {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    m_starts.push_back(at + 1);
}

Place Lines::place_of(std::size_t offset) const {
  const std::size_t at = std::min(offset, m_text.size());
  const auto next = std::upper_bound(m_starts.begin(), m_starts.end(), at);
  return {static_cast<int>(next - m_starts.begin()), static_cast<int>(at - *std::prev(next)) + 1};
}

ByteRange Lines::range_of(int number) const {
  const std::size_t index = static_cast<std::size_t>(number) - 1;
  return {m_starts[index], number == last() ? m_text.size() : m_starts[index + 1] - 1};
}

Place place_of(std::string_view text, std::size_t offset) { return Lines(text).place_of(offset); }

Excerpt excerpt_of(const Lines& lines, ByteRange range, int lines_max) {
  Excerpt out;
  const std::size_t size = lines.text().size();
  const std::size_t start = std::min(range.start, size);
  const std::size_t end = std::clamp(range.end, start, size);
  const int first = lines.place_of(start).line;
  // A newline at the range's end belongs to the line before it.
  const int last = end > start ? lines.place_of(end - 1).line : first;
  const int shown = std::min(last, first + std::max(lines_max, 1) - 1);
  for (int number = first; number <= shown; ++number) {
    const ByteRange line = lines.range_of(number);
    const std::size_t from = std::max(start, line.start) - line.start;
    const std::size_t to = end > line.start ? std::min(end, line.end) - line.start : from;
    out.lines.push_back(make_line(lines.text().substr(line.start, line.end - line.start), from, std::max(from, to)));
    out.lines.back().number = number;
  }
  out.more = last - shown;
  return out;
}

Excerpt excerpt_of(std::string_view text, ByteRange range, int lines_max) {
  return excerpt_of(Lines(text), range, lines_max);
}

}  // namespace dbw::report
