#include "cli/table.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace dbw::cli {
namespace {

std::vector<std::size_t> column_widths(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    if (row.size() > widths.size()) widths.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], text_width(row[i]));
  }
  return widths;
}

void wrap_line(std::string_view line, std::size_t indent, std::size_t width, std::string& out) {
  std::size_t column = indent;
  bool first = true;
  for (const std::string& word : split(line, ' ')) {
    const std::size_t needed = text_width(word) + (first ? 0 : 1);
    if (!first && column + needed > width) {
      out += '\n';
      out.append(indent, ' ');
      column = indent;
    } else if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += text_width(word);
    first = false;
  }
}

}  // namespace

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string Table::text() const {
  auto rows = m_rows;
  for (auto& row : rows) {
    for (std::string& cell : row) cell = printable(cell);
  }
  const auto widths = column_widths(rows);
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    std::size_t column = 0;  // where the next cell begins
    for (std::size_t i = 0; i < row.size(); ++i) {
      line.append(column - text_width(line), ' ');
      line += row[i];
      column += widths[i] + 2;
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + '\n';
  }
  return out;
}

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  for (const std::string_view line : split_lines(text)) {
    if (!out.empty()) {
      out += '\n';
      if (!line.empty()) out.append(indent, ' ');
    }
    if (line.substr(0, 1) == " ") {
      out += line;
    } else {
      wrap_line(line, indent, width, out);
    }
  }
  return out;
}

}  // namespace dbw::cli
