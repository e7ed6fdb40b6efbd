#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The columns existed before the change, and so may an index of them.
bool may_be_indexed_already(const RuleInput& in, const NewColumns& fresh, const std::vector<std::string>& columns) {
  if (in.statement.kind == StatementKind::create_table) return false;
  return std::none_of(columns.begin(), columns.end(), [&](const std::string& column) { return fresh.has(column); });
}

void check_foreign_key_without_index(const RuleInput& in, Findings& out) {
  const ObjectName& table = in.statement.target;
  const NewColumns fresh(in);
  const auto check = [&](const sqlparse::Constraint& key, const std::vector<std::string>& columns) {
    if (key.kind != ConstraintKind::foreign_key || columns.empty() || may_be_indexed_already(in, fresh, columns))
      return;
    if (!in.index.indexes(table, columns))
      out.add(
          in.statement.range,
          "no index of the change begins with " + join(columns, ", ") + ", which refers to " + quoted(key.references),
          table.text());
  };
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    for (const sqlparse::Constraint& key : column.constraints) check(key, {column.name});
  });
  if (in.statement.temporary) return;
  for (const sqlparse::Constraint& key : in.statement.constraints) check(key, key.columns);
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_constraint) check(action.constraint, action.constraint.columns);
  }
}

}  // namespace

constinit const Rule k_rule_foreign_key_without_index = {
    .info =
        {
            .id = "foreign-key-without-index",
            .category = "hygiene",
            .engines = k_postgresql | k_sqlite,
            .severity = model::Severity::warning,
            .summary = "A foreign key over new columns for which the change makes no index that begins with them. An "
                       "index with a WHERE does not count.",
            .why = "Each DELETE and each change of a key in the referenced table looks for rows that refer to it: "
                   "without an index that reads the whole referencing table, once per row, under a lock. MySQL and "
                   "MariaDB make the index themselves.",
            .instead = "CREATE INDEX orders_customer_id ON orders (customer_id); of an existing table CONCURRENTLY, "
                       "and before the foreign key.",
            .sources = "PostgreSQL manual, \"Constraints\", \"Foreign Keys\"; SQLite documentation, \"SQLite Foreign "
                       "Key Support\", 3.",
        },
    .on_statement = check_foreign_key_without_index,
};

}  // namespace dbw::review
