#include "review/work.hpp"

#include <algorithm>

#include "review/cast_table.hpp"

namespace dbw::review {

using sqlparse::AlterAction;
using sqlparse::ConstraintKind;
using sqlparse::ObjectKind;
using sqlparse::Statement;
using sqlparse::StatementKind;

namespace {

bool is_old(const sqlparse::ObjectName& table, const Statement& statement, const ChangeFacts& facts) {
  return !statement.temporary && !facts.created_table(table);
}

bool rewrites_by_action(const Statement& statement, const AlterAction& action, const ChangeFacts& facts) {
  if (action.kind == AlterAction::Kind::storage_rewrite) return true;
  if (action.kind == AlterAction::Kind::add_column) return fills_every_row(action.column);
  if (action.kind != AlterAction::Kind::alter_type) return false;
  const sqlparse::ColumnDefinition* old = facts.column(statement.target, action.name);
  return old == nullptr || action.has_using || !changes_catalogue_only(*old, action.column);
}

bool reads_by_action(const Statement& statement, const AlterAction& action, const ChangeFacts& facts) {
  switch (action.kind) {
    case AlterAction::Kind::validate_constraint:
      return true;
    case AlterAction::Kind::set_not_null:
      return !facts.proven_not_null(statement.target, action.name);
    case AlterAction::Kind::add_constraint:
      return works_through_rows(action.constraint);
    default:
      return false;
  }
}

bool changes_every_row(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::update:
    case StatementKind::delete_:
    case StatementKind::merge:
      return statement.restriction == sqlparse::Restriction::none ||
             statement.restriction == sqlparse::Restriction::always_true;
    case StatementKind::insert:
      return !statement.selects_values;
    default:
      return false;
  }
}

bool reads_old_tables(const Statement& statement, const ChangeFacts& facts) {
  return std::any_of(statement.objects.begin(), statement.objects.end(), [&](const sqlparse::ObjectUse& use) {
    return use.kind == ObjectKind::table && !facts.created_table(use.name);
  });
}

}  // namespace

bool fills_every_row(const sqlparse::ColumnDefinition& column) {
  return column.auto_increment || column.identity || column.generated_stored || column.default_volatile;
}

bool works_through_rows(const sqlparse::Constraint& constraint) {
  switch (constraint.kind) {
    case ConstraintKind::check:
    case ConstraintKind::foreign_key:
      return !constraint.not_valid;
    case ConstraintKind::unique:
    case ConstraintKind::primary_key:
      return constraint.using_index.empty();
    case ConstraintKind::exclusion:
      return true;
    default:
      return false;
  }
}

bool rewrites_old_table(const Statement& statement, const ChangeFacts& facts) {
  if (!is_old(table_of(statement), statement, facts)) return false;
  if (statement.kind == StatementKind::cluster) return true;
  if (statement.kind == StatementKind::reindex) return !statement.concurrently;
  return statement.kind == StatementKind::alter_table &&
         std::any_of(statement.actions.begin(), statement.actions.end(),
                     [&](const AlterAction& action) { return rewrites_by_action(statement, action, facts); });
}

bool works_through_old_table(const Statement& statement, const ChangeFacts& facts) {
  if (rewrites_old_table(statement, facts)) return true;
  if (statement.kind == StatementKind::create_table_as || statement.kind == StatementKind::refresh_view)
    return reads_old_tables(statement, facts);
  if (!is_old(table_of(statement), statement, facts)) return false;
  if (statement.kind == StatementKind::create_index) return !statement.concurrently;
  if (statement.kind == StatementKind::alter_table)
    return std::any_of(statement.actions.begin(), statement.actions.end(),
                       [&](const AlterAction& action) { return reads_by_action(statement, action, facts); });
  return changes_every_row(statement);
}

}  // namespace dbw::review
