#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_require_statement_timeout(const RuleInput& in, Findings& out) {
  if (in.review.executor || in.facts.statement_timeout_in_force() || !takes_strong_lock(in)) return;
  const ObjectName& table = table_of(in.statement);
  out.add(in.statement.range, "this may hold its lock without limit: no statement_timeout is in force", table.text());
}

}  // namespace

constinit const Rule k_rule_require_statement_timeout = {
    .info =
        {
            .id = "require-statement-timeout",
            .category = "locking",
            .engines = k_postgresql,
            .revision = 2,
            .severity = model::Severity::off,
            .summary = "A statement of a plain file that takes a strong lock on an existing table while no "
                       "statement_timeout is in force. Requests run by dbw always have one.",
            .why = "lock_timeout ends the wait for a lock. A scan or rewrite that turns out to take hours holds the "
                   "lock for all of them.",
            .instead = "SET statement_timeout = '5min'; before it (SET LOCAL inside a transaction).",
            .sources = "PostgreSQL manual, \"Client Connection Defaults\", statement_timeout.",
        },
    .on_statement = check_require_statement_timeout,
    .kinds = {StatementKind::drop, StatementKind::truncate, StatementKind::create_index, StatementKind::create_trigger,
              StatementKind::create_rule, StatementKind::policy, StatementKind::reindex, StatementKind::refresh_view,
              StatementKind::cluster, StatementKind::lock, StatementKind::vacuum, StatementKind::alter_table},
};

}  // namespace dbw::review
