#include <algorithm>
#include <optional>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Whether the table of the snapshot has an index over every row that begins with these columns, in any order; nothing
/// where the table is not known.
std::optional<bool> snapshot_indexes(const RuleInput& in, const std::vector<std::string>& columns) {
  const schema::Relation* table = in.schema.has_snapshot() ? in.schema.relation(in.statement.target) : nullptr;
  if (table == nullptr) return std::nullopt;
  const auto begins = [&](const std::vector<std::string>& key) {
    return key.size() >= columns.size() &&
           std::is_permutation(columns.begin(), columns.end(), key.begin(),
                               key.begin() + static_cast<std::ptrdiff_t>(columns.size()));
  };
  const auto covers = [&](const schema::Index& index) {
    return index.valid && index.predicate.empty() && begins(index.columns);
  };
  const auto is_key = [&](const schema::Constraint& key) {
    return (key.kind == ConstraintKind::primary_key || key.kind == ConstraintKind::unique) && begins(key.columns);
  };
  return std::any_of(table->indexes.begin(), table->indexes.end(), covers) ||
         std::any_of(table->constraints.begin(), table->constraints.end(), is_key);
}

/// The columns existed before the change, and so may an index of them.
bool may_be_indexed_already(const RuleInput& in, const NewColumns& fresh, const std::vector<std::string>& columns) {
  if (in.statement.kind == StatementKind::create_table) return false;
  if (std::any_of(columns.begin(), columns.end(), [&](const std::string& column) { return fresh.has(column); }))
    return false;
  return snapshot_indexes(in, columns).value_or(true);
}

void check_foreign_key_without_index(const RuleInput& in, Findings& out) {
  const ObjectName& table = in.statement.target;
  const NewColumns fresh(in);
  const auto check = [&](const sqlparse::Constraint& key, const std::vector<std::string>& columns) {
    if (key.kind != ConstraintKind::foreign_key || columns.empty() || may_be_indexed_already(in, fresh, columns))
      return;
    if (!in.index.indexes(table, columns))
      out.add(in.statement.range,
              "no index begins with " + join(columns, ", ") + ", which refers to " + quoted(key.references),
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
            .revision = 2,
            .severity = model::Severity::warning,
            .summary = "A foreign key over new columns for which the change makes no index that begins with them; over "
                       "older ones where neither the change nor the snapshot has one. An index with a WHERE does not "
                       "count.",
            .why = "Each DELETE and each change of a key in the referenced table looks for rows that refer to it: "
                   "without an index that reads the whole referencing table, once per row, under a lock. MySQL and "
                   "MariaDB make the index themselves.",
            .instead = "CREATE INDEX orders_customer_id ON orders (customer_id); of an existing table CONCURRENTLY, "
                       "and before the foreign key.",
            .sources = "PostgreSQL manual, \"Constraints\", \"Foreign Keys\"; SQLite documentation, \"SQLite Foreign "
                       "Key Support\", 3.",
        },
    .on_statement = check_foreign_key_without_index,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
