#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// It leaves something behind when a later statement fails. DROP INDEX CONCURRENTLY often clears the way for the next
/// statement, and REINDEX can be run again.
bool leaves_something(const Statement& statement) {
  const bool changes =
      statement.statement_class == StatementClass::ddl || statement.statement_class == StatementClass::dml ||
      statement.statement_class == StatementClass::privilege || statement.statement_class == StatementClass::admin;
  const bool harmless = statement.kind == StatementKind::analyze || statement.kind == StatementKind::reindex ||
                        (statement.kind == StatementKind::vacuum && !statement.full) ||
                        (statement.kind == StatementKind::drop && statement.concurrently);
  return changes && !harmless;
}

void check_non_transactional_statement(const RuleInput& in, Findings& out) {
  if (in.file.transactional) return;  // non-transactional-in-transaction
  const Statement* first = nullptr;
  std::size_t changes = 0;
  bool open = false;
  for (const Statement& statement : in.file.parsed.statements) {
    if (statement.kind == StatementKind::transaction)
      open = statement.transaction_command == "begin" ||
             (open && statement.transaction_command != "commit" && statement.transaction_command != "rollback");
    if (!leaves_something(statement)) continue;
    ++changes;
    if (first == nullptr && !open && statement.needs_no_transaction) first = &statement;
  }
  if (first == nullptr || changes < 2) return;
  out.add(first->range,
          "this cannot be rolled back together with the other changes of the file: a failure leaves some of them done",
          first->target.text());
}

}  // namespace

constinit const Rule k_rule_non_transactional_statement = {
    .info =
        {
            .id = "non-transactional-statement",
            .category = "transaction",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "A statement that runs outside any transaction (CONCURRENTLY, CREATE DATABASE, VACUUM FULL ...) "
                       "in a file with other changes.",
            .why = "When one of the statements fails, those before it stay, a failed CREATE INDEX CONCURRENTLY also "
                   "leaves an INVALID index behind, and the file cannot simply be run again.",
            .instead = "One such statement per step or file.",
            .sources = "PostgreSQL manual, CREATE INDEX, \"Building Indexes Concurrently\".",
        },
    .on_file = check_non_transactional_statement,
};

}  // namespace dbw::review
