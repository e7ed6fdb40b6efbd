#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_no_function(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_function) return;
  // The word stands before the first parenthesis, behind OR REPLACE, DEFINER and the like.
  if (in.lexemes.find(0, {"function"}) < in.lexemes.find(0, {"(", "as", "begin", "do", "returns"}))
    out.add(in.statement.range, "function " + quoted(in.statement.target) + " lives in the database",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_no_function = {
    .info =
        {
            .id = "no-function",
            .category = "hygiene",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::off,
            .summary = "CREATE FUNCTION.",
            .why = "Code in the database is released, tested and watched apart from the application, and runs on the "
                   "server that is hardest to scale.",
            .instead = "The same logic in the application.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals, CREATE FUNCTION.",
        },
    .on_statement = check_no_function,
    .kinds = {StatementKind::create_function},
};

}  // namespace dbw::review
