#pragma once

#include <string>
#include <vector>

#include "sqlparse/statement.hpp"

/// Indexes and keys that a statement makes.
namespace dbw::review {

/// Calls `use` with the columns of a primary key or unique constraint.
template <typename Use>
void for_key(const sqlparse::Constraint& constraint, const Use& use) {
  if (constraint.kind == sqlparse::ConstraintKind::primary_key || constraint.kind == sqlparse::ConstraintKind::unique)
    use(constraint.columns);
}

template <typename Use>
void for_keys(const std::vector<sqlparse::Constraint>& constraints, const Use& use) {
  for (const sqlparse::Constraint& constraint : constraints) for_key(constraint, use);
}

/// Calls `use` with the columns of every index and key that the statement makes.
template <typename Use>
void for_keys(const sqlparse::Statement& statement, const Use& use) {
  if (statement.kind == sqlparse::StatementKind::create_table ||
      statement.kind == sqlparse::StatementKind::create_index) {
    for (const sqlparse::IndexDefinition& index : statement.indexes) use(index.columns);
  }
  if (statement.kind == sqlparse::StatementKind::create_index && statement.indexes.empty()) {
    std::vector<std::string> columns;
    for (const sqlparse::ColumnDefinition& column : statement.columns) columns.push_back(column.name);
    use(columns);
  }
  if (statement.kind == sqlparse::StatementKind::create_table) {
    for_keys(statement.constraints, use);
    for (const sqlparse::ColumnDefinition& column : statement.columns) for_keys(column.constraints, use);
  }
  if (statement.kind != sqlparse::StatementKind::alter_table) return;
  for (const sqlparse::AlterAction& action : statement.actions) {
    if (action.kind == sqlparse::AlterAction::Kind::add_index) use(action.index.columns);
    if (action.kind == sqlparse::AlterAction::Kind::add_constraint) for_key(action.constraint, use);
    if (action.kind == sqlparse::AlterAction::Kind::add_column) for_keys(action.column.constraints, use);
  }
}

/// The columns of the primary keys that it makes.
std::vector<std::string> primary_key_of(const sqlparse::Statement& statement);

}  // namespace dbw::review
