#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_column_position(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    if (!action.positioned) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range, "column " + quoted(action.name) + " does not come last in " + quoted(table),
            table.text() + "." + action.name);
  });
}

}  // namespace

constinit const Rule k_rule_add_column_position = {
    .info =
        {
            .id = "add-column-position",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::info,
            .summary = "ADD COLUMN with FIRST or AFTER on an existing table.",
            .why = "MySQL before 8.0.29 rebuilds the table for it, where a column at the end costs nothing. On every "
                   "version SELECT *, INSERT without a column list and files that are loaded by position see the "
                   "columns in another order.",
            .instead = "Leave FIRST and AFTER out: the column comes last.",
            .sources = "MySQL manual, \"Online DDL Operations\"; MariaDB manual, \"Instant ADD COLUMN for InnoDB\"; "
                       "measured on MariaDB 10.11.",
        },
    .on_statement = check_add_column_position,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
