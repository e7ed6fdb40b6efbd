#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_non_transactional_in_transaction(const RuleInput& in, Findings& out) {
  if (!in.statement.needs_no_transaction || !in.facts.in_transaction()) return;
  const char* whose = in.facts.in_explicit_transaction() ? "the transaction that BEGIN opened"
                                                         : "the transaction that its runner opens";
  out.add(in.statement.range, std::string("the engine refuses this statement inside ") + whose,
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_non_transactional_in_transaction = {
    .info =
        {
            .id = "non-transactional-in-transaction",
            .category = "transaction",
            .engines = k_postgresql | k_sqlite,
            .severity = model::Severity::error,
            .summary = "A statement that the engine refuses inside a transaction (CONCURRENTLY, VACUUM, CREATE "
                       "DATABASE, ALTER SYSTEM ...), inside one.",
            .why = "It fails when it runs, and everything before it in the transaction is rolled back.",
            .instead = "Put it into a step of its own with `transaction: none` (plain files: outside BEGIN ... COMMIT, "
                       "and not with psql -1).",
            .sources = "PostgreSQL manual, CREATE INDEX, VACUUM, CREATE DATABASE, ALTER SYSTEM: \"cannot be executed "
                       "inside a transaction block\".",
        },
    .on_statement = check_non_transactional_in_transaction,
};

}  // namespace dbw::review
