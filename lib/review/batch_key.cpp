#include "review/batch_key.hpp"

#include <algorithm>
#include <iterator>

#include "sqlparse/batch_frame.hpp"

namespace dbw::review {
namespace {

constexpr std::string_view k_integer_types[] = {"int2",      "int4", "int8",   "tinyint", "smallint",
                                                "mediumint", "int",  "bigint", "integer"};

bool is_alone(const std::vector<std::string>& columns, const schema::Column& column) {
  return columns.size() == 1 && columns.front() == column.name;
}

bool has_key(const schema::Relation& table, const schema::Column& column, ConstraintKind kind) {
  return std::any_of(table.constraints.begin(), table.constraints.end(), [&](const schema::Constraint& it) {
    return it.kind == kind && it.validated && is_alone(it.columns, column);
  });
}

bool has_unique_index(const schema::Relation& table, const schema::Column& column) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const schema::Index& it) {
    return it.unique && it.valid && it.predicate.empty() && is_alone(it.columns, column);
  });
}

/// The other name of the rowid. A DESC behind the key makes it an ordinary column, with an index that shows it.
bool is_rowid(const schema::Relation& table, const schema::Column& column) {
  const bool ordinary = std::any_of(table.indexes.begin(), table.indexes.end(), [&](const schema::Index& it) {
    return it.name.starts_with("sqlite_autoindex") && is_alone(it.columns, column);
  });
  return column.auto_increment && column.type == "integer" && !ordinary;
}

bool cuts(Engine engine, const schema::Relation& table, const schema::Column& column) {
  const bool primary = has_key(table, column, ConstraintKind::primary_key);
  if (!column.generated.empty() || column.array || !sqlparse::is_plain_name(column.name)) return false;
  if (engine == Engine::sqlite) return primary && is_rowid(table, column);
  const bool integer =
      std::find(std::begin(k_integer_types), std::end(k_integer_types), column.type) != std::end(k_integer_types);
  if (!integer && !(engine == Engine::postgresql && column.type == "uuid")) return false;
  return primary ||
         (column.not_null && (has_key(table, column, ConstraintKind::unique) || has_unique_index(table, column)));
}

}  // namespace

const schema::Column* batch_key(Engine engine, const schema::Relation& table) {
  const schema::Column* out = nullptr;
  for (const schema::Column& column : table.columns) {
    if (!cuts(engine, table, column)) continue;
    if (has_key(table, column, ConstraintKind::primary_key)) return &column;
    if (out == nullptr) out = &column;
  }
  return out;
}

}  // namespace dbw::review
