#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_prefer_jsonb(const RuleInput& in, Findings& out) {
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (column.type != "json") return;
    out.add(in.statement.range, "values of column " + quoted(column.name) + " cannot be compared or indexed",
            in.statement.target.text() + "." + column.name);
  });
}

}  // namespace

constinit const Rule k_rule_prefer_jsonb = {
    .info =
        {
            .id = "prefer-jsonb",
            .category = "type-choice",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "A column of type json.",
            .why = "json has no equality operator: SELECT DISTINCT, GROUP BY and UNION over the column fail, also in "
                   "queries that worked before the column came. Its text is parsed again on each access.",
            .instead = "jsonb, unless white space, key order or repeated keys must be kept as they came.",
            .sources = "PostgreSQL manual, \"JSON Types\"; missing operators measured on PostgreSQL 15.",
        },
    .on_statement = check_prefer_jsonb,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
