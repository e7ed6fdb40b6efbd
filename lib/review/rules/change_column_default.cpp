#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_change_column_default(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_table || !on_old_table(in)) return;
  const NewColumns fresh(in);
  const ObjectName& table = in.statement.target;
  for (const AlterAction& action : in.statement.actions) {
    const bool set = action.kind == AlterAction::Kind::set_default;
    if ((!set && action.kind != AlterAction::Kind::drop_default) || fresh.has(action.name)) continue;
    const std::string effect = set ? " put another value into " : " that leave it out get NULL, or fail, for ";
    out.add(in.statement.range, "from now on inserts" + effect + quoted(action.name) + " of " + quoted(table),
            table.text() + "." + action.name);
  }
}

}  // namespace

constinit const Rule k_rule_change_column_default = {
    .info =
        {
            .id = "change-column-default",
            .category = "backward-compat",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::info,
            .summary = "SET DEFAULT or DROP DEFAULT on a column that existed before this change.",
            .why = "Running code that leaves the column out writes something else from this moment on; old rows keep "
                   "what they have.",
            .instead = "Make sure that every writer names the column, or agrees with the new value; then change the "
                       "default.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals, ALTER TABLE.",
        },
    .on_statement = check_change_column_default,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
