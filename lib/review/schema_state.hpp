#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/schema_types.hpp"
#include "review/names.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::review {

/// The schema as the statements before the current one leave it: a snapshot, where there is one, and what the change
/// did to it since. Without a snapshot it knows the tables that the change itself creates. Where anything might have
/// happened (a body, unreadable text, a rollback) it forgets what it cannot be sure of, so that rules see an unknown
/// table rather than a wrong one.
class SchemaState {
 public:
  /// `snapshot` may be null; it must outlive the state.
  SchemaState(Engine engine, const schema::Catalogue* snapshot);

  bool has_snapshot() const { return m_snapshot != nullptr; }
  /// nullptr: unknown, or not there.
  const schema::Relation* relation(const sqlparse::ObjectName& name) const;
  const schema::Column* column(const sqlparse::ObjectName& table, std::string_view column) const;
  /// The counter that numbers the table's rows, and its column; nullptr where there is none or no snapshot.
  const schema::Sequence* counter(const schema::Relation& table) const;
  /// The tables with foreign keys to this one.
  std::vector<const schema::Relation*> referencing(const schema::Relation& table) const;
  /// Views and tables with triggers of the snapshot whose definitions name this bare name, in their order.
  std::vector<const schema::Relation*> naming(const std::string& bare_name) const;
  /// What the whole change, or something in it, has made unknown.
  bool forgot() const { return m_forgot; }

  void apply(const sqlparse::Statement& statement);
  /// Everything that is known, as a catalogue.
  schema::Catalogue catalogue() const;

 private:
  /// Of the snapshot until something changes it.
  struct Entry {
    const schema::Relation* seen = nullptr;
    std::unique_ptr<schema::Relation> changed;
    const schema::Relation& get() const { return changed ? *changed : *seen; }
  };
  void read_definitions(const schema::Relation& relation, const schema::Name& name);
  const schema::Relation* find(const schema::Name& name) const;
  std::optional<schema::Name> resolve(const sqlparse::ObjectName& name) const;
  schema::Name new_name(const sqlparse::ObjectName& name) const;
  std::string fold(std::string_view name) const;
  bool same(std::string_view a, std::string_view b) const;
  void put(std::unique_ptr<schema::Relation> relation);
  /// Takes the relation out, to be changed and put back; nullptr where it is not known.
  std::unique_ptr<schema::Relation> take(const sqlparse::ObjectName& name);
  void drop(const sqlparse::ObjectName& name);
  void forget_everything();
  void create_table(const sqlparse::Statement& statement);
  void create_index(const sqlparse::Statement& statement);
  void drop_index(const sqlparse::ObjectName& name);
  void drop_objects(const sqlparse::Statement& statement);
  void alter(const sqlparse::Statement& statement);
  void drop_constraint(schema::Relation& table, std::string_view name) const;
  void alter_action(schema::Relation& table, const sqlparse::AlterAction& action) const;
  schema::Constraint constraint_of(const sqlparse::Constraint& constraint, std::string_view column) const;
  void add_column(schema::Relation& table, const sqlparse::ColumnDefinition& column) const;
  schema::Column* column_of(schema::Relation& table, std::string_view name) const;

  Engine m_engine;
  const schema::Catalogue* m_snapshot;
  QualifiedNameMap<schema::Name, Entry> m_relations;                     ///< folded; what was dropped is absent
  NameMap<std::set<schema::Name>> m_by_bare_name;                        ///< may name what is absent by now
  QualifiedNameMap<schema::Name, std::set<schema::Name>> m_referencing;  ///< likewise
  std::map<std::string, std::vector<schema::Name>> m_naming;             ///< by every name in a definition
  bool m_names_moved = false;  ///< search_path changed: bare names say nothing
  bool m_forgot = false;
};

}  // namespace dbw::review
