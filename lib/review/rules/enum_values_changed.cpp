#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_enum_values_changed(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::alter_type, [&](const AlterAction& action) {
    const bool list = action.column.type == "enum" || action.column.type == "set";
    if (!list || refuses_blocking(in.statement)) return;
    const ObjectName& table = in.statement.target;
    // The old list is in the database alone.
    Findings::at_most(out.add(in.statement.range,
                              "unless the new values of " + quoted(action.name) + " come behind all old ones, " +
                                  quoted(table) + " is copied and rows may lose their value",
                              table.text() + "." + action.name),
                      model::Severity::warning);
  });
}

}  // namespace

constinit const Rule k_rule_enum_values_changed = {
    .info =
        {
            .id = "enum-values-changed",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary =
                "MODIFY or CHANGE that gives an existing column a list of ENUM or SET values. A warning, for the "
                "old list is not in the statement; with ALGORITHM=INSTANT the server checks it.",
            .why = "Values that are put behind the old ones cost nothing. A value that is removed, moved or put "
                   "between others makes the server copy the table and shut out writes; rows that hold a removed "
                   "value fail the statement, or lose it without a strict sql_mode.",
            .instead = "Append values only, and let the server check: ALTER TABLE t MODIFY c enum('a', 'b', 'new'), "
                       "ALGORITHM=INSTANT;",
            .sources =
                "MySQL manual, \"Online DDL Operations\"; MariaDB manual, \"InnoDB Online DDL Operations with the "
                "INPLACE Alter Algorithm\"; measured on MariaDB 10.11: appended values INSTANT, others COPY.",
        },
    .on_statement = check_enum_values_changed,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
