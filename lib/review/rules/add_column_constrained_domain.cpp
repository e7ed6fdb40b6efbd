#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_column_constrained_domain(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    const sqlparse::ColumnDefinition& column = action.column;
    // A volatile default rewrites anyhow, and another rule says so; arrays of the domain do not.
    if (column.array || column.default_volatile || !in.index.constrains_domain(column.type)) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range,
            "type " + quoted(column.type) + " of " + quoted(column.name) + " has a constraint: " + quoted(table) +
                " is rewritten",
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_add_column_constrained_domain = {
    .info =
        {
            .id = "add-column-constrained-domain",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary =
                "ADD COLUMN of a domain that has a constraint, as far as this change creates or alters the domain.",
            .why = "The constraint is checked for every row, so the table and its indexes are rewritten under ACCESS "
                   "EXCLUSIVE, even without a default and even where the constraint is NOT VALID.",
            .instead = "Add the column with the base type, then put the condition on the table:\n"
                       "ALTER TABLE t ADD CONSTRAINT c CHECK (...) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; in "
                       "transactions of their own.",
            .sources = "PostgreSQL manual, ALTER TABLE, \"Notes\"; rewrite measured on PostgreSQL 15.",
        },
    .on_statement = check_add_column_constrained_domain,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
