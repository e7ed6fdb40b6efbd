#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_column_position_change(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::alter_type, [&](const AlterAction& action) {
    if (!action.positioned) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range, "column " + quoted(action.name) + " of " + quoted(table) + " gets another place",
            table.text() + "." + action.name);
  });
}

}  // namespace

constinit const Rule k_rule_column_position_change = {
    .info =
        {
            .id = "column-position-change",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "MODIFY or CHANGE with FIRST or AFTER on an existing table.",
            .why = "SELECT *, INSERT without a column list and files that are loaded by position see the columns in "
                   "another order. MySQL rebuilds the table for it.",
            .instead = "Leave the order as it is and name columns in queries.",
            .sources =
                "MySQL manual, \"Online DDL Operations\"; MariaDB manual, \"InnoDB Online DDL Operations with the "
                "INPLACE Alter Algorithm\"; measured on MariaDB 10.11.",
        },
    .on_statement = check_column_position_change,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
