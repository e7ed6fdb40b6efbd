#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_column(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::drop_column, [&](const AlterAction& action) {
    const ObjectName& table = in.statement.target;
    if (in.facts.created_column(table, action.name)) return;
    out.add(in.statement.range,
            "column " + quoted(action.name) + " of " + quoted(table) + " and its values are destroyed",
            table.text() + "." + action.name);
  });
}

}  // namespace

constinit const Rule k_rule_drop_column = {
    .info =
        {
            .id = "drop-column",
            .category = "destructive",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "DROP COLUMN of a column that this change did not create.",
            .why = "The values are gone, and running code that names the column fails until it is redeployed. Views "
                   "and indexes on the column go with it or stop the statement.",
            .instead = "Stop reading and writing the column, deploy, wait, then drop it in a later change.",
            .sources = "PostgreSQL manual, ALTER TABLE; SQLite documentation, ALTER TABLE DROP COLUMN.",
        },
    .on_statement = check_drop_column,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
