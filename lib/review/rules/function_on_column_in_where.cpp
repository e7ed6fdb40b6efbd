#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// f(column) or f(t.column) with a comparison behind it.
bool compares_call_of_column(const Lexemes& lexemes, std::size_t i) {
  if (!lexemes.is_kind(i, Lexeme::Kind::word) || !lexemes.is(i + 1, "(") || !lexemes.is_name(i + 2)) return false;
  if (lexemes.is_any(i, {"and", "or", "not", "in", "exists", "any", "all", "some", "where", "on", "when", "values",
                         "between", "like"}))
    return false;
  const std::size_t behind_name = lexemes.is(i + 3, ".") ? i + 5 : i + 3;
  if (!lexemes.is_any(behind_name, {")", ","})) return false;
  return lexemes.is_any(lexemes.behind_group(i + 1), {"=", "<", ">", "<=", ">=", "<>", "!=", "in", "between", "like"});
}

void check_function_on_column_in_where(const RuleInput& in, Findings& out) {
  for (std::size_t i = in.lexemes.find(0, {"where"}) + 1; i < in.lexemes.size(); ++i) {
    if (!compares_call_of_column(in.lexemes, i)) continue;
    out.add(in.statement.range,
            "the condition compares " + in.lexemes.name(i) + "(" + in.lexemes.name(i + 2) + ") of every row",
            in.statement.target.text());
    return;
  }
}

}  // namespace

constinit const Rule k_rule_function_on_column_in_where = {
    .info =
        {
            .id = "function-on-column-in-where",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "A WHERE that compares the result of a function of a column: WHERE date(made_at) = ...",
            .why = "An index on the column does not help: the server computes the function for every row. (An index on "
                   "the expression does; whether there is one is in the database.)",
            .instead = "A range of the column itself: made_at >= '2026-01-01' AND made_at < '2026-01-02'; or an index "
                       "on the expression.",
            .sources = "PostgreSQL manual, \"Indexes on Expressions\"; MySQL manual, \"Functional Key Parts\"; SQLite "
                       "documentation, \"Indexes On Expressions\".",
        },
    .on_statement = check_function_on_column_in_where,
};

}  // namespace dbw::review
