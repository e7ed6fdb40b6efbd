#include <algorithm>

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

void spread_problems(ParsedSql& parsed) {
  for (Statement& statement : parsed.statements) {
    for (const ParseProblem& problem : parsed.problems) {
      const bool apart = problem.range.end <= statement.range.start || problem.range.start >= statement.range.end;
      if (apart) continue;
      raise_class(statement, StatementClass::opaque, problem.message);
      statement.read_only = false;
    }
  }
}

}  // namespace dbw::sqlparse
