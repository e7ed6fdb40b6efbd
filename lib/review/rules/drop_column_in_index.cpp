#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The name of an index of the snapshot whose meaning the column's end changes: with other columns, or of
/// SQLite, which refuses. An index of the column alone goes with it, as intended.
std::string index_of_snapshot(const RuleInput& in, const std::string& column) {
  const schema::Relation* table = in.schema.has_snapshot() ? in.schema.relation(in.statement.target) : nullptr;
  if (table == nullptr) return {};
  for (const schema::Index& index : table->indexes) {
    const bool has = std::find(index.columns.begin(), index.columns.end(), column) != index.columns.end();
    if (has && (index.columns.size() > 1 || in.review.engine == Engine::sqlite)) return index.name;
  }
  return {};
}

void check_drop_column_in_index(const RuleInput& in, Findings& out) {
  const ObjectName& table = in.statement.target;
  if (in.statement.kind != StatementKind::alter_table) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::drop_column) continue;
    const std::string old_index = index_of_snapshot(in, action.name);
    if (!old_index.empty())
      out.add(in.statement.range,
              "column " + quoted(action.name) + " of " + quoted(table) + " belongs to index " + quoted(old_index),
              table.text() + "." + action.name);
    else if (in.index.indexes_column(table, action.name))
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
            .revision = 2,
            .severity = model::Severity::warning,
            .summary =
                "DROP COLUMN of a column that belongs to an index or key which the same change makes, or, by the "
                "snapshot, to an older index of several columns (SQLite: of any).",
            .why = "PostgreSQL drops the index with it, MySQL and MariaDB take the column out of the index, which may "
                   "make a unique key fail or mean something else, SQLite refuses.",
            .instead = "Drop the index first, or leave the column out of it.",
            .sources = "PostgreSQL manual, ALTER TABLE; MySQL manual, \"ALTER TABLE Statement\"; MariaDB manual, ALTER "
                       "TABLE; SQLite documentation, ALTER TABLE DROP COLUMN.",
        },
    .on_statement = check_drop_column_in_index,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
