#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// AND between what look like two assignments: SET a = 1 AND b = 2.
bool joins_assignments(const Lexemes& lexemes) {
  const std::size_t set = lexemes.find(0, {"set"});
  const std::size_t end = lexemes.find(set, {"where", "from", "order", "limit", "returning"});
  int cases = 0;
  bool between = false;
  for (std::size_t i = set; i < end; i = lexemes.next(i)) {
    if (lexemes.is(i, "case")) ++cases;
    if (lexemes.is(i, "end")) --cases;
    if (lexemes.is(i, "between")) between = true;
    if (!lexemes.is(i, "and") || cases > 0) continue;
    const std::size_t column = lexemes.is(i + 2, ".") ? i + 3 : i + 1;
    if (!between && lexemes.is_name(column) && lexemes.is(column + 1, "=")) return true;
    between = false;
  }
  return false;
}

void check_set_and_typo(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::update && joins_assignments(in.lexemes))
    out.add(in.statement.range,
            "AND makes one condition of two assignments: only the first column is set, to true or false",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_set_and_typo = {
    .info =
        {
            .id = "set-and-typo",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "UPDATE ... SET a = x AND b = y.",
            .why = "It reads as a = (x AND b = y): the first column becomes 0 or 1, the second keeps its value. "
                   "PostgreSQL refuses it unless the column is a boolean.",
            .instead =
                "A comma between assignments: SET a = x, b = y. Where the condition is meant: SET a = (x AND b = "
                "y).",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, UPDATE; measured on MariaDB "
                       "10.11 and SQLite 3.40.",
        },
    .on_statement = check_set_and_typo,
    .kinds = {StatementKind::update},
};

}  // namespace dbw::review
