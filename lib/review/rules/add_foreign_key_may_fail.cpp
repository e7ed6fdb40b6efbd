#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_foreign_key_may_fail(const RuleInput& in, Findings& out) {
  const NewColumns fresh(in);
  for_actions(in, AlterAction::Kind::add_constraint, [&](const AlterAction& action) {
    const sqlparse::Constraint& key = action.constraint;
    if (key.kind != ConstraintKind::foreign_key || key.not_valid) return;
    for (const std::string& column : key.columns) {
      if (fresh.has(column)) return;
    }
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range,
            "rows of " + quoted(table) + " that refer to no row of " + quoted(key.references) + " make this fail",
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_add_foreign_key_may_fail = {
    .info =
        {
            .id = "add-foreign-key-may-fail",
            .category = "data-dependent",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::warning,
            .summary = "A foreign key over columns that existed before the change, checked at once.",
            .why = "One orphan fails the statement, after the server has read the table; in a deployment that is in "
                   "the middle of it.",
            .instead = "Look first: SELECT count(*) FROM orders o WHERE o.customer_id IS NOT NULL AND NOT EXISTS "
                       "(SELECT FROM customers c WHERE c.id = o.customer_id);\nPostgreSQL: ADD CONSTRAINT ... NOT "
                       "VALID, clean up, VALIDATE CONSTRAINT.",
            .sources = "PostgreSQL manual, ALTER TABLE; MySQL manual, \"FOREIGN KEY Constraints\"; MariaDB manual, "
                       "\"Foreign Keys\".",
        },
    .on_statement = check_add_foreign_key_may_fail,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
