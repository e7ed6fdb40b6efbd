#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool weak_action(const AlterAction& action) {
  // SHARE UPDATE EXCLUSIVE: waits only for other DDL, VACUUM and the like, and blocks neither reads nor writes.
  return action.kind == AlterAction::Kind::validate_constraint || action.kind == AlterAction::Kind::set_statistics ||
         action.concurrently;
}

bool drops_relation(const Statement& statement) {
  return statement.target_kind == ObjectKind::table || statement.target_kind == ObjectKind::view ||
         statement.target_kind == ObjectKind::materialized_view || statement.target_kind == ObjectKind::index ||
         statement.target_kind == ObjectKind::trigger || statement.target_kind == ObjectKind::policy;
}

bool takes_strong_lock(const RuleInput& in) {
  const Statement& statement = in.statement;
  switch (statement.kind) {
    case StatementKind::alter_table:
      return on_old_table(in) && !std::all_of(statement.actions.begin(), statement.actions.end(), weak_action);
    case StatementKind::drop:
      return !statement.concurrently && drops_relation(statement) &&
             !std::all_of(statement.targets.begin(), statement.targets.end(), [&](const ObjectName& name) {
               return in.facts.created_table(name) || in.facts.created_index(name);
             });
    case StatementKind::truncate:
      return !std::all_of(statement.targets.begin(), statement.targets.end(),
                          [&](const ObjectName& name) { return in.facts.created_table(name); });
    case StatementKind::create_index:
    case StatementKind::create_trigger:
    case StatementKind::policy:
      return !statement.concurrently && on_old_table(in);
    case StatementKind::reindex:
    case StatementKind::refresh_view:
      return !statement.concurrently;
    case StatementKind::cluster:
    case StatementKind::lock:
      return true;
    case StatementKind::vacuum:
      return statement.full;
    default:
      return false;
  }
}

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
};

}  // namespace dbw::review
