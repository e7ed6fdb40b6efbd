#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_unnamed_constraint(const RuleInput& in, Findings& out) {
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) {
    const bool named_by_need = constraint.kind == ConstraintKind::primary_key ||
                               constraint.kind == ConstraintKind::not_null || !constraint.using_index.empty();
    if (constraint.name.empty() && !named_by_need)
      out.add(in.statement.range, "a constraint of " + quoted(in.statement.target) + " has no name",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_unnamed_constraint = {
    .info =
        {
            .id = "unnamed-constraint",
            .category = "naming",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "A unique, check or foreign key constraint without a name.",
            .why = "The server makes up a name that may differ from one environment to the next; a later change that "
                   "must drop it does not find it.",
            .instead = "CONSTRAINT orders_total_positive CHECK (total >= 0)",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, CREATE TABLE.",
        },
    .on_statement = check_unnamed_constraint,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
