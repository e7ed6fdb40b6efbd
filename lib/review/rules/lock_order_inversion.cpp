#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_lock_order_inversion(const RuleInput& in, Findings& out) {
  const std::optional<LockInversion> inversion = in.index.locks().inversion_at(in.statement);
  if (!inversion) return;
  out.add(in.statement.range,
          "this transaction takes " + quoted(inversion->first) + " and then " + quoted(inversion->second) +
              "; another one of the change takes them the other way round",
          inversion->second.text());
}

}  // namespace

constinit const Rule k_rule_lock_order_inversion = {
    .info =
        {
            .id = "lock-order-inversion",
            .category = "locking",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::warning,
            .summary = "Two transactions of the change that lock the same existing tables in opposite orders, by DDL "
                       "(PostgreSQL), UPDATE, DELETE or MERGE; also around a circle of several.",
            .why = "Where both run at once, for two deployments or beside the application, each holds what the other "
                   "waits for: the server ends one of them with a deadlock error, after both have blocked everybody.",
            .instead = "The same order of tables everywhere, for example by name; or one table per transaction.",
            .sources = "PostgreSQL manual, \"Deadlocks\"; MySQL manual, \"How to Minimize and Handle Deadlocks\".",
        },
    .on_statement = check_lock_order_inversion,
};

}  // namespace dbw::review
