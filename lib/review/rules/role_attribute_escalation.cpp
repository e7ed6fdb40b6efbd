#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The attribute or privilege that makes an administrator; empty where there is none.
std::string administrator_word(const RuleInput& in) {
  const bool mysql = is_mysql(in);
  const bool grants = in.statement.kind == StatementKind::grant;
  if (in.statement.kind != StatementKind::role && !grants) return {};
  // ALTER ROLE name: a role may be called replication.
  const std::size_t first = grants ? 1 : 3;
  for (std::size_t i = first; i < in.lexemes.size(); ++i) {
    // A privilege of MySQL stands before ON.
    if (mysql && in.lexemes.is(i, "on")) return {};
    const bool attribute =
        !grants && !mysql && in.lexemes.is_any(i, {"superuser", "bypassrls", "createrole", "replication"});
    const bool member = grants && !mysql &&
                        in.lexemes.is_any(i, {"pg_execute_server_program", "pg_read_server_files",
                                              "pg_write_server_files", "pg_write_all_data", "pg_signal_backend"});
    const bool privilege =
        grants && mysql &&
        in.lexemes.is_any(i, {"super", "file", "shutdown", "system_user", "set_user_id", "set_any_definer",
                              "role_admin", "system_variables_admin", "connection_admin"});
    if (attribute || member || privilege) return std::string(in.lexemes[i].text);
  }
  return {};
}

void check_role_attribute_escalation(const RuleInput& in, Findings& out) {
  const std::string word = administrator_word(in);
  if (!word.empty()) out.add(in.statement.range, word + " makes an administrator", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_role_attribute_escalation = {
    .info =
        {
            .id = "role-attribute-escalation",
            .category = "security",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "A role that gets SUPERUSER, BYPASSRLS, CREATEROLE or REPLICATION, membership in a role that "
                       "reaches the server's files, or privileges such as SUPER and FILE.",
            .why = "Its holder can read every row, run programs of the server, or make itself the owner of "
                   "everything; no later check holds it back.",
            .instead = "The privileges on single objects that the task needs; administrators are set up outside of "
                       "change requests.",
            .sources =
                "PostgreSQL manual, CREATE ROLE and \"Predefined Roles\"; MySQL manual, \"Privileges Provided by "
                "MySQL\"; MariaDB manual, \"GRANT\", \"Global Privileges\".",
        },
    .on_statement = check_role_attribute_escalation,
    .kinds = {StatementKind::role, StatementKind::grant},
};

}  // namespace dbw::review
