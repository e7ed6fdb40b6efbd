#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_set_not_null_may_fail(const RuleInput& in, Findings& out) {
  const NewColumns fresh(in);
  for_actions(in, AlterAction::Kind::set_not_null, [&](const AlterAction& action) {
    if (fresh.has(action.name)) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range,
            "rows of " + quoted(table) + " without " + quoted(action.name) +
                " make this fail, or get 0 or '' without a strict sql_mode",
            table.text() + "." + action.name);
  });
}

}  // namespace

constinit const Rule k_rule_set_not_null_may_fail = {
    .info =
        {
            .id = "set-not-null-may-fail",
            .category = "data-dependent",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "MODIFY or CHANGE with NOT NULL on a column of an existing table.",
            .why = "If the column was nullable, the first row without a value makes the statement fail; without a "
                   "strict sql_mode it gets 0 or an empty text that nobody wrote.",
            .instead = "Count first, and fill in batches: UPDATE t SET a = ... WHERE a IS NULL AND id BETWEEN ... AND "
                       "...;\n"
                       "Ask for a waiver where the column is NOT NULL already.",
            .sources =
                "MySQL manual, \"ALTER TABLE Statement\"; MariaDB manual, \"ALTER TABLE\", MODIFY COLUMN; refused "
                "with error 1265 on MariaDB 10.11 (measured).",
        },
    .on_statement = check_set_not_null_may_fail,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
