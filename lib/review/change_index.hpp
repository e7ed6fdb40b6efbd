#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "review/change_locks.hpp"
#include "review/lookalikes.hpp"
#include "review/names.hpp"
#include "review/repetitions.hpp"
#include "review/table_rebuilds.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::review {

struct File;

/// What the whole change does, before and behind the statement that is looked at: made once, so that no rule walks all
/// statements for each statement.
class ChangeIndex {
 public:
  ChangeIndex(Engine engine, const std::vector<File>& files);

  /// Some statement creates a view of that name; a schema that one of them leaves out may be the other's.
  bool creates_view(const sqlparse::ObjectName& name) const;
  /// Some statement creates an object of that kind and bare name: functions, triggers, types, domains, sequences.
  bool creates(sqlparse::ObjectKind kind, const std::string& name) const;
  /// Some statement adds a column of that name, or gives the name to another one.
  bool adds_column(const sqlparse::ObjectName& table, const std::string& column) const;
  /// Some statement adds, drops or moves a column of the table; a schema that one of them leaves out may be the
  /// other's.
  bool reshapes(const std::string& bare_name) const;
  bool adds_primary_key(const sqlparse::ObjectName& table) const;
  /// Some statement makes a column of the table NOT NULL.
  bool sets_not_null(const sqlparse::ObjectName& table) const;
  bool drops_index(const sqlparse::ObjectName& index) const;
  /// The change creates the type or domain.
  bool creates_type(const sqlparse::ObjectName& type) const;
  /// Some statement gives the setting a value for the session or the transaction.
  bool sets(const std::string& setting) const;
  /// The change creates a domain of that name with a constraint, or adds one to it.
  bool constrains_domain(const std::string& type) const;
  /// A table <parent>_default that the change names and does not create.
  std::optional<sqlparse::ObjectName> default_by_name(const sqlparse::ObjectName& parent) const;
  /// A permanent table of that name, as some statement of the change creates it or names it with its schema.
  std::optional<sqlparse::ObjectName> permanent_table(const std::string& name) const;
  /// The locks of the change's transactions.
  const ChangeLocks& locks() const { return m_locks; }
  /// Names of the change that look alike.
  const Lookalikes& lookalikes() const { return m_lookalikes; }
  /// Statements that differ in their values alone.
  const Repetitions& repetitions() const { return m_repetitions; }
  /// MySQL. The statement's number among those of the change that add or drop columns of its table without a rebuild
  /// between them; 0 for every other statement.
  std::size_t row_version(const sqlparse::Statement& statement) const;
  /// The name that a table had before the change gave it this one, else nullptr; also where the statement drops a table
  /// of that name earlier.
  const std::string* renamed_from(const sqlparse::Statement& statement, const std::string& new_name) const;
  /// As creates(); but where a statement of the change drops the object, some statement behind it must create it.
  bool creates_behind(const sqlparse::Statement& drop, sqlparse::ObjectKind kind, const std::string& name) const;
  /// SQLite: what the DROP TABLE is part of, else nullptr.
  const TableRebuild* rebuild(const sqlparse::Statement& drop) const { return m_rebuilds.of(drop); }
  /// Some index, unique constraint or primary key that the change makes begins with these columns, in any order, and
  /// holds every row.
  bool indexes(const sqlparse::ObjectName& table, std::vector<std::string> columns) const;
  /// The column belongs to an index or key that the change makes.
  bool indexes_column(const sqlparse::ObjectName& table, const std::string& column) const;
  /// The change makes the column part of a primary key.
  bool is_key_column(const sqlparse::ObjectName& table, const std::string& column) const;
  /// Indexes, unique constraints and primary keys that the change makes for the table.
  std::size_t index_count(const sqlparse::ObjectName& table) const;
  /// The constraint is dropped with IF EXISTS right before it is added: the pair can be run twice.
  bool restates(const sqlparse::Statement& statement, const std::string& constraint) const;
  /// What an earlier statement of the change makes of the statement's IF EXISTS or IF NOT EXISTS.
  enum class Masked { no, differs, gone };
  /// differs: the same change has made the object with other columns; gone: it has dropped or renamed it.
  Masked masked(const sqlparse::Statement& statement) const;
  /// A parse problem of the file lies in the range, or touches its end.
  bool has_problem(const File& file, ByteRange range) const;

 private:
  /// What the change makes of a table's indexes and keys.
  struct Keys {
    std::size_t count = 0;
    std::set<std::string> columns;                ///< of all
    std::set<std::string> primary;                ///< columns of a primary key
    std::set<std::vector<std::string>> prefixes;  ///< sorted names
  };
  /// nullptr where it makes none.
  const Keys* keys_of(const sqlparse::ObjectName& table) const;

  void take(const sqlparse::Statement& statement);
  void take_action(const sqlparse::Statement& statement, const sqlparse::AlterAction& action);
  void take_domain(const sqlparse::Statement& statement);
  void take_default(const sqlparse::ObjectUse& use);
  void take_tables(const sqlparse::Statement& statement);
  void take_guard(const sqlparse::Statement& statement);
  void take_drop(const sqlparse::Statement& statement);
  void take_declaration(const sqlparse::Statement& statement);
  void take_indexes(const File& file, const sqlparse::Statement& statement);
  void take_restated(const sqlparse::Statement& statement);
  void take_row_version(const sqlparse::Statement& statement);

  std::map<std::string, std::set<std::string>> m_views;  ///< name -> schemas
  /// But tables, views and indexes; and the place of the last statement that does so.
  std::map<std::pair<sqlparse::ObjectKind, std::string>, std::size_t> m_created;
  std::size_t m_place = 0;  ///< while reading: of the statement
  std::unordered_map<const sqlparse::Statement*, std::size_t> m_drop_places;
  TableRebuilds m_rebuilds;
  std::set<std::pair<sqlparse::ObjectName, std::string>> m_columns;
  std::set<std::string> m_reshaped;  ///< bare names of tables
  std::set<sqlparse::ObjectName> m_primary_keys;
  std::set<sqlparse::ObjectName> m_not_null_tables;
  std::set<sqlparse::ObjectName> m_dropped_indexes;
  std::set<sqlparse::ObjectName> m_types;
  std::set<std::string> m_settings;
  std::set<std::string> m_constrained_domains;           ///< in lower case, as a column's type is
  std::map<sqlparse::ObjectName, bool> m_named_default;  ///< tables <something>_default: are they old?
  NameMap<sqlparse::ObjectName> m_permanent_tables;
  ChangeLocks m_locks;
  Lookalikes m_lookalikes;
  Repetitions m_repetitions;
  std::unordered_map<const sqlparse::Statement*, std::size_t> m_row_versions;
  std::map<sqlparse::ObjectName, std::size_t> m_row_version_counts;  ///< while reading
  struct Renamed {
    std::string old_name;
    std::size_t place;
  };
  std::map<std::string, Renamed> m_renames;  ///< by the new name of a table
  std::unordered_map<const sqlparse::Statement*, Masked> m_masked;
  /// While reading: tables and indexes.
  QualifiedNameMap<sqlparse::ObjectName, const sqlparse::Statement*> m_declared;
  std::set<sqlparse::ObjectName> m_gone;  ///< while reading: tables, views, indexes
  QualifiedNameMap<sqlparse::ObjectName, Keys> m_keys;
  std::set<std::pair<sqlparse::ObjectName, std::string>> m_dropped_if_exists;  ///< while reading: constraints
  std::set<std::pair<const sqlparse::Statement*, std::string>> m_restated;
  /// Of each file's problems in the order of their starts: the start, and the furthest end so far.
  std::unordered_map<const File*, std::vector<ByteRange>> m_problems;
};

}  // namespace dbw::review
