#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_insert_select_locks_source(const RuleInput& in, Findings& out) {
  const bool copies = (in.statement.kind == StatementKind::insert && !in.statement.selects_values) ||
                      in.statement.kind == StatementKind::create_table_as;
  if (!copies) return;
  for (const sqlparse::ObjectUse& use : in.statement.objects) {
    const bool source = use.kind == ObjectKind::table && use.access == sqlparse::Access::read;
    if (source && !in.facts.created_table(use.name) && to_lower(use.name.schema) != "information_schema")
      out.add(in.statement.range, "the rows that are read from " + quoted(use.name) + " stay locked until the end",
              use.name.text());
  }
}

}  // namespace

constinit const Rule k_rule_insert_select_locks_source = {
    .info =
        {
            .id = "insert-select-locks-source",
            .category = "dml",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "INSERT ... SELECT or CREATE TABLE ... SELECT that reads a table which existed before this "
                       "change.",
            .why = "At the isolation level REPEATABLE READ, the default, InnoDB puts shared next-key locks on every "
                   "row that it reads: writers of the source wait until the statement is done.",
            .instead = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; and go in batches by key.",
            .sources =
                "MySQL manual, \"Locks Set by Different SQL Statements in InnoDB\"; MariaDB manual, \"InnoDB Lock "
                "Modes\".",
        },
    .on_statement = check_insert_select_locks_source,
    .kinds = {StatementKind::insert, StatementKind::create_table_as},
};

}  // namespace dbw::review
