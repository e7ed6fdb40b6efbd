#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_insert_rows_max = 1000;

void check_insert_rows_limit(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::insert || !in.statement.selects_values) return;
  std::size_t rows = 0;
  for (std::size_t i = in.lexemes.find(0, {"values", "value"}) + 1; in.lexemes.is(i, "(");
       i = in.lexemes.behind_group(i) + 1) {
    ++rows;
    if (!in.lexemes.is(in.lexemes.behind_group(i), ",")) break;
  }
  if (rows > k_insert_rows_max)
    out.add(in.statement.range, "one INSERT of " + std::to_string(rows) + " rows", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_insert_rows_limit = {
    .info =
        {
            .id = "insert-rows-limit",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "INSERT ... VALUES of more than 1000 rows.",
            .why = "One statement is one transaction: it holds its locks for all rows, a duplicate anywhere undoes all "
                   "of them, and nobody reads it in a review.",
            .instead = "Several statements of some hundred rows; for data in bulk a load by a tool of its own.",
            .sources = "PostgreSQL manual, \"Populating a Database\"; MySQL manual, \"Optimizing INSERT Statements\"; "
                       "SQLite documentation, INSERT.",
        },
    .on_statement = check_insert_rows_limit,
    .kinds = {StatementKind::insert},
};

}  // namespace dbw::review
