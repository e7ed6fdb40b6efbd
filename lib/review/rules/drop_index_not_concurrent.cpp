#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_index_not_concurrent(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::drop || statement.target_kind != ObjectKind::index || statement.concurrently)
    return;
  for (const ObjectName& index : statement.targets) {
    if (in.facts.created_index(index)) continue;
    out.add(statement.range, "dropping index " + quoted(index) + " blocks reads and writes of its table", index.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_index_not_concurrent = {
    .info =
        {
            .id = "drop-index-not-concurrent",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "DROP INDEX without CONCURRENTLY.",
            .why = "DROP INDEX takes ACCESS EXCLUSIVE on the table as well as on the index: it waits for running "
                   "queries, and every new query waits behind it.",
            .instead = "DROP INDEX CONCURRENTLY (one index, no CASCADE) in a step of its own with `transaction: none`.",
            .sources = "PostgreSQL manual, DROP INDEX; lock measured on PostgreSQL 15.",
        },
    .on_statement = check_drop_index_not_concurrent,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
