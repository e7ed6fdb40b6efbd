#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_rename_column(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::rename_column, [&](const AlterAction& action) {
    const ObjectName& table = in.statement.target;
    if (in.facts.created_column(table, action.name) || in.index.adds_column(table, action.name)) return;
    out.add(in.statement.range,
            "running code still uses column " + quoted(action.name) + " of " + quoted(table) + ", which becomes " +
                quoted(action.new_name),
            table.text() + "." + action.name);
  });
}

}  // namespace

constinit const Rule k_rule_rename_column = {
    .info =
        {
            .id = "rename-column",
            .category = "backward-compat",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "Renaming a column of an existing table without adding the old name again in the same change.",
            .why = "Application and jobs that run right now still use the old name; their statements fail until they "
                   "are redeployed.",
            .instead = "Add a column of the new name, write both, backfill, switch readers, drop the old one; or put a "
                       "view with the old name before the table.",
            .sources = "PostgreSQL manual, ALTER TABLE; SQLite documentation, ALTER TABLE RENAME COLUMN.",
        },
    .on_statement = check_rename_column,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
