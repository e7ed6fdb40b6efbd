#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_insert_order_by_rand(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::insert) return;
  for (std::size_t i = in.lexemes.seek(0, "order"); i < in.lexemes.size(); i = in.lexemes.seek(i + 1, "order")) {
    if (in.lexemes.is(i + 1, "by") && in.lexemes.is_any(i + 2, {"rand", "random"}) && in.lexemes.is(i + 3, "("))
      out.add(in.statement.range, "which rows get into " + quoted(in.statement.target) + " is left to chance",
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_insert_order_by_rand = {
    .info =
        {
            .id = "insert-order-by-rand",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "INSERT ... SELECT ... ORDER BY RAND() or random().",
            .why = "Nobody can say before or afterwards which rows it takes: a second run, a replica that repeats "
                   "the statement, and the rollback get others.",
            .instead = "Choose the rows by a key, in a statement that can be repeated.",
            .sources = "MySQL manual, \"Determination of Safe and Unsafe Statements in Binary Logging\"; PostgreSQL "
                       "manual, \"Mathematical Functions and Operators\"; SQLite documentation, \"Built-In Scalar SQL "
                       "Functions\".",
        },
    .on_statement = check_insert_order_by_rand,
    .kinds = {StatementKind::insert},
};

}  // namespace dbw::review
