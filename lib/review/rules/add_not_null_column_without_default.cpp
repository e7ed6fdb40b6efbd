#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_not_null_column_without_default(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    const sqlparse::ColumnDefinition& column = action.column;
    const bool filled = column.identity || column.auto_increment || column.generated_stored || column.generated_virtual;
    if (!column.not_null || filled || (column.has_default && !column.default_null)) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range,
            "column " + quoted(column.name) + " has no value for the rows that " + quoted(table) + " holds",
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_add_not_null_column_without_default = {
    .info =
        {
            .id = "add-not-null-column-without-default",
            .category = "data-dependent",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "ADD COLUMN ... NOT NULL without a default on an existing table.",
            .why = "The statement fails as soon as the table holds one row (SQLite refuses it always; MySQL and "
                   "MariaDB fill in 0, an empty text or a zero date that nobody chose, or fail), and code that "
                   "does not know the column cannot insert any more.",
            .instead = "Give it a constant default, or add it nullable, backfill in batches, then SET NOT NULL.",
            .sources = "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15. SQLite "
                       "documentation, ALTER TABLE ADD COLUMN.",
        },
    .on_statement = check_add_not_null_column_without_default,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
