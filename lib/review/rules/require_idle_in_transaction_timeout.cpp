#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool locks_old_table_exclusively(const RuleInput& in) {
  const std::vector<TableLock> locks = table_locks(in.statement);
  return std::any_of(locks.begin(), locks.end(), [&](const TableLock& lock) {
    return lock.mode == LockMode::access_exclusive && !in.facts.created_table(lock.table);
  });
}

void check_require_idle_in_transaction_timeout(const RuleInput& in, Findings& out) {
  const bool first = at_top_level(in) && !in.locks.access_exclusive();
  if (in.review.executor || !in.facts.in_explicit_transaction() || in.statement.temporary || !first) return;
  if (in.index.sets("idle_in_transaction_session_timeout") || !locks_old_table_exclusively(in)) return;
  const ObjectName& table = table_of(in.statement);
  out.add(in.statement.range, "if the client hangs before COMMIT, this lock stays and nobody can use " + quoted(table),
          table.text());
}

}  // namespace

constinit const Rule k_rule_require_idle_in_transaction_timeout = {
    .info =
        {
            .id = "require-idle-in-transaction-timeout",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "A transaction of a plain file locks an existing table ACCESS EXCLUSIVE and the file never sets "
                       "idle_in_transaction_session_timeout. Requests run by dbw always have one.",
            .why = "A client that stops between BEGIN and COMMIT (a laptop that sleeps, a lost connection) keeps its "
                   "locks until somebody ends the session by hand.",
            .instead = "SET idle_in_transaction_session_timeout = '30s'; before BEGIN.",
            .sources = "PostgreSQL manual, idle_in_transaction_session_timeout.",
        },
    .on_statement = check_require_idle_in_transaction_timeout,
};

}  // namespace dbw::review
