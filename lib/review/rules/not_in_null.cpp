#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// NULL is one of the values of the list that opens at `open`.
bool lists_null(const Lexemes& lexemes, std::size_t open) {
  const std::size_t end = lexemes.behind_group(open);
  for (std::size_t i = open + 1; i + 1 < end; i = lexemes.next(i)) {
    const bool alone = lexemes.is_any(i - 1, {"(", ","}) && lexemes.is_any(i + 1, {")", ","});
    if (alone && lexemes.is(i, "null")) return true;
  }
  return false;
}

void check_not_in_null(const RuleInput& in, Findings& out) {
  if (!in.lexemes.may_have("in") || !in.lexemes.may_have("null")) return;
  for (std::size_t i = in.lexemes.seek(0, "not"); i < in.lexemes.size(); i = in.lexemes.seek(i + 1, "not")) {
    const bool list = in.lexemes.is(i + 1, "in") && in.lexemes.is(i + 2, "(");
    if (list && lists_null(in.lexemes, i + 2))
      out.add(in.statement.range, "NOT IN with a NULL in its list is true for no row", in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_not_in_null = {
    .info =
        {
            .id = "not-in-null",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "NOT IN whose list holds NULL.",
            .why = "A value that is not in the list is compared with NULL, which gives NULL: the condition is never "
                   "true, and the statement changes or finds nothing.",
            .instead = "Leave NULL out of the list, and say what is meant for it: a NOT IN (1, 2) AND a IS NOT NULL.",
            .sources = "PostgreSQL manual, \"Row and Array Comparisons\"; MySQL manual, \"Comparison Functions and "
                       "Operators\"; SQLite documentation, \"The IN and NOT IN operators\".",
        },
    .on_statement = check_not_in_null,
};

}  // namespace dbw::review
