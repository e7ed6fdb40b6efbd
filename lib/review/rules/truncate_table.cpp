#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_truncate_table(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::truncate) return;
  for (const ObjectName& table : in.statement.targets) {
    if (!in.facts.created_table(table))
      out.add(in.statement.range, "all rows of " + quoted(table) + " are destroyed", table.text());
  }
}

}  // namespace

constinit const Rule k_rule_truncate_table = {
    .info =
        {
            .id = "truncate-table",
            .category = "destructive",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::error,
            .summary = "TRUNCATE of a table that this change did not create.",
            .why = "All rows are gone under an exclusive lock, no row trigger fires, and only a backup brings them "
                   "back: in PostgreSQL after commit, in MySQL and MariaDB at once.",
            .instead =
                "DELETE in batches with a WHERE that says what goes; or rename the table and create an empty one.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals, TRUNCATE.",
        },
    .on_statement = check_truncate_table,
    .kinds = {StatementKind::truncate},
};

}  // namespace dbw::review
