#include "review/rule_helpers.hpp"
#include "review/work.hpp"

namespace dbw::review {
namespace {

void check_rewrite_while_holding_lock(const RuleInput& in, Findings& out) {
  if (!at_top_level(in) || !in.facts.in_transaction() || !rewrites_old_table(in.statement, in.facts)) return;
  const std::optional<ObjectName> held = in.locks.write_blocked_besides(in.statement.target);
  if (!held) return;
  out.add(in.statement.range,
          "while " + quoted(in.statement.target) + " is rewritten, " + quoted(*held) +
              " stays locked by an earlier statement of the transaction",
          held->text());
}

}  // namespace

constinit const Rule k_rule_rewrite_while_holding_lock = {
    .info =
        {
            .id = "rewrite-while-holding-lock",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "A statement that rewrites a table or an index while the transaction holds a lock that blocks "
                       "writes to another existing table.",
            .why = "The rewrite takes as long as its table is big, and the other table is closed for all that time, "
                   "although its own statement was done at once.",
            .instead = "One transaction for each: commit between the two statements, the short one last.",
            .sources = "PostgreSQL manual, \"Explicit Locking\" and ALTER TABLE, \"Notes\"; locks and rewrites "
                       "measured on PostgreSQL 15.",
        },
    .on_statement = check_rewrite_while_holding_lock,
    .kinds = {StatementKind::cluster, StatementKind::reindex, StatementKind::alter_table},
};

}  // namespace dbw::review
