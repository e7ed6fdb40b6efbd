#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_require_lock_timeout(const RuleInput& in, Findings& out) {
  if (in.review.executor || in.facts.lock_timeout_in_force() || !takes_strong_lock(in)) return;
  const ObjectName& table = table_of(in.statement);
  out.add(in.statement.range, "this may wait for its lock without limit, and everything else on the table behind it",
          table.text());
}

}  // namespace

constinit const Rule k_rule_require_lock_timeout = {
    .info =
        {
            .id = "require-lock-timeout",
            .category = "locking",
            .engines = k_postgresql,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary = "A statement that takes a strong lock on an existing table while no lock_timeout is in force. "
                       "Requests run by dbw always have one.",
            .why = "A statement that waits for a strong lock makes every later query on the table wait behind it: one "
                   "long SELECT is enough to stop the application.",
            .instead =
                "SET lock_timeout = '2s'; before it (SET LOCAL inside a transaction), and try again when it fails.",
            .sources = "PostgreSQL manual, \"Explicit Locking\" and lock_timeout.",
        },
    .on_statement = check_require_lock_timeout,
    .kinds = {StatementKind::drop, StatementKind::truncate, StatementKind::create_index, StatementKind::create_trigger,
              StatementKind::create_rule, StatementKind::policy, StatementKind::reindex, StatementKind::refresh_view,
              StatementKind::cluster, StatementKind::lock, StatementKind::vacuum, StatementKind::alter_table},
};

}  // namespace dbw::review
