#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_grant_privilege(const RuleInput& in, Findings& out) {
  if (in.statement.statement_class != StatementClass::privilege ||
      (in.statement.kind == StatementKind::set && in.statement.setting == "role"))
    return;
  out.add(in.statement.range, "this changes who may do what", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_grant_privilege = {
    .info =
        {
            .id = "grant-privilege",
            .category = "security",
            .engines = k_postgresql | k_mysql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "A statement of class privilege: GRANT, REVOKE, ALTER DEFAULT PRIVILEGES, roles, owners, "
                       "policies of row security; users and passwords.",
            .why = "It changes who may read or change data from then on, long after this request is forgotten.",
            .instead = "Keep rights in the repository that manages roles, or in a request of their own for the people "
                       "who own them.",
            .sources = "PostgreSQL manual, \"Privileges\" and \"Row Security Policies\"; MySQL and MariaDB manuals, "
                       "\"Account Management Statements\".",
        },
    .on_statement = check_grant_privilege,
};

}  // namespace dbw::review
