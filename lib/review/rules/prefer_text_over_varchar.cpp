#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_prefer_text_over_varchar(const RuleInput& in, Findings& out) {
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (column.type != "varchar" || column.type_arguments.empty()) return;
    out.add(
        in.statement.range,
        "the length limit of column " + quoted(column.name) + " is part of its type, so lowering it rewrites the table",
        in.statement.target.text() + "." + column.name);
  });
}

}  // namespace

constinit const Rule k_rule_prefer_text_over_varchar = {
    .info =
        {
            .id = "prefer-text-over-varchar",
            .category = "type-choice",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "A column of type varchar(n).",
            .why = "varchar(n) is neither smaller nor faster than text in PostgreSQL. A shorter limit rewrites the "
                   "table under ACCESS EXCLUSIVE, and no limit can be changed while a view uses the column.",
            .instead = "text, and where a limit means something a CHECK (length(c) <= n): it can be replaced with NOT "
                       "VALID and VALIDATE, without a rewrite.",
            .sources = "PostgreSQL manual, \"Character Types\"; rewrites measured on PostgreSQL 15.",
        },
    .on_statement = check_prefer_text_over_varchar,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
