#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_prefer_bigint_over_smallint(const RuleInput& in, Findings& out) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (column.type == "smallint" || column.type == "smallserial")
      out.add(in.statement.range, "column " + quoted(column.name) + " ends at 32767", in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_prefer_bigint_over_smallint = {
    .info =
        {
            .id = "prefer-bigint-over-smallint",
            .category = "type-choice",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::off,
            .summary = "A new column of type smallint or smallserial.",
            .why = "It saves a few bytes of a row, often none because of alignment, and ends sooner than people "
                   "think; changing the type then rewrites the table.",
            .instead = "bigint, or int with a CHECK where the range is known.",
            .sources = "PostgreSQL manual, \"Numeric Types\"; MySQL manual, \"Integer Types\".",
        },
    .on_statement = check_prefer_bigint_over_smallint,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
