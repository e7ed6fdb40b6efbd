#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_column_in_index(const RuleInput& in, Findings& out) {
  const ObjectName& table = in.statement.target;
  if (in.statement.kind != StatementKind::alter_table) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::drop_column && in.index.indexes_column(table, action.name))
      out.add(in.statement.range,
              "column " + quoted(action.name) + " of " + quoted(table) + " belongs to an index that the change makes",
              table.text() + "." + action.name);
  }
}

}  // namespace

constinit const Rule k_rule_drop_column_in_index = {
    .info =
        {
            .id = "drop-column-in-index",
            .category = "destructive",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "DROP COLUMN of a column that belongs to an index or key which the same change makes.",
            .why = "PostgreSQL drops the index with it, MySQL and MariaDB take the column out of the index, which may "
                   "make a unique key fail or mean something else, SQLite refuses.",
            .instead = "Drop the index first, or leave the column out of it.",
            .sources = "PostgreSQL manual, ALTER TABLE; MySQL manual, \"ALTER TABLE Statement\"; MariaDB manual, ALTER "
                       "TABLE; SQLite documentation, ALTER TABLE DROP COLUMN.",
        },
    .on_statement = check_drop_column_in_index,
};

}  // namespace dbw::review
