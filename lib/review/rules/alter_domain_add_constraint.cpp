#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

std::string scan_of_domain(const AlterAction& action) {
  if (action.kind == AlterAction::Kind::add_constraint && !action.constraint.not_valid) return "adding a constraint";
  if (action.kind == AlterAction::Kind::set_not_null) return "SET NOT NULL";
  return action.kind == AlterAction::Kind::validate_constraint ? "VALIDATE CONSTRAINT" : "";
}

void check_alter_domain_add_constraint(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::alter_domain || in.index.creates_type(statement.target)) return;
  for (const AlterAction& action : statement.actions) {
    const std::string what = scan_of_domain(action);
    if (what.empty()) continue;
    out.add(statement.range,
            what + " reads every table with a column of domain " + quoted(statement.target) +
                " and blocks writes to all of them",
            statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_alter_domain_add_constraint = {
    .info =
        {
            .id = "alter-domain-add-constraint",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "ALTER DOMAIN that adds a constraint (not NOT VALID), sets NOT NULL, or validates a constraint.",
            .why = "Every table with a column of the domain is locked SHARE and read in full, one after the other; all "
                   "of them stay locked until commit.",
            .instead = "New values only: ALTER DOMAIN d ADD CONSTRAINT c CHECK (...) NOT VALID; takes no table lock.\n"
                       "For old values put the CHECK on each table, NOT VALID, and validate it there.",
            .sources = "PostgreSQL manual, ALTER DOMAIN, \"Notes\"; locks and scans measured on PostgreSQL 15.",
        },
    .on_statement = check_alter_domain_add_constraint,
    .kinds = {StatementKind::alter_domain},
};

}  // namespace dbw::review
