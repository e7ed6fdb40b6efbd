#include "review/drift_scope.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "review/facts.hpp"
#include "review/lexemes.hpp"

namespace dbw::review {
namespace {

using schema::Relation;
using sqlparse::Access;
using sqlparse::ObjectKind;
using sqlparse::ObjectName;
using sqlparse::Statement;

using BareNames = std::set<std::string>;

bool shares(const BareNames& a, const BareNames& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& each) { return b.contains(each); });
}

void add_name(const ObjectName& name, BareNames& out) {
  if (!name.name.empty()) out.insert(to_lower(name.name));
}

void add_named(const Statement& statement, BareNames& out) {
  for (const sqlparse::ObjectUse& use : statement.objects) add_name(use.name, out);
  for (const sqlparse::FunctionUse& use : statement.functions) add_name(use.name, out);
  for (const ObjectName& type : statement.foreign_types) add_name(type, out);
  for (const ObjectName& name : statement.targets) add_name(name, out);
  add_name(statement.target, out);
  add_name(statement.partition_of, out);
  for (const sqlparse::AlterAction& action : statement.actions) add_name(action.other_table, out);
}

/// What is temporary ended with its session.
void add_changed(const Statement& statement, BareNames& out) {
  if (!may_change_schema(statement) || statement.temporary) return;
  for (const sqlparse::ObjectUse& use : statement.objects) {
    if (use.access != Access::read) add_name(use.name, out);
  }
  for (const ObjectName& name : statement.targets) add_name(name, out);
  add_name(statement.target, out);
  add_name(table_of(statement), out);
  for (const sqlparse::AlterAction& action : statement.actions) {
    add_name(action.other_table, out);
    if (action.kind == sqlparse::AlterAction::Kind::rename_table) add_name({"", action.new_name}, out);
  }
}

/// Names as a server would read them, and literals, which SQLite takes for names and others look names up by.
void add_words(Engine engine, std::string_view sql, BareNames& out) {
  const Lexemes lexemes(engine, sql);
  for (std::size_t i = 0; i < lexemes.size(); ++i) {
    const Lexeme& each = lexemes[i];
    if (each.kind == Lexeme::Kind::word) out.insert(to_lower(each.text));
    if ((each.kind != Lexeme::Kind::name && each.kind != Lexeme::Kind::string) || each.text.size() < 2) continue;
    const std::string inside = to_lower(each.text.substr(1, each.text.size() - 2));
    std::string single;
    for (const char c : inside) {
      const bool doubled = (c == '"' || c == '`' || c == '\'' || c == ']') && !single.empty() && single.back() == c;
      if (!doubled) single += c;
    }
    out.insert({inside, single});
  }
}

template <typename Item>
bool any_named(const std::vector<Item>& items, const BareNames& names) {
  return std::any_of(items.begin(), items.end(), [&](const Item& it) { return names.contains(to_lower(it.name)); });
}

/// By a part that statements may name alone.
bool has_part(const Relation& relation, const BareNames& names) {
  return any_named(relation.indexes, names) || any_named(relation.triggers, names);
}

bool acts(std::string_view action) { return action == "cascade" || action == "set null" || action == "set default"; }

}  // namespace

bool may_change_schema(const Statement& statement) {
  return statement.statement_class != StatementClass::read && statement.statement_class != StatementClass::dml &&
         statement.statement_class != StatementClass::session;
}

bool may_change_anything(const Statement& statement) {
  if (statement.kind != sqlparse::StatementKind::set && moves_objects(statement)) return true;
  return std::any_of(statement.objects.begin(), statement.objects.end(), [](const sqlparse::ObjectUse& use) {
    const bool holds_others =
        use.kind == ObjectKind::schema || use.kind == ObjectKind::database || use.kind == ObjectKind::extension;
    return holds_others && use.access != Access::read && use.access != Access::create;
  });
}

DriftScope::DriftScope(const DriftInput& input) : m_input(input), m_all(input.everything) {
  for (const Statement* statement : input.runs) {
    // CASCADE reaches what depends on it by ways that no catalogue of ours shows.
    m_all = m_all || may_change_anything(*statement) || statement->cascade;
    m_defines = m_defines || may_change_schema(*statement);
    add_named(*statement, m_named);
  }
  m_relied = m_named;
  grow();
  if (m_defines) add_dependents();
  BareNames written;
  for (const Statement* statement : input.earlier) {
    m_own_all = m_own_all || may_change_anything(*statement);
    add_changed(*statement, written);
  }
  if (!written.empty()) grow_own(written);
}

template <typename Take>
void DriftScope::for_each(const Take& take) const {
  for (const Relation& relation : m_input.reviewed.relations) take(relation);
  for (const Relation& relation : m_input.live.relations) take(relation);
}

const DriftScope::Names& DriftScope::words(const Relation& relation) {
  const auto [known, is_new] = m_words.try_emplace(&relation);
  Names& out = known->second;
  if (!is_new) return out;
  const Engine engine = m_input.reviewed.engine;
  const auto read = [&](std::string_view sql) { add_words(engine, sql, out); };
  read(relation.definition);
  for (const schema::Dependency& dependency : relation.reads) out.insert(to_lower(dependency.relation.name));
  if (!m_input.query) {
    for (const schema::Trigger& trigger : relation.triggers) read(trigger.definition);
    for (const schema::Constraint& constraint : relation.constraints) read(constraint.expression);
    for (const schema::Index& index : relation.indexes) read(index.predicate);
  }
  for (const schema::Column& column : relation.columns) {
    if (!m_input.query) read(column.default_sql);
    out.insert({to_lower(column.type), to_lower(column.type.substr(column.type.rfind('.') + 1))});
  }
  out.insert(to_lower(relation.partition_of.name));
  out.erase("");
  return out;
}

bool DriftScope::is_changed_along(const Relation& relation) const {
  return std::any_of(relation.constraints.begin(), relation.constraints.end(), [&](const schema::Constraint& key) {
    const bool along = acts(key.on_delete) || acts(key.on_update);
    return key.kind == ConstraintKind::foreign_key && along && m_relied.contains(to_lower(key.references.name));
  });
}

bool DriftScope::is_reached(const Relation& relation) const {
  return m_relied.contains(to_lower(relation.name.name)) || has_part(relation, m_named) ||
         m_relied.contains(to_lower(relation.partition_of.name)) || (!m_input.query && is_changed_along(relation));
}

void DriftScope::grow() {
  std::set<const Relation*> done;
  for (std::size_t before = 1, after = 0; before != after; after = done.size()) {
    before = done.size();
    for_each([&](const Relation& relation) {
      if (done.contains(&relation) || !is_reached(relation)) return;
      done.insert(&relation);
      m_relied.insert(to_lower(relation.name.name));
      m_relied.merge(Names(words(relation)));
    });
  }
}

void DriftScope::add_dependents() {
  Names views;
  for_each([&](const Relation& relation) {
    const bool is_view = !relation.definition.empty() || !relation.reads.empty();
    if (is_view && shares(words(relation), m_named)) views.insert(to_lower(relation.name.name));
  });
  m_relied.merge(views);
}

void DriftScope::grow_own(const Names& written) {
  m_own = written;
  for (std::size_t before = 0; before != m_own.size();) {
    before = m_own.size();
    for_each([&](const Relation& relation) {
      bool reads = has_part(relation, written) || m_own.contains(to_lower(relation.partition_of.name));
      for (const schema::Dependency& each : relation.reads)
        reads = reads || m_own.contains(to_lower(each.relation.name));
      if (m_input.live.engine != Engine::postgresql && !relation.definition.empty())
        reads = reads || shares(words(relation), m_own);
      if (reads) m_own.insert(to_lower(relation.name.name));
    });
  }
}

bool DriftScope::is_own(const schema::Name& name) const { return m_own_all || m_own.contains(to_lower(name.name)); }

bool DriftScope::covers(const schema::Name& name) const {
  return (m_all || m_relied.contains(to_lower(name.name))) && !is_own(name);
}

bool DriftScope::covers(const Relation& relation) const { return covers(relation.name); }

bool DriftScope::covers(const schema::Sequence& sequence) const {
  // Of MySQL and MariaDB they say nothing that the columns do not, and are there once statistics were taken.
  if (m_input.live.engine != Engine::postgresql) return false;
  if (m_input.query || is_own(sequence.owned_by_table)) return false;
  return covers(sequence.name) || (!sequence.owned_by_table.name.empty() && covers(sequence.owned_by_table));
}

}  // namespace dbw::review
