#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_transaction_nesting(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::transaction || !at_top_level(in)) return;  // bodies run elsewhere
  const std::string& command = in.statement.transaction_command;
  if (command == "begin" && in.facts.in_transaction()) {
    out.add(in.statement.range, in.facts.in_explicit_transaction()
                                    ? "BEGIN inside a transaction that is open already"
                                    : "BEGIN inside the transaction that the runner opens");
  } else if ((command == "commit" || command == "rollback") && !in.facts.in_explicit_transaction()) {
    out.add(in.statement.range, in.facts.in_runner_transaction() ? "this ends the transaction of the runner"
                                                                 : "there is no transaction to end");
  }
}

}  // namespace

constinit const Rule k_rule_transaction_nesting = {
    .info =
        {
            .id = "transaction-nesting",
            .category = "transaction",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "BEGIN inside an open transaction; COMMIT or ROLLBACK where none was begun here.",
            .why = "Transactions do not nest: an inner COMMIT ends the outer transaction, and a second BEGIN or a lone "
                   "COMMIT is a warning in PostgreSQL and an error in SQLite, so the file does not do what it says.",
            .instead = "One BEGIN and one COMMIT per transaction; SAVEPOINT where a part must be undone alone.",
            .sources = "PostgreSQL manual, BEGIN and COMMIT; SQLite documentation, \"Transaction\".",
        },
    .on_statement = check_transaction_nesting,
    .kinds = {StatementKind::transaction},
};

}  // namespace dbw::review
