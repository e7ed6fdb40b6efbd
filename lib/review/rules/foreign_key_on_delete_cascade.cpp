#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_foreign_key_on_delete_cascade(const RuleInput& in, Findings& out) {
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) {
    if (constraint.kind == ConstraintKind::foreign_key && constraint.on_delete == "cascade")
      out.add(
          in.statement.range,
          "a DELETE on " + quoted(constraint.references) + " takes rows of " + quoted(in.statement.target) + " along",
          in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_foreign_key_on_delete_cascade = {
    .info =
        {
            .id = "foreign-key-on-delete-cascade",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "A foreign key with ON DELETE CASCADE.",
            .why = "One DELETE of a parent may destroy any number of rows in other tables, under locks that last as "
                   "long; no reviewer of that DELETE sees them, and MySQL fires no triggers for them.",
            .instead = "ON DELETE RESTRICT, and delete children first, in batches.",
            .sources =
                "PostgreSQL manual, \"Constraints\"; MySQL manual, \"FOREIGN KEY Constraints\"; SQLite documentation, "
                "\"SQLite Foreign Key Support\".",
        },
    .on_statement = check_foreign_key_on_delete_cascade,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
