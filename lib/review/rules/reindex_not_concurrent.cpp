#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_new(const RuleInput& in) {
  return in.statement.target_kind == ObjectKind::index ? in.facts.created_index(in.statement.target)
                                                       : in.facts.created_table(in.statement.target);
}

std::string what_of(const Statement& statement) {
  if (statement.target_kind == ObjectKind::index) return "index " + quoted(statement.target);
  return "the indexes of " + quoted(statement.target);
}

void check_reindex_not_concurrent(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::reindex || statement.concurrently || is_new(in)) return;
  out.add(statement.range, "rebuilding " + what_of(statement) + " blocks writes, and reads that could use the index",
          statement.target.text());
}

}  // namespace

constinit const Rule k_rule_reindex_not_concurrent = {
    .info =
        {
            .id = "reindex-not-concurrent",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "REINDEX without CONCURRENTLY.",
            .why = "REINDEX holds SHARE on the table and ACCESS EXCLUSIVE on each index until it is rebuilt. Writes "
                   "wait, and so does nearly every query, because the planner opens all indexes of a table.",
            .instead = "REINDEX INDEX CONCURRENTLY i; (PostgreSQL 12 and later) in a step of its own with "
                       "`transaction: none`.\n"
                       "Before 12: CREATE INDEX CONCURRENTLY a new one, then DROP INDEX CONCURRENTLY the old one. "
                       "REINDEX SYSTEM has no such form: use a maintenance window.",
            .sources =
                "PostgreSQL manual, REINDEX, \"Rebuilding Indexes Concurrently\"; lock measured on PostgreSQL 15.",
        },
    .on_statement = check_reindex_not_concurrent,
    .kinds = {StatementKind::reindex},
};

}  // namespace dbw::review
