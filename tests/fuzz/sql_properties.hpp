#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "sqlparse/statement.hpp"

/// What must hold for any bytes: no throw, ranges inside the text, in order and apart, and a text put behind a whole
/// one weakens neither.
namespace dbw::sqlparse::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

inline void check_ranges(const ParsedSql& parsed) {
  std::size_t end = 0;
  for (const Statement& statement : parsed.statements) {
    require(statement.range.start >= end && statement.range.start <= statement.range.end);
    require(statement.range.end <= parsed.sql.size());
    require(!statement.read_only || statement.statement_class == StatementClass::read);
    end = statement.range.end;
  }
  for (const ParseProblem& problem : parsed.problems) {
    require(problem.range.start <= problem.range.end && problem.range.end <= parsed.sql.size());
    require(!problem.message.empty());
  }
}

inline int strength(const ParsedSql& parsed) {
  const auto strongest = parsed.strongest();
  return strongest ? static_cast<int>(*strongest) : -1;
}

inline int check(Engine engine, const std::uint8_t* data, std::size_t size) {
  if (size > 64 * 1024) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t half = size / 2;
  const ParsedSql whole = parse(engine, text, {k_sql_bytes_max});
  check_ranges(whole);
  const ParsedSql first = parse(engine, text.substr(0, half), {k_sql_bytes_max});
  const ParsedSql second = parse(engine, text.substr(half), {k_sql_bytes_max});
  const ParsedSql both = parse(engine, text.substr(0, half) + "\n;\n" + text.substr(half), {k_sql_bytes_max});
  check_ranges(both);
  // A first text that is open at its end could swallow the second; it is opaque by itself.
  if (!first.problems.empty()) return 0;
  require(strength(both) >= strength(first));
  require(strength(both) >= strength(second));
  return 0;
}

}  // namespace dbw::sqlparse::fuzz
