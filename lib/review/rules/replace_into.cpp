#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_replace_into(const RuleInput& in, Findings& out) {
  const bool writes = in.statement.kind == StatementKind::insert || in.statement.kind == StatementKind::update;
  if (!writes || !in.statement.or_replace || !on_old_table(in)) return;
  const ObjectName& table = in.statement.target;
  out.add(in.statement.range, "rows of " + quoted(table) + " that are in the way are deleted, not changed",
          table.text());
}

}  // namespace

constinit const Rule k_rule_replace_into = {
    .info =
        {
            .id = "replace-into",
            .category = "destructive",
            .engines = k_mysql | k_sqlite,
            .severity = model::Severity::warning,
            .summary = "REPLACE, INSERT OR REPLACE or UPDATE OR REPLACE on an existing table.",
            .why = "A row with the same key is deleted and a new one inserted: columns that are not named lose their "
                   "values, ON DELETE CASCADE takes the children along, triggers fire for a deletion. Each unique "
                   "index may cost another row.",
            .instead = "MySQL, MariaDB: INSERT ... ON DUPLICATE KEY UPDATE a = ...;\n"
                       "SQLite: INSERT ... ON CONFLICT (id) DO UPDATE SET a = excluded.a;",
            .sources = "MySQL and MariaDB manuals, REPLACE; SQLite documentation, \"ON CONFLICT\" and \"UPSERT\".",
        },
    .on_statement = check_replace_into,
    .kinds = {StatementKind::insert, StatementKind::update},
};

}  // namespace dbw::review
