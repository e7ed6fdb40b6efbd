#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_require_algorithm_clause(const RuleInput& in, Findings& out) {
  const bool changes =
      in.statement.kind == StatementKind::alter_table || in.statement.kind == StatementKind::create_index;
  // RENAME TABLE has no such clause.
  if (!changes || in.lexemes.is(0, "rename") || !on_old_table(in) || !ddl_clause(in.statement, "algorithm").empty())
    return;
  const ObjectName& table = table_of(in.statement);
  out.add(in.statement.range, "how the server changes " + quoted(table) + " is left to it", table.text());
}

}  // namespace

constinit const Rule k_rule_require_algorithm_clause = {
    .info =
        {
            .id = "require-algorithm-clause",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "ALTER TABLE or CREATE INDEX on an existing table without ALGORITHM=.",
            .why = "Without the clause the server takes the best way it has, and where it has none it silently "
                   "copies the table. With the clause it refuses.",
            .instead = "ALTER TABLE t ADD COLUMN c int, ALGORITHM=INSTANT;\n"
                       "CREATE INDEX i ON t (c) ALGORITHM=INPLACE LOCK=NONE;",
            .sources = "MySQL manual, \"ALTER TABLE Statement\"; MariaDB manual, \"ALTER TABLE\", ALGORITHM.",
        },
    .on_statement = check_require_algorithm_clause,
    .kinds = {StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
