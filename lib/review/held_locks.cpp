#include "review/held_locks.hpp"

#include <algorithm>

namespace dbw::review {

using sqlparse::AlterAction;
using sqlparse::ConstraintKind;
using sqlparse::ObjectKind;
using sqlparse::ObjectName;
using sqlparse::Statement;
using sqlparse::StatementKind;

namespace {

LockMode action_lock(const AlterAction& action) {
  switch (action.kind) {
    case AlterAction::Kind::validate_constraint:
    case AlterAction::Kind::set_statistics:
    case AlterAction::Kind::set_options:
    case AlterAction::Kind::attach_partition:
      return LockMode::share_update_exclusive;
    case AlterAction::Kind::detach_partition:
      return action.concurrently || action.finalize ? LockMode::share_update_exclusive : LockMode::access_exclusive;
    case AlterAction::Kind::enable_trigger:
    case AlterAction::Kind::disable_trigger:
      return action.of_rule ? LockMode::access_exclusive : LockMode::share_row_exclusive;
    case AlterAction::Kind::add_constraint:
      return action.constraint.kind == ConstraintKind::foreign_key ? LockMode::share_row_exclusive
                                                                   : LockMode::access_exclusive;
    default:
      return LockMode::access_exclusive;
  }
}

/// A new foreign key creates triggers on the table that it refers to.
void add_reference(const sqlparse::Constraint& constraint, std::vector<TableLock>& out) {
  if (constraint.kind == ConstraintKind::foreign_key)
    out.push_back({constraint.references, LockMode::share_row_exclusive});
}

void add_references(const std::vector<sqlparse::Constraint>& constraints, std::vector<TableLock>& out) {
  for (const sqlparse::Constraint& constraint : constraints) add_reference(constraint, out);
}

void add_action(const AlterAction& action, std::vector<TableLock>& out) {
  add_reference(action.constraint, out);
  add_references(action.column.constraints, out);
  if (action.kind == AlterAction::Kind::attach_partition)
    out.push_back({action.other_table, LockMode::access_exclusive});
  if (action.kind == AlterAction::Kind::other && !action.other_table.name.empty())  // INHERIT
    out.push_back({action.other_table, LockMode::share_update_exclusive});
  if (action.kind == AlterAction::Kind::detach_partition) out.push_back({action.other_table, action_lock(action)});
}

std::vector<TableLock> alter_locks(const Statement& statement) {
  if (statement.target_kind != ObjectKind::table && statement.target_kind != ObjectKind::materialized_view) return {};
  std::vector<TableLock> out;
  LockMode strongest = LockMode::none;
  for (const AlterAction& action : statement.actions) {
    strongest = std::max(strongest, action_lock(action));
    add_action(action, out);
  }
  out.push_back({statement.target, strongest});
  return out;
}

std::vector<TableLock> create_table_locks(const Statement& statement) {
  std::vector<TableLock> out;
  add_references(statement.constraints, out);
  for (const sqlparse::ColumnDefinition& column : statement.columns) add_references(column.constraints, out);
  if (!statement.partition_of.name.empty()) out.push_back({statement.partition_of, LockMode::access_exclusive});
  for (const sqlparse::ObjectUse& use : statement.objects) {
    const bool inherited = use.kind == ObjectKind::table && use.access == sqlparse::Access::alter;
    if (inherited && use.name != statement.partition_of) out.push_back({use.name, LockMode::share_update_exclusive});
  }
  return out;
}

std::vector<TableLock> all_exclusive(const std::vector<ObjectName>& tables) {
  std::vector<TableLock> out;
  for (const ObjectName& table : tables) out.push_back({table, LockMode::access_exclusive});
  return out;
}

std::vector<TableLock> drop_locks(const Statement& statement) {
  if (statement.target_kind == ObjectKind::table || statement.target_kind == ObjectKind::materialized_view)
    return all_exclusive(statement.targets);
  // Triggers, policies and rules name their table.
  std::vector<TableLock> out;
  for (const sqlparse::ObjectUse& use : statement.objects) {
    if (use.kind == ObjectKind::table && use.access == sqlparse::Access::alter)
      out.push_back({use.name, LockMode::access_exclusive});
  }
  return out;
}

/// LOCK TABLE; EXCLUSIVE keeps writers out as SHARE ROW EXCLUSIVE does.
std::vector<TableLock> lock_locks(const Statement& statement) {
  constexpr std::pair<std::string_view, LockMode> k_modes[] = {
      {"share update exclusive", LockMode::share_update_exclusive},
      {"share", LockMode::share},
      {"share row exclusive", LockMode::share_row_exclusive},
      {"exclusive", LockMode::share_row_exclusive},
      {"access exclusive", LockMode::access_exclusive}};
  std::vector<TableLock> out;
  for (const auto& [words, mode] : k_modes) {
    if (statement.lock_mode != words) continue;
    for (const ObjectName& table : statement.targets) out.push_back({table, mode});
  }
  return out;
}

}  // namespace

std::vector<TableLock> table_locks(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::alter_table:
      return alter_locks(statement);
    case StatementKind::create_table:
      return create_table_locks(statement);
    case StatementKind::drop:
      return drop_locks(statement);
    case StatementKind::truncate:
      return all_exclusive(statement.targets);
    case StatementKind::create_index:
      return {{table_of(statement), statement.concurrently ? LockMode::share_update_exclusive : LockMode::share}};
    case StatementKind::create_trigger:
      return {{table_of(statement), LockMode::share_row_exclusive}};
    case StatementKind::lock:
      return lock_locks(statement);
    case StatementKind::create_rule:
    case StatementKind::policy:
      return {{table_of(statement), LockMode::access_exclusive}};
    case StatementKind::cluster:
      return {{statement.target, LockMode::access_exclusive}};
    case StatementKind::reindex:
      if (statement.target_kind != ObjectKind::table) return {};
      return {{statement.target, statement.concurrently ? LockMode::share_update_exclusive : LockMode::share}};
    case StatementKind::refresh_view:
      return {{statement.target, statement.concurrently ? LockMode::share_row_exclusive : LockMode::access_exclusive}};
    default:
      return {};
  }
}

void HeldLocks::release() {
  m_access_exclusive.reset();
  m_write_blocked.clear();
}

void HeldLocks::apply(const Statement& statement, const ChangeFacts& facts) {
  const std::string& command = statement.transaction_command;
  if (command == "commit" || command == "rollback" || command == "prepare") return release();
  if (!facts.in_transaction() || statement.temporary) return;
  for (const TableLock& lock : table_locks(statement)) {
    if (!lock.table.name.empty() && !facts.created_table(lock.table)) take(lock);
  }
}

void HeldLocks::take(const TableLock& lock) {
  if (lock.mode == LockMode::access_exclusive && !m_access_exclusive) m_access_exclusive = lock.table;
  const bool known = std::find(m_write_blocked.begin(), m_write_blocked.end(), lock.table) != m_write_blocked.end();
  if (lock.mode >= LockMode::share && !known && m_write_blocked.size() < 2) m_write_blocked.push_back(lock.table);
}

std::optional<ObjectName> HeldLocks::write_blocked_besides(const ObjectName& table) const {
  for (const ObjectName& held : m_write_blocked) {
    if (held != table) return held;
  }
  return std::nullopt;
}

}  // namespace dbw::review
