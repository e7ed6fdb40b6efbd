#include "review/facts.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "review/conditions.hpp"

namespace dbw::review {

using sqlparse::AlterAction;
using sqlparse::ObjectKind;
using sqlparse::ObjectName;
using sqlparse::Statement;
using sqlparse::StatementKind;

namespace {

/// Bodies, unknown functions, prepared statements and text that could not be read may rename or drop anything.
bool may_do_anything(const Statement& statement) {
  return statement.statement_class == StatementClass::opaque ||
         statement.statement_class == StatementClass::procedural || statement.kind == StatementKind::do_block ||
         statement.kind == StatementKind::call || statement.kind == StatementKind::prepare;
}

bool moves_names(std::string_view setting) {
  return setting == "search_path" || setting == "role" || setting == "session_authorization" || setting == "all" ||
         setting == "use";
}

bool is_zero_or_default(std::string_view value) {
  const std::string text = to_lower(value);
  const std::size_t digit = text.find_first_of("0123456789");
  return digit == std::string::npos || text.find_first_of("123456789") == std::string::npos;
}

}  // namespace

bool moves_objects(const Statement& statement) {
  const std::string& command = statement.transaction_command;
  const bool undone = command == "rollback" || command == "rollback_to" || command == "prepare";
  return may_do_anything(statement) || undone ||
         (statement.kind == StatementKind::set && moves_names(statement.setting));
}

const ObjectName& table_of(const Statement& statement) {
  const bool beside = statement.kind == StatementKind::create_index ||
                      statement.kind == StatementKind::create_trigger || statement.kind == StatementKind::policy;
  if (!beside || statement.target_kind == ObjectKind::table) return statement.target;
  for (const sqlparse::ObjectUse& use : statement.objects) {
    if (use.kind == ObjectKind::table) return use.name;
  }
  return statement.target;
}

ObjectName renamed_table(const Statement& statement, const AlterAction& action) {
  return !action.other_table.name.empty() ? action.other_table : statement.target;
}

// PostgreSQL's parser has folded names already, and "T" is not t; SQLite compares names without case.
std::string ChangeFacts::fold(std::string_view name) const {
  return m_engine == Engine::sqlite ? to_lower(name) : std::string(name);
}

const ChangeFacts::Table* ChangeFacts::find(const ObjectName& name) const {
  if (m_engine == Engine::sqlite) {
    const auto found = m_tables.find(fold(name.name));
    return found != m_tables.end() && found->second.schema == fold(name.schema) ? &found->second : nullptr;
  }
  const auto found = m_tables.find(name.name);
  return found != m_tables.end() && found->second.schema == name.schema ? &found->second : nullptr;
}

ChangeFacts::Table& ChangeFacts::record(const ObjectName& name) {
  Table& table = m_tables[fold(name.name)];
  if (table.schema != fold(name.schema))
    table = Table{.schema = fold(name.schema),
                  .created = false,
                  .columns = {},
                  .constraints = {},
                  .foreign_keys = {},
                  .default_partition = {},
                  .proven = {}};
  return table;
}

// By bare name whatever the schema: "public.t" and "t" may be one table.
void ChangeFacts::forget(const ObjectName& name) { m_tables.erase(fold(name.name)); }

void ChangeFacts::forget_everything() {
  m_tables.clear();
  m_indexes.clear();
}

bool ChangeFacts::created_table(const ObjectName& table) const {
  const Table* known = find(table);
  return known != nullptr && known->created;
}

const sqlparse::ColumnDefinition* ChangeFacts::column(const ObjectName& table, std::string_view column) const {
  const Table* known = find(table);
  if (known == nullptr) return nullptr;
  const auto found = known->columns.find(fold(column));
  return found != known->columns.end() ? &found->second.get() : nullptr;
}

bool ChangeFacts::created_column(const ObjectName& table, std::string_view name) const {
  return column(table, name) != nullptr;
}

bool ChangeFacts::created_index(const ObjectName& index) const {
  const auto found = m_indexes.find(fold(index.name));
  return found != m_indexes.end() && found->second == fold(index.schema);
}

const ChangeFacts::KnownConstraint* ChangeFacts::constraint(const ObjectName& table, std::string_view name) const {
  const Table* known = find(table);
  if (known == nullptr) return nullptr;
  const auto found = known->constraints.find(std::string(name));
  return found != known->constraints.end() ? &found->second : nullptr;
}

const sqlparse::Constraint* ChangeFacts::foreign_key(const ObjectName& table, std::string_view column) const {
  const auto is_key = [&](const sqlparse::Constraint& it) {
    return it.kind == sqlparse::ConstraintKind::foreign_key &&
           std::find(it.columns.begin(), it.columns.end(), column) != it.columns.end();
  };
  if (const sqlparse::ColumnDefinition* known = this->column(table, column)) {
    const auto found = std::find_if(known->constraints.begin(), known->constraints.end(), is_key);
    if (found != known->constraints.end()) return &*found;
  }
  const Table* known = find(table);
  if (known == nullptr) return nullptr;
  const auto names = known->foreign_keys.find(std::string(column));
  return names != known->foreign_keys.end() ? &known->constraints.at(*names->second.begin()).constraint : nullptr;
}

bool ChangeFacts::proven_not_null(const ObjectName& table, std::string_view column) const {
  const Table* known = find(table);
  if (known == nullptr) return false;
  return known->proven.count(to_lower(column) + " is not null") != 0;
}

bool ChangeFacts::has_validated_check(const ObjectName& table) const {
  const Table* known = find(table);
  return known != nullptr && !known->proven.empty();
}

const ObjectName* ChangeFacts::default_partition(const ObjectName& parent) const {
  const Table* known = find(parent);
  return known != nullptr && !known->default_partition.name.empty() ? &known->default_partition : nullptr;
}

void ChangeFacts::Table::put(const std::string& name, KnownConstraint constraint) {
  erase(name);
  if (constraint.validated && constraint.constraint.kind == sqlparse::ConstraintKind::check) {
    for (std::string& each : conjuncts(constraint.constraint.expression)) ++proven[std::move(each)];
  }
  if (constraint.constraint.kind == sqlparse::ConstraintKind::foreign_key) {
    for (const std::string& column : constraint.constraint.columns) foreign_keys[column].insert(name);
  }
  constraints[name] = std::move(constraint);
}

void ChangeFacts::Table::erase(const std::string& name) {
  const auto found = constraints.find(name);
  if (found == constraints.end()) return;
  if (found->second.validated && found->second.constraint.kind == sqlparse::ConstraintKind::check) {
    for (const std::string& each : conjuncts(found->second.constraint.expression)) {
      const auto proof = proven.find(each);
      if (proof != proven.end() && --proof->second == 0) proven.erase(proof);
    }
  }
  if (found->second.constraint.kind == sqlparse::ConstraintKind::foreign_key) {
    for (const std::string& column : found->second.constraint.columns) {
      const auto names = foreign_keys.find(column);
      if (names != foreign_keys.end() && names->second.erase(name) == 1 && names->second.empty())
        foreign_keys.erase(names);
    }
  }
  constraints.erase(found);
}

void ChangeFacts::Table::clear_constraints() {
  constraints.clear();
  foreign_keys.clear();
  proven.clear();
}

void ChangeFacts::start_file(bool in_transaction, bool batched) {
  m_implicit = in_transaction;
  m_batched = batched;
  m_explicit = false;
  m_lock_timeout = m_statement_timeout = {};
  m_previous = nullptr;
  ++m_transaction;
}

void ChangeFacts::apply(const Statement& statement) {
  note_class(statement);
  if (may_do_anything(statement)) forget_everything();
  switch (statement.kind) {
    case StatementKind::create_table:
    case StatementKind::create_table_as:
      apply_create_table(statement);
      break;
    case StatementKind::alter_table:
      apply_alter(statement);
      break;
    case StatementKind::create_index:
      if (statement.if_exists) break;
      for (const sqlparse::ObjectUse& use : statement.objects) {
        if (use.kind == ObjectKind::index && use.access == sqlparse::Access::create)
          m_indexes[fold(use.name.name)] = fold(use.name.schema);
      }
      break;
    case StatementKind::drop:
      for (const ObjectName& name : statement.targets) {
        forget(name);
        m_indexes.erase(fold(name.name));
      }
      if (statement.targets.empty() || statement.target_kind == ObjectKind::schema || statement.cascade)
        forget_everything();
      break;
    case StatementKind::set:
      apply_setting(statement);
      break;
    case StatementKind::transaction:
      apply_transaction(statement);
      break;
    default:
      break;
  }
  if (!in_transaction()) ++m_transaction;
  m_previous = &statement;
}

void ChangeFacts::apply_create_table(const Statement& statement) {
  // IF NOT EXISTS may leave an old table in place, and pg_catalog is searched before the schema that CREATE uses.
  const bool shadowed =
      m_engine == Engine::postgresql && statement.target.schema.empty() && statement.target.name.rfind("pg_", 0) == 0;
  if (statement.if_exists || shadowed) return;
  forget(statement.target);
  Table& table = record(statement.target);
  table.created = true;
  for (const sqlparse::ColumnDefinition& column : statement.columns) table.columns[fold(column.name)] = {&column};
  for (const sqlparse::Constraint& constraint : statement.constraints)
    table.put(constraint.name, {constraint, !constraint.not_valid, m_transaction});
}

void ChangeFacts::apply_alter(const Statement& statement) {
  // ALTER FUNCTION a() RENAME TO b says nothing about tables a and b; other kinds may move what holds them.
  if (statement.target_kind != ObjectKind::table) return forget_everything();
  // RENAME TABLE a TO b, c TO a: the actions name other tables than the target.
  if (m_engine != Engine::postgresql && statement.actions.size() > 1 &&
      statement.actions.back().kind == AlterAction::Kind::rename_table)
    return forget_everything();
  for (const AlterAction& action : statement.actions) apply_action(statement, action);
}

// MODIFY and CHANGE replace all attributes; keys and foreign keys of the column stay. The rename of CHANGE comes first.
void ChangeFacts::redefine(Column& column, const AlterAction& action) {
  const std::vector<sqlparse::Constraint>& kept = column.get().constraints;
  auto changed = std::make_shared<sqlparse::ColumnDefinition>(action.column);
  changed->constraints.insert(changed->constraints.begin(), kept.begin(), kept.end());
  column.changed = std::move(changed);
}

void ChangeFacts::change_type(Column& column, const AlterAction& action) {
  auto changed = std::make_shared<sqlparse::ColumnDefinition>(column.get());
  changed->type = action.column.type;
  changed->type_arguments = action.column.type_arguments;
  changed->array = action.column.array;
  column.changed = std::move(changed);
}

void ChangeFacts::apply_action(const Statement& statement, const AlterAction& action) {
  const ObjectName& name = statement.target;
  switch (action.kind) {
    case AlterAction::Kind::add_column:
      if (!action.if_exists) record(name).columns[fold(action.column.name)] = {&action.column};
      for (const sqlparse::Constraint& constraint : action.column.constraints) {
        if (!constraint.name.empty())
          record(name).put(constraint.name, {constraint, !constraint.not_valid, m_transaction});
      }
      break;
    case AlterAction::Kind::add_constraint:
      record(name).put(action.constraint.name, {action.constraint, !action.constraint.not_valid, m_transaction});
      break;
    case AlterAction::Kind::add_index:
      if (!action.index.name.empty() && !action.if_exists) m_indexes[fold(action.index.name)] = {};
      break;
    case AlterAction::Kind::drop_index:
      m_indexes.erase(fold(action.name));
      break;
    case AlterAction::Kind::validate_constraint:
      if (const KnownConstraint* known = constraint(name, action.name)) {
        KnownConstraint validated = *known;
        validated.validated = true;
        record(name).put(action.name, std::move(validated));
      }
      break;
    case AlterAction::Kind::drop_constraint:
      record(name).erase(action.name);
      break;
    case AlterAction::Kind::alter_type:
      if (Table& table = record(name); !table.columns.empty()) {
        const auto found = table.columns.find(fold(action.redefines ? action.column.name : action.name));
        if (found != table.columns.end()) (action.redefines ? redefine : change_type)(found->second, action);
      }
      break;
    case AlterAction::Kind::drop_column:
      record(name).columns.erase(fold(action.name));
      record(name).clear_constraints();
      break;
    case AlterAction::Kind::rename_column: {
      Table& table = record(name);
      table.clear_constraints();
      auto node = table.columns.extract(fold(action.name));
      table.columns.erase(fold(action.new_name));
      if (!node.empty()) {
        node.key() = fold(action.new_name);
        table.columns.insert(std::move(node));
      }
      break;
    }
    case AlterAction::Kind::rename_table: {
      auto node = m_tables.extract(fold(name.name));
      m_tables.erase(fold(action.new_name));
      if (!node.empty() && node.mapped().schema == fold(name.schema)) {
        node.key() = fold(action.new_name);
        m_tables.insert(std::move(node));
      }
      break;
    }
    case AlterAction::Kind::attach_partition:
      if (action.default_partition) record(name).default_partition = action.other_table;
      break;
    case AlterAction::Kind::detach_partition:
      record(name).default_partition = {};
      break;
    case AlterAction::Kind::set_schema:
      forget(name);
      break;
    case AlterAction::Kind::rename_other:
      forget_everything();
      break;
    default:
      break;
  }
}

void ChangeFacts::apply_setting(const Statement& statement) {
  if (moves_names(statement.setting)) forget_everything();
  if (statement.setting == "all") m_lock_timeout = m_statement_timeout = {};
  if (statement.server_wide) return;
  const bool on = !is_zero_or_default(statement.setting_value);
  if (statement.setting == "lock_timeout") m_lock_timeout.set(on, statement.set_local, in_transaction());
  if (statement.setting == "statement_timeout") m_statement_timeout.set(on, statement.set_local, in_transaction());
}

void ChangeFacts::Timeout::set(bool on, bool for_transaction, bool in_transaction) {
  if (for_transaction) {
    local = on && in_transaction;
    if (!on && in_transaction) session = false;
  } else {
    session = on;
    local = local && on;
  }
}

void ChangeFacts::apply_transaction(const Statement& statement) {
  const std::string& command = statement.transaction_command;
  if (command == "begin") {
    if (!in_transaction()) ++m_transaction;
    m_explicit = true;
    m_begin = statement.range;
    return;
  }
  const bool undone = command == "rollback" || command == "rollback_to" || command == "prepare";
  if (undone) {
    forget_everything();
    m_lock_timeout.session = m_statement_timeout.session = false;
  }
  if (command == "commit" || command == "rollback" || command == "prepare") {
    m_explicit = m_implicit = m_lock_timeout.local = m_statement_timeout.local = false;
    ++m_transaction;
  }
}

void ChangeFacts::note_class(const Statement& statement) {
  const bool own = created_table(table_of(statement));
  if (own || statement.temporary) return;
  m_seen_ddl = m_seen_ddl || statement.statement_class == StatementClass::ddl;
  m_seen_dml = m_seen_dml || (statement.statement_class == StatementClass::dml && !m_batched);
}

}  // namespace dbw::review
