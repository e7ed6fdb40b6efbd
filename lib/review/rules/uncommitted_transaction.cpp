#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_uncommitted_transaction_file(const RuleInput& in, Findings& out) {
  if (!in.facts.in_explicit_transaction() || in.file.transactional) return;
  out.add(in.facts.open_begin(), "this transaction is never committed");
}

}  // namespace

constinit const Rule k_rule_uncommitted_transaction = {
    .info =
        {
            .id = "uncommitted-transaction",
            .category = "transaction",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "BEGIN that the file never closes.",
            .why = "When the connection ends, the engine rolls back, so nothing of it happens; until then its locks "
                   "are held.",
            .instead = "End it with COMMIT;",
            .sources = "PostgreSQL manual, BEGIN; SQLite documentation, \"Transaction\".",
        },
    .on_file = check_uncommitted_transaction_file,
};

}  // namespace dbw::review
