#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_explicit_transaction_control(const RuleInput& in, Findings& out) {
  const bool owned = in.review.executor || in.file.transactional;
  const bool controls =
      in.statement.kind == StatementKind::transaction ||
      (in.statement.kind == StatementKind::set && in.statement.statement_class == StatementClass::transaction);
  if (!controls || !owned) return;
  out.add(in.statement.range, "the runner owns the transaction; this statement would take it out of its hands");
}

}  // namespace

constinit const Rule k_rule_explicit_transaction_control = {
    .info =
        {
            .id = "explicit-transaction-control",
            .category = "transaction",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .summary = "BEGIN, COMMIT, ROLLBACK, SAVEPOINT or SET TRANSACTION where the runner owns the transaction.",
            .why = "A COMMIT leaves the guarded transaction: timeouts set with SET LOCAL, the row bounds and the "
                   "rollback of a failed step no longer cover what follows.",
            .instead = "Remove it. Each step is one transaction; use several steps where several transactions are "
                       "meant, and `transaction: none` where none is.",
            .sources = "PostgreSQL manual, COMMIT and SET LOCAL; SQLite documentation, \"Transaction\".",
        },
    .on_statement = check_explicit_transaction_control,
    .kinds = {StatementKind::transaction, StatementKind::set},
};

}  // namespace dbw::review
