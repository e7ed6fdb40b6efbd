#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_not_null(const RuleInput& in, Findings& out) {
  const NewColumns fresh(in);
  for_actions(in, AlterAction::Kind::drop_not_null, [&](const AlterAction& action) {
    if (fresh.has(action.name)) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range, "readers of " + quoted(action.name) + " of " + quoted(table) + " may meet NULL",
            table.text() + "." + action.name);
  });
}

}  // namespace

constinit const Rule k_rule_drop_not_null = {
    .info =
        {
            .id = "drop-not-null",
            .category = "backward-compat",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "DROP NOT NULL on a column that existed before this change.",
            .why = "Running code that relies on a value may fail on the first NULL, and NULL drops out of "
                   "comparisons, sums and joins without an error.",
            .instead = "Make readers ready for NULL first, deploy, then drop the constraint.",
            .sources = "PostgreSQL manual, ALTER TABLE.",
        },
    .on_statement = check_drop_not_null,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
