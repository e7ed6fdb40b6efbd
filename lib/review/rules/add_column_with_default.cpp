#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_column_with_default(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    const sqlparse::ColumnDefinition& column = action.column;
    // A volatile default is another rule's; that of a generated column cannot be split off.
    const bool constant = column.has_default && !column.default_null && !column.default_volatile;
    if (!constant || column.auto_increment || column.identity) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range, "column " + quoted(column.name) + " of " + quoted(table) + " comes with a default",
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_add_column_with_default = {
    .info =
        {
            .id = "add-column-with-default",
            .category = "locking",
            .engines = k_postgresql,
            .since = 11,
            .severity = model::Severity::off,
            .summary = "ADD COLUMN with any default. Off unless the policy gives it a severity.",
            .why = "Servers from version 11 on keep a constant default in the catalogue and rewrite nothing. Older "
                   "ones rewrite the table, also where they only receive the schema: an old test server, an old "
                   "subscriber of logical replication.",
            .instead = "ALTER TABLE t ADD COLUMN c type; ALTER TABLE t ALTER COLUMN c SET DEFAULT x;\n"
                       "then fill old rows in batches.",
            .sources = "PostgreSQL manual, ALTER TABLE, \"Notes\"; release notes of PostgreSQL 11.",
        },
    .on_statement = check_add_column_with_default,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
