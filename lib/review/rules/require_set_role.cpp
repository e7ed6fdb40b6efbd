#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_require_set_role_file(const RuleInput& in, Findings& out) {
  bool role = false;
  for (const Statement& statement : in.file.parsed.statements) {
    role = role ||
           (statement.kind == StatementKind::set && statement.setting == "role" && !statement.setting_value.empty());
    const bool creates =
        statement.kind == StatementKind::create_table || statement.kind == StatementKind::create_view ||
        statement.kind == StatementKind::create_sequence || statement.kind == StatementKind::create_function ||
        statement.kind == StatementKind::create_type || statement.kind == StatementKind::create_table_as;
    if (!creates || statement.temporary || role) continue;
    out.add(statement.range, "the file has not said SET ROLE: whoever runs it owns " + quoted(statement.target),
            statement.target.text());
    return;
  }
}

}  // namespace

constinit const Rule k_rule_require_set_role = {
    .info =
        {
            .id = "require-set-role",
            .category = "security",
            .engines = k_postgresql,
            .severity = model::Severity::off,
            .summary = "A file that creates an object before SET ROLE.",
            .why = "The object belongs to the login that happens to run the file. Another login cannot alter it later, "
                   "and default privileges of the owner role do not apply.",
            .instead = "SET ROLE app_owner; first, or SET LOCAL ROLE inside a transaction.",
            .sources = "PostgreSQL manual, SET ROLE and \"Role Membership\".",
        },
    .on_file = check_require_set_role_file,
};

}  // namespace dbw::review
