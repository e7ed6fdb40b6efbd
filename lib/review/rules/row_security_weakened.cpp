#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_row_security_weakened(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  for_actions(in, AlterAction::Kind::disable_row_security, [&](const AlterAction&) {
    out.add(statement.range, "row security no longer protects " + quoted(statement.target), statement.target.text());
  });
  if (statement.kind == StatementKind::drop && statement.target_kind == ObjectKind::policy)
    out.add(statement.range, "policy " + quoted(statement.target) + " no longer limits or allows rows",
            statement.target.text());
  if (statement.kind == StatementKind::policy && statement.policy_admits_all && on_old_table(in))
    out.add(statement.range, "USING (true) lets every row of " + quoted(table_of(statement)) + " through",
            table_of(statement).text());
}

}  // namespace

constinit const Rule k_rule_row_security_weakened = {
    .info =
        {
            .id = "row-security-weakened",
            .category = "security",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "Row security is switched off, no longer forced on the owner, or loses a policy; a permissive "
                       "policy USING (true) on an existing table.",
            .why = "Permissive policies are combined with OR: one USING (true) undoes all others. Rows that were "
                   "hidden from a role, of another customer say, become visible at once and without an error.",
            .instead = "Replace a policy with ALTER POLICY ... USING (condition); make exceptions for one role: CREATE "
                       "POLICY ... TO role. Let the owner of the data approve.",
            .sources = "PostgreSQL manual, \"Row Security Policies\", CREATE POLICY and ALTER TABLE.",
        },
    .on_statement = check_row_security_weakened,
    .kinds = {StatementKind::alter_table, StatementKind::drop, StatementKind::policy},
};

}  // namespace dbw::review
