#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool replaces_or_drops_columns(const Statement& statement) {
  return std::any_of(statement.actions.begin(), statement.actions.end(), [](const AlterAction& action) {
    return action.kind == AlterAction::Kind::add_constraint || action.kind == AlterAction::Kind::drop_column;
  });
}

void check_drop_constraint(const RuleInput& in, Findings& out) {
  if (replaces_or_drops_columns(in.statement)) return;
  for_actions(in, AlterAction::Kind::drop_constraint, [&](const AlterAction& action) {
    const ObjectName& table = in.statement.target;
    if (in.facts.constraint(table, action.name) != nullptr) return;
    out.add(in.statement.range,
            "constraint " + quoted(action.name) + " of " + quoted(table) + " guards the rows no longer", table.text());
  });
}

}  // namespace

constinit const Rule k_rule_drop_constraint = {
    .info =
        {
            .id = "drop-constraint",
            .category = "destructive",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::warning,
            .summary = "DROP CONSTRAINT, FOREIGN KEY, PRIMARY KEY or CHECK that the same statement does not replace. "
                       "Constraints that this change added are left alone.",
            .why = "From then on rows get in that the constraint kept out. It cannot be added again before they are "
                   "found and mended.",
            .instead = "Replace it in one statement: ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c ...;\n"
                       "Or say in the reason what keeps the rows right from now on.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals, ALTER TABLE.",
        },
    .on_statement = check_drop_constraint,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
