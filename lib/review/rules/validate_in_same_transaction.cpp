#include <set>
#include <string_view>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_validate_in_same_transaction(const RuleInput& in, Findings& out) {
  std::set<std::string_view> added;
  for_actions(in, AlterAction::Kind::add_constraint,
              [&](const AlterAction& action) { added.insert(action.constraint.name); });
  for_actions(in, AlterAction::Kind::validate_constraint, [&](const AlterAction& action) {
    const ObjectName& table = in.statement.target;
    const ChangeFacts::KnownConstraint* known = in.facts.constraint(table, action.name);
    const bool earlier =
        known != nullptr && known->constraint.not_valid && known->transaction == in.facts.transaction();
    const bool here = added.count(action.name) != 0;
    if (!earlier && !here) return;
    out.add(in.statement.range,
            "constraint " + quoted(action.name) + " is validated under the lock that adding it took", table.text());
  });
}

}  // namespace

constinit const Rule k_rule_validate_in_same_transaction = {
    .info =
        {
            .id = "validate-in-same-transaction",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "VALIDATE CONSTRAINT in the transaction that added the constraint NOT VALID.",
            .why = "The strong lock of ADD CONSTRAINT is kept until commit, so the scan of VALIDATE runs under it "
                   "after all.",
            .instead = "Put VALIDATE CONSTRAINT into a later transaction (a later request, or a step of its own).",
            .sources = "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15.",
        },
    .on_statement = check_validate_in_same_transaction,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
