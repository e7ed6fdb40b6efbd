#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Text laid out for a terminal. Width is counted in code points: wide and combining characters are not looked up.
namespace dbw::cli {

/// Columns aligned on the left, two blanks apart, no trailing blanks. Cells are made printable; a row may have fewer
/// cells than there are columns.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : m_rows{std::move(headings)} {}
  void add(std::vector<std::string> cells) { m_rows.push_back(std::move(cells)); }
  bool empty() const { return m_rows.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> m_rows;
};

/// Number of UTF-8 code points.
std::size_t text_width(std::string_view text);

/// Breaks paragraphs at blanks; every line after the first begins with `indent` blanks. Lines that begin with a blank
/// are kept as they are.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width = 100);

}  // namespace dbw::cli
