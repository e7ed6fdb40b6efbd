#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_alter_check_may_fail(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_table || !on_old_table(in)) return;
  const ObjectName& table = in.statement.target;
  for (const AlterAction& action : in.statement.actions) {
    const bool alters = action.option.name == "alter check" || action.option.name == "alter constraint";
    if (alters && action.option.value == "enforced")
      out.add(in.statement.range, "rows of " + quoted(table) + " that break " + quoted(action.name) + " make this fail",
              table.text());
  }
}

}  // namespace

constinit const Rule k_rule_alter_check_may_fail = {
    .info =
        {
            .id = "alter-check-may-fail",
            .category = "data-dependent",
            .engines = k_mysql_alone,
            .severity = model::Severity::warning,
            .summary = "ALTER CHECK or ALTER CONSTRAINT ... ENFORCED on an existing table.",
            .why = "While it was not enforced any row got in. One that breaks the rule makes the statement fail "
                   "after it has read the table.",
            .instead = "Count first: SELECT count(*) FROM t WHERE NOT (condition);\n"
                       "Ask for a waiver with the answer.",
            .sources = "MySQL manual, \"CHECK Constraints\" and \"ALTER TABLE Statement\".",
        },
    .on_statement = check_alter_check_may_fail,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
