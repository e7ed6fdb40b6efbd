#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_exclusion_constraint(const RuleInput& in, Findings& out) {
  for_added_constraints(in, ConstraintKind::exclusion,
                        [&](const sqlparse::Constraint& constraint, const sqlparse::ColumnDefinition*) {
                          const ObjectName& table = in.statement.target;
                          out.add(in.statement.range,
                                  "building " + constraint_text(constraint) + " blocks reads and writes of " +
                                      quoted(table) + " until every row is compared",
                                  table.text());
                        });
}

}  // namespace

constinit const Rule k_rule_add_exclusion_constraint = {
    .info =
        {
            .id = "add-exclusion-constraint",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "An EXCLUDE constraint that is added to an existing table.",
            .why = "The index is built and the table is read twice under ACCESS EXCLUSIVE. There is no NOT VALID or "
                   "USING INDEX form for exclusion constraints.",
            .instead = "Create a new table with the constraint, copy the rows in batches, and swap the names; or add "
                       "it in a maintenance window.",
            .sources = "PostgreSQL manual, ALTER TABLE and CREATE TABLE, \"EXCLUDE\"; lock and scans measured on "
                       "PostgreSQL 15.",
        },
    .on_statement = check_add_exclusion_constraint,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
