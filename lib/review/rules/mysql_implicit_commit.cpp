#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool commits_implicitly(const RuleInput& in) {
  const Statement& statement = in.statement;
  if (statement.temporary) return false;
  if (statement.kind == StatementKind::lock) return in.lexemes.is(0, "lock");
  return statement.statement_class == StatementClass::ddl || statement.statement_class == StatementClass::privilege;
}

void check_mysql_implicit_commit(const RuleInput& in, Findings& out) {
  if (!in.facts.in_explicit_transaction() || !commits_implicitly(in)) return;
  out.add(in.statement.range, "this commits the transaction that is open: what came before it cannot be rolled back",
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_mysql_implicit_commit = {
    .info =
        {
            .id = "mysql-implicit-commit",
            .category = "transaction",
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary = "DDL, GRANT or LOCK TABLES between BEGIN and COMMIT.",
            .why = "MySQL and MariaDB commit silently before such a statement and behind it. A ROLLBACK later takes "
                   "nothing back, and the rest runs outside any transaction.",
            .instead = "DDL in a change of its own, without BEGIN and COMMIT around it.",
            .sources =
                "MySQL manual, \"Statements That Cause an Implicit Commit\"; MariaDB manual, \"SQL statements That "
                "Cause an Implicit Commit\"; measured on MariaDB 10.11.",
        },
    .on_statement = check_mysql_implicit_commit,
};

}  // namespace dbw::review
