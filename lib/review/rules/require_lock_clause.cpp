#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_require_lock_clause(const RuleInput& in, Findings& out) {
  const bool changes =
      in.statement.kind == StatementKind::alter_table || in.statement.kind == StatementKind::create_index;
  if (!changes || in.lexemes.is(0, "rename") || !on_old_table(in)) return;
  // INSTANT takes no LOCK clause but DEFAULT.
  const bool said = !ddl_clause(in.statement, "lock").empty() || ddl_clause(in.statement, "algorithm") == "instant";
  const ObjectName& table = table_of(in.statement);
  if (!said)
    out.add(in.statement.range, "whether " + quoted(table) + " can be written to meanwhile is left to the server",
            table.text());
}

}  // namespace

constinit const Rule k_rule_require_lock_clause = {
    .info =
        {
            .id = "require-lock-clause",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "ALTER TABLE or CREATE INDEX on an existing table without LOCK= and without ALGORITHM=INSTANT.",
            .why = "Without the clause the server shuts out writes wherever it cannot do without. With LOCK=NONE it "
                   "refuses.",
            .instead = "ALTER TABLE t ADD INDEX i (c), ALGORITHM=INPLACE, LOCK=NONE;",
            .sources = "MySQL manual, \"ALTER TABLE Statement\"; MariaDB manual, \"ALTER TABLE\", LOCK.",
        },
    .on_statement = check_require_lock_clause,
    .kinds = {StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
