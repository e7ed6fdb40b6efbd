#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_cascade(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::drop && in.statement.cascade) {
    const ObjectName& object = in.statement.targets.empty() ? in.statement.target : in.statement.targets.front();
    out.add(in.statement.range, "CASCADE also drops what depends on " + quoted(object) + ", whatever that is today",
            object.text());
  }
  for (const AlterAction& action : in.statement.actions) {
    const bool drops =
        action.kind == AlterAction::Kind::drop_column || action.kind == AlterAction::Kind::drop_constraint;
    if (!drops || !action.cascade) continue;
    out.add(in.statement.range,
            "CASCADE also drops what depends on " + quoted(action.name) + ", whatever that is today",
            in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_cascade = {
    .info =
        {
            .id = "drop-cascade",
            .category = "destructive",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "CASCADE on DROP, DROP COLUMN or DROP CONSTRAINT.",
            .why = "It also drops whatever depends on the object (views, foreign keys of other tables, even columns of "
                   "a dropped type), and nobody reads their names before.",
            .instead = "Drop the dependants by name, then the object without CASCADE.",
            .sources = "PostgreSQL manual, \"Dependency Tracking\"; DROP TYPE ... CASCADE drops columns (measured on "
                       "PostgreSQL 15).",
        },
    .on_statement = check_drop_cascade,
    .kinds = {StatementKind::drop, StatementKind::alter_table, StatementKind::alter_domain},
};

}  // namespace dbw::review
