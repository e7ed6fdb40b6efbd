#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;

constexpr int k_rows = 115;

/// Numbers that begin a row of a table: `{17, "..."`, also where the text begins on the next line.
std::set<int> table_rows(const std::string& source) {
  std::set<int> rows;
  for (auto at = source.find('{'); at != std::string::npos; at = source.find('{', at + 1)) {
    std::size_t i = at + 1;
    const auto skip = [&] {
      while (i < source.size() && (source[i] == ' ' || source[i] == '\n')) ++i;
    };
    skip();
    int number = 0;
    const std::size_t start = i;
    while (i < source.size() && i - start < 3 && source[i] >= '0' && source[i] <= '9')
      number = number * 10 + (source[i++] - '0');
    if (i == start || i >= source.size() || source[i++] != ',') continue;
    skip();
    if (i < source.size() && source[i] == '"') rows.insert(number);
  }
  return rows;
}

bool has_test(const std::string& source, const std::string& suite, const std::string& name) {
  for (const char* macro : {"TEST", "TEST_F", "TEST_P"}) {
    if (source.find(fmt::format("{}({}, {})", macro, suite, name)) != std::string::npos) return true;
  }
  return false;
}

/// What is wrong with one reference, empty where nothing is.
std::string problem(const std::string& reference, int row, const std::set<int>& in_tables) {
  if (reference == "table") return in_tables.contains(row) ? "" : "no table has that row";
  const auto blank = reference.find(' ');
  const auto dot = reference.rfind('.');
  if (blank == std::string::npos || dot == std::string::npos || dot < blank)
    return "not `file Suite.Name`: " + reference;
  const fs::path file = source_dir() / "tests" / reference.substr(0, blank);
  if (!fs::exists(file)) return "no such file: " + file.string();
  const bool found = has_test(slurp(file), reference.substr(blank + 1, dot - blank - 1), reference.substr(dot + 1));
  return found ? "" : "no such test: " + reference;
}

TEST(AttackRows, EveryRowIsATestOrSaysWhyNot) {
  std::set<int> in_tables;
  for (const auto& each : fs::directory_iterator(source_dir() / "tests/attack"))
    if (each.path().extension() == ".cpp") in_tables.merge(table_rows(slurp(each.path())));
  std::map<int, std::string> rows;
  const std::string page = slurp(source_dir() / "tests/attack/README.md");
  for (const std::string_view line : split_lines(page)) {
    const auto cells = split(line, '|');
    if (cells.size() != 4) continue;
    const std::string number(trim(cells[1]));
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) continue;
    EXPECT_TRUE(rows.emplace(std::stoi(number), std::string(trim(cells[2]))).second) << "row " << number << " twice";
  }
  for (int row = 1; row <= k_rows; ++row) {
    const auto found = rows.find(row);
    ASSERT_NE(found, rows.end()) << "row " << row << " is missing";
    if (found->second.starts_with("later: ")) {
      EXPECT_FALSE(in_tables.contains(row)) << "row " << row << " is tested, but called later";
      continue;
    }
    for (const std::string_view reference : split(found->second, ';'))
      EXPECT_EQ(problem(std::string(trim(reference)), row, in_tables), "") << "row " << row;
  }
}

}  // namespace
}  // namespace dbw::test
