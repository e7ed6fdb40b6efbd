#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_unique_constraint_blocking(const RuleInput& in, Findings& out) {
  for_added_constraints(
      in, ConstraintKind::unique, [&](const sqlparse::Constraint& unique, const sqlparse::ColumnDefinition*) {
        if (!unique.using_index.empty()) return;
        const ObjectName& table = in.statement.target;
        out.add(in.statement.range, "building the unique index blocks reads and writes of " + quoted(table),
                table.text());
      });
}

}  // namespace

constinit const Rule k_rule_add_unique_constraint_blocking = {
    .info =
        {
            .id = "add-unique-constraint-blocking",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "A UNIQUE constraint that is added to an existing table and builds its index at once.",
            .why = "The index is built under ACCESS EXCLUSIVE: reads and writes wait for the whole build.",
            .instead = "CREATE UNIQUE INDEX CONCURRENTLY i ON t (col); in a step with `transaction: none`, then\n"
                       "ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i;",
            .sources = "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15.",
        },
    .on_statement = check_add_unique_constraint_blocking,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
