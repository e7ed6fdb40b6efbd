#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "sqlparse/dialects.hpp"

namespace dbw::sqlparse {
namespace {

void refuse_all(ParsedSql& parsed, ParseProblem problem) {
  parsed.statements = {unreadable_statement({0, parsed.sql.size()}, problem.message)};
  parsed.problems = {std::move(problem)};
}

}  // namespace

Statement unreadable_statement(ByteRange range, std::string reason) {
  Statement statement;
  statement.range = range;
  statement.kind = StatementKind::unreadable;
  statement.statement_class = StatementClass::opaque;
  statement.target_kind = ObjectKind::other;
  statement.reason = std::move(reason);
  return statement;
}

void raise_class(Statement& statement, StatementClass to, std::string_view reason) {
  if (to <= statement.statement_class) return;
  statement.statement_class = to;
  statement.reason = reason;
}

bool check_bytes(ParsedSql& parsed, const ParseOptions& options) {
  const std::size_t limit = std::min(options.bytes_max, k_sql_bytes_max);
  const std::size_t size = parsed.sql.size();
  if (size > limit) {
    refuse_all(
        parsed,
        {{0, size}, fmt::format("{} bytes of SQL; at most {} are read", size, limit), ParseProblem::Kind::too_large});
    return false;
  }
  std::string what;
  const std::size_t at = find_forbidden_character(parsed.sql, true, &what);
  if (at != std::string_view::npos) {
    refuse_all(parsed, {{at, std::min(at + 1, size)}, what, ParseProblem::Kind::forbidden_character});
    return false;
  }
  return true;
}

// Both lists are swept once, in the order of their starts: files have many statements, and hostile ones many problems.
void spread_problems(ParsedSql& parsed) {
  std::vector<std::size_t> by_start(parsed.problems.size());
  std::iota(by_start.begin(), by_start.end(), std::size_t{0});
  std::stable_sort(by_start.begin(), by_start.end(), [&](std::size_t a, std::size_t b) {
    return parsed.problems[a].range.start < parsed.problems[b].range.start;
  });
  std::set<std::size_t> open;                      // the earliest in the list gives the reason
  std::multimap<std::size_t, std::size_t> by_end;  // of the open ones
  auto next = by_start.begin();
  for (Statement& statement : parsed.statements) {
    for (; next != by_start.end() && parsed.problems[*next].range.start < statement.range.end; ++next) {
      open.insert(*next);
      by_end.emplace(parsed.problems[*next].range.end, *next);
    }
    while (!by_end.empty() && by_end.begin()->first <= statement.range.start) {
      open.erase(by_end.begin()->second);
      by_end.erase(by_end.begin());
    }
    if (open.empty()) continue;
    raise_class(statement, StatementClass::opaque, parsed.problems[*open.begin()].message);
    statement.read_only = false;
  }
}

}  // namespace dbw::sqlparse
