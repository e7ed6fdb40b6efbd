#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_check_may_fail(const RuleInput& in, Findings& out) {
  for_added_constraints(
      in, ConstraintKind::check, [&](const sqlparse::Constraint& constraint, const sqlparse::ColumnDefinition* column) {
        if (column != nullptr) return;  // of a new column
        const ObjectName& table = in.statement.target;
        out.add(in.statement.range,
                "rows of " + quoted(table) + " that break " + constraint_text(constraint) + " make this fail",
                table.text());
      });
}

}  // namespace

constinit const Rule k_rule_add_check_may_fail = {
    .info =
        {
            .id = "add-check-may-fail",
            .category = "data-dependent",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "ADD CHECK over the rows of an existing table.",
            .why = "One row that breaks the rule makes the statement fail after it has read the table.",
            .instead = "Count first: SELECT count(*) FROM t WHERE NOT (condition);\n"
                       "Ask for a waiver with the answer.",
            .sources = "MySQL manual, \"CHECK Constraints\"; MariaDB manual, \"CONSTRAINT\".",
        },
    .on_statement = check_add_check_may_fail,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
