#include "review/schema_state.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "review/facts.hpp"
#include "review/lexemes.hpp"

namespace dbw::review {

using sqlparse::AlterAction;
using sqlparse::ColumnDefinition;
using sqlparse::ObjectKind;
using sqlparse::ObjectName;
using sqlparse::Statement;
using sqlparse::StatementKind;

namespace {

/// No server keeps a table with more: such a change fails, and must not cost more with every statement.
constexpr std::size_t k_parts_max = 4096;

/// The default as the change wrote it is not kept: that there is one is all that rules ask.
constexpr std::string_view k_written_default = "(written in this change)";

template <typename Item>
void erase_named(std::vector<Item>& items, std::string_view name) {
  std::erase_if(items, [&](const Item& it) { return it.name == name; });
}

bool names(const std::vector<std::string>& columns, std::string_view column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

bool has_index(const schema::Constraint& constraint) {
  return constraint.kind == ConstraintKind::primary_key || constraint.kind == ConstraintKind::unique ||
         constraint.kind == ConstraintKind::exclusion;
}

}  // namespace

SchemaState::SchemaState(Engine engine, const schema::Catalogue* snapshot) : m_engine(engine), m_snapshot(snapshot) {
  if (snapshot == nullptr) return;
  for (const schema::Relation& relation : snapshot->relations) {
    const schema::Name name{fold(relation.name.schema), fold(relation.name.name)};
    m_relations[name].seen = &relation;
    m_by_bare_name[name.name].insert(name);
    read_definitions(relation, name);
    for (const schema::Constraint& constraint : relation.constraints) {
      if (constraint.kind == ConstraintKind::foreign_key)
        m_referencing[{fold(constraint.references.schema), fold(constraint.references.name)}].insert(name);
    }
  }
}

void SchemaState::read_definitions(const schema::Relation& relation, const schema::Name& name) {
  std::set<std::string> names;
  const auto read = [&](const std::string& sql) {
    const Lexemes lexemes(m_engine, sql);
    for (std::size_t i = 0; i < lexemes.size(); ++i) {
      if (lexemes.is_name(i)) names.insert(lexemes.name(i));
    }
  };
  read(relation.definition);
  for (const schema::Trigger& trigger : relation.triggers) read(trigger.definition);
  for (const std::string& each : names) m_naming[each].push_back(name);
}

std::string SchemaState::fold(std::string_view name) const {
  return m_engine == Engine::postgresql ? std::string(name) : to_lower(name);
}

bool SchemaState::same(std::string_view a, std::string_view b) const {
  if (m_engine == Engine::postgresql) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

const schema::Relation* SchemaState::find(const schema::Name& name) const {
  const auto found = m_relations.find(name);
  return found == m_relations.end() ? nullptr : &found->second.get();
}

// A bare name that several schemas have is not resolved: which one it means is for the session to say.
std::optional<schema::Name> SchemaState::resolve(const ObjectName& name) const {
  if (name.name.empty()) return std::nullopt;
  const schema::Name full{fold(name.schema), fold(name.name)};
  if (!full.schema.empty() && find(full) != nullptr) return full;
  const auto candidates = m_by_bare_name.find(full.name);
  if (candidates == m_by_bare_name.end()) return std::nullopt;
  std::optional<schema::Name> out;
  for (const schema::Name& candidate : candidates->second) {
    if (find(candidate) == nullptr) continue;
    // What the change created without a schema may be meant by a name with one.
    if (!full.schema.empty() && !candidate.schema.empty()) continue;
    if (full.schema.empty() && m_names_moved) continue;
    if (out) return std::nullopt;
    out = candidate;
  }
  return out;
}

const schema::Relation* SchemaState::relation(const ObjectName& name) const {
  const std::optional<schema::Name> known = resolve(name);
  return known ? find(*known) : nullptr;
}

const schema::Column* SchemaState::column(const ObjectName& table, std::string_view name) const {
  const schema::Relation* known = relation(table);
  if (known == nullptr) return nullptr;
  const auto found = std::find_if(known->columns.begin(), known->columns.end(),
                                  [&](const schema::Column& it) { return same(it.name, name); });
  return found == known->columns.end() ? nullptr : &*found;
}

const schema::Sequence* SchemaState::counter(const schema::Relation& table) const {
  if (m_snapshot == nullptr) return nullptr;
  const auto& sequences = m_snapshot->sequences;
  const auto found = std::find_if(sequences.begin(), sequences.end(),
                                  [&](const schema::Sequence& it) { return it.owned_by_table == table.name; });
  return found == sequences.end() ? nullptr : &*found;
}

std::vector<const schema::Relation*> SchemaState::naming(const std::string& bare_name) const {
  std::vector<const schema::Relation*> out;
  const auto names = m_naming.find(fold(bare_name));
  if (names == m_naming.end()) return out;
  for (const schema::Name& name : names->second) {
    if (const schema::Relation* relation = find(name)) out.push_back(relation);
  }
  return out;
}

std::vector<const schema::Relation*> SchemaState::referencing(const schema::Relation& table) const {
  std::vector<const schema::Relation*> out;
  const auto names = m_referencing.find({fold(table.name.schema), fold(table.name.name)});
  if (names == m_referencing.end()) return out;
  for (const schema::Name& name : names->second) {
    if (const schema::Relation* relation = find(name)) out.push_back(relation);
  }
  return out;
}

void SchemaState::put(std::unique_ptr<schema::Relation> relation) {
  if (std::max({relation->columns.size(), relation->constraints.size(), relation->indexes.size()}) > k_parts_max)
    return;
  const schema::Name name{fold(relation->name.schema), fold(relation->name.name)};
  for (const schema::Constraint& constraint : relation->constraints) {
    if (constraint.kind == ConstraintKind::foreign_key)
      m_referencing[{fold(constraint.references.schema), fold(constraint.references.name)}].insert(name);
  }
  m_by_bare_name[name.name].insert(name);
  m_relations[name] = {nullptr, std::move(relation)};
}

std::unique_ptr<schema::Relation> SchemaState::take(const ObjectName& name) {
  const std::optional<schema::Name> known = resolve(name);
  if (!known) return nullptr;
  const auto found = m_relations.find(*known);
  std::unique_ptr<schema::Relation> out = std::move(found->second.changed);
  if (!out) out = std::make_unique<schema::Relation>(*found->second.seen);
  m_relations.erase(found);
  return out;
}

void SchemaState::drop(const ObjectName& name) {
  if (const std::optional<schema::Name> known = resolve(name)) m_relations.erase(*known);
}

void SchemaState::forget_everything() {
  m_relations.clear();
  m_by_bare_name.clear();
  m_referencing.clear();
  m_forgot = true;
}

schema::Column* SchemaState::column_of(schema::Relation& table, std::string_view name) const {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const schema::Column& it) { return same(it.name, name); });
  return found == table.columns.end() ? nullptr : &*found;
}

schema::Constraint SchemaState::constraint_of(const sqlparse::Constraint& constraint, std::string_view column) const {
  schema::Constraint out;
  out.kind = constraint.kind;
  out.name = constraint.name;
  out.columns = constraint.columns;
  if (out.columns.empty() && !column.empty()) out.columns.emplace_back(column);
  const std::optional<schema::Name> known = resolve(constraint.references);
  out.references = known ? find(*known)->name : schema::Name{constraint.references.schema, constraint.references.name};
  out.referenced_columns = constraint.referenced_columns;
  out.on_delete = constraint.on_delete;
  out.validated = !constraint.not_valid;
  out.expression = constraint.expression;
  return out;
}

void SchemaState::add_column(schema::Relation& table, const ColumnDefinition& column) const {
  schema::Column out;
  out.name = column.name;
  out.type = column.type;
  out.type_arguments = column.type_arguments;
  out.array = column.array;
  out.is_unsigned = column.is_unsigned;
  out.not_null = column.not_null;
  out.auto_increment = column.auto_increment || column.identity;
  if (column.has_default && !column.default_null) out.default_sql = k_written_default;
  out.generated = column.generated_stored ? "stored" : column.generated_virtual ? "virtual" : "";
  out.charset = column.charset;
  for (const sqlparse::Constraint& constraint : column.constraints) {
    if (constraint.kind == ConstraintKind::not_null || constraint.kind == ConstraintKind::primary_key)
      out.not_null = true;
    if (constraint.kind != ConstraintKind::not_null)
      table.constraints.push_back(constraint_of(constraint, column.name));
  }
  if (schema::Column* known = column_of(table, column.name)) {
    *known = std::move(out);
  } else {
    table.columns.push_back(std::move(out));
  }
}

void SchemaState::create_table(const Statement& statement) {
  // A temporary table hides another one of its name for the rest of the session.
  if (statement.temporary) return drop(statement.target);
  // With IF NOT EXISTS the table may be another one, which only a snapshot could tell.
  if (statement.if_exists) return;
  auto out = std::make_unique<schema::Relation>();
  if (const std::optional<schema::Name> parent = resolve(statement.partition_of)) {
    *out = *find(*parent);
    out->partition_of = out->name;
    out->kind = schema::Relation::Kind::table;
  }
  out->name = {statement.target.schema, statement.target.name};
  out->rows = out->bytes = 0;
  out->columns.reserve(out->columns.size() + statement.columns.size());
  for (const ColumnDefinition& column : statement.columns) add_column(*out, column);
  for (const sqlparse::Constraint& constraint : statement.constraints)
    out->constraints.push_back(constraint_of(constraint, {}));
  for (const sqlparse::IndexDefinition& index : statement.indexes)
    out->indexes.push_back({index.name, index.columns, index.kind, false, true, ""});
  put(std::move(out));
}

void SchemaState::create_index(const Statement& statement) {
  std::unique_ptr<schema::Relation> table = take(table_of(statement));
  if (table == nullptr) return;
  schema::Index index;
  for (const sqlparse::ObjectUse& use : statement.objects) {
    if (use.kind == ObjectKind::index) index.name = use.name.name;
  }
  index.unique = statement.unique;
  for (const ColumnDefinition& column : statement.columns) index.columns.push_back(column.name);
  if (!statement.indexes.empty()) index.columns = statement.indexes.front().columns;
  table->indexes.push_back(std::move(index));
  put(std::move(table));
}

/// Where a name could mean indexes of several tables, all of them go: rules that look for one then find none.
void SchemaState::drop_index(const ObjectName& name) {
  for (auto& [table, entry] : m_relations) {
    const std::vector<schema::Index>& indexes = entry.get().indexes;
    const bool has =
        std::any_of(indexes.begin(), indexes.end(), [&](const schema::Index& it) { return same(it.name, name.name); });
    if (!has || (!name.schema.empty() && !table.schema.empty() && table.schema != fold(name.schema))) continue;
    if (!entry.changed) entry.changed = std::make_unique<schema::Relation>(*entry.seen);
    erase_named(entry.changed->indexes, name.name);
  }
}

void SchemaState::drop_objects(const Statement& statement) {
  switch (statement.target_kind) {
    case ObjectKind::table:
    case ObjectKind::view:
    case ObjectKind::materialized_view:
      for (const ObjectName& name : statement.targets) drop(name);
      return;
    case ObjectKind::index:
      for (const ObjectName& name : statement.targets) drop_index(name);
      return;
    case ObjectKind::schema:
    case ObjectKind::database:
    case ObjectKind::type:
    case ObjectKind::extension:
      return forget_everything();
    default:
      return;
  }
}

/// A key goes with its index. A name that the state does not know may be that of an index alone, or the one that the
/// server gave to a key without a name.
void SchemaState::drop_constraint(schema::Relation& table, std::string_view name) const {
  const auto named = [&](const auto& it) { return same(it.name, name); };
  const auto found = std::find_if(table.constraints.begin(), table.constraints.end(), named);
  const bool known = found != table.constraints.end();
  if (!known || has_index(*found)) std::erase_if(table.indexes, named);
  std::erase_if(table.constraints,
                [&](const schema::Constraint& it) { return known ? named(it) : it.name.empty() && has_index(it); });
}

void SchemaState::alter_action(schema::Relation& table, const AlterAction& action) const {
  schema::Column* column = column_of(table, action.name);
  switch (action.kind) {
    case AlterAction::Kind::add_column:
      if (action.if_exists && column_of(table, action.column.name) != nullptr) return;
      return add_column(table, action.column);
    case AlterAction::Kind::drop_column:
      std::erase_if(table.columns, [&](const schema::Column& it) { return same(it.name, action.name); });
      std::erase_if(table.indexes, [&](const schema::Index& it) { return names(it.columns, action.name); });
      std::erase_if(table.constraints, [&](const schema::Constraint& it) { return names(it.columns, action.name); });
      return;
    case AlterAction::Kind::alter_type:
      if (column == nullptr) return;
      if (action.redefines) {
        if (action.changes && !action.new_name.empty()) column->name = action.new_name;
        return add_column(table, action.column);
      }
      column->type = action.column.type;
      column->type_arguments = action.column.type_arguments;
      column->array = action.column.array;
      return;
    case AlterAction::Kind::set_default:
    case AlterAction::Kind::drop_default:
      if (column != nullptr)
        column->default_sql = action.kind == AlterAction::Kind::set_default ? k_written_default : "";
      return;
    case AlterAction::Kind::set_not_null:
    case AlterAction::Kind::drop_not_null:
      if (column != nullptr) column->not_null = action.kind == AlterAction::Kind::set_not_null;
      return;
    case AlterAction::Kind::add_constraint:
      table.constraints.push_back(constraint_of(action.constraint, {}));
      return;
    case AlterAction::Kind::validate_constraint:
      for (schema::Constraint& constraint : table.constraints) {
        if (constraint.name == action.name) constraint.validated = true;
      }
      return;
    case AlterAction::Kind::drop_constraint:
      return drop_constraint(table, action.name);
    case AlterAction::Kind::add_index:
      table.indexes.push_back({action.index.name, action.index.columns, action.index.kind, false, true, ""});
      return;
    case AlterAction::Kind::drop_index:
      erase_named(table.indexes, action.name);
      return;
    case AlterAction::Kind::rename_column:
      if (column != nullptr) column->name = action.new_name;
      return;
    case AlterAction::Kind::rename_table:
      table.name.name = action.new_name;
      return;
    case AlterAction::Kind::set_schema:
      table.name.schema = action.new_name;
      return;
    default:
      return;
  }
}

void SchemaState::alter(const Statement& statement) {
  std::unique_ptr<schema::Relation> table = take(statement.target);
  if (table == nullptr) return;
  for (const AlterAction& action : statement.actions) alter_action(*table, action);
  put(std::move(table));
}

void SchemaState::apply(const Statement& statement) {
  if (moves_objects(statement)) {
    if (statement.kind != StatementKind::set) return forget_everything();
    m_names_moved = true;
  }
  switch (statement.kind) {
    case StatementKind::create_table:
      return create_table(statement);
    case StatementKind::create_table_as:
      return drop(statement.target);
    case StatementKind::create_index:
      return create_index(statement);
    case StatementKind::drop:
      return drop_objects(statement);
    case StatementKind::alter_table:
      return alter(statement);
    default:
      return;
  }
}

schema::Catalogue SchemaState::catalogue() const {
  schema::Catalogue out;
  if (m_snapshot != nullptr) out = *m_snapshot;
  out.engine = m_engine;
  out.relations.clear();
  for (const auto& [name, relation] : m_relations) out.relations.push_back(relation.get());
  std::ranges::sort(out.relations, {}, &schema::Relation::name);
  return out;
}

}  // namespace dbw::review
