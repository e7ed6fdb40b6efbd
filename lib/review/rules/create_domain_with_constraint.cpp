#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_create_domain_with_constraint(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  const bool domain = statement.kind == StatementKind::create_type && statement.target_kind == ObjectKind::domain;
  if (!domain || statement.constraints.empty()) return;
  out.add(statement.range,
          "every later change of the constraint of " + quoted(statement.target) + " locks all tables that use it",
          statement.target.text());
}

}  // namespace

constinit const Rule k_rule_create_domain_with_constraint = {
    .info =
        {
            .id = "create-domain-with-constraint",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "CREATE DOMAIN with CHECK or NOT NULL.",
            .why = "A column of such a domain cannot be added without a rewrite of the table, and a new constraint of "
                   "the domain scans every table that uses it while their writes wait.",
            .instead = "Use the base type and put the CHECK on the tables: there it can be added NOT VALID and "
                       "validated without blocking.",
            .sources = "PostgreSQL manual, CREATE DOMAIN and ALTER DOMAIN, \"Notes\"; rewrite and locks measured on "
                       "PostgreSQL 15.",
        },
    .on_statement = check_create_domain_with_constraint,
    .kinds = {StatementKind::create_type},
};

}  // namespace dbw::review
