#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_primary_key_may_fail(const RuleInput& in, Findings& out) {
  const NewColumns fresh(in);
  for_actions(in, AlterAction::Kind::add_constraint, [&](const AlterAction& action) {
    if (action.constraint.kind != ConstraintKind::primary_key) return;
    for (const std::string& column : action.constraint.columns) {
      if (fresh.has(column)) return;
    }
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range, "rows of " + quoted(table) + " with the same key, or without one, make this fail",
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_add_primary_key_may_fail = {
    .info =
        {
            .id = "add-primary-key-may-fail",
            .category = "data-dependent",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "A primary key over columns that existed before this change.",
            .why = "A key that two rows share, or that is NULL, makes the statement fail after it has rebuilt most "
                   "of the table.",
            .instead = "Count first: SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1 OR a IS NULL;\n"
                       "Or a new column: ALTER TABLE t ADD COLUMN id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY "
                       "KEY; in a quiet hour.",
            .sources = "MySQL manual, \"ALTER TABLE Statement\"; MariaDB manual, \"ALTER TABLE\", ADD PRIMARY KEY.",
        },
    .on_statement = check_add_primary_key_may_fail,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
