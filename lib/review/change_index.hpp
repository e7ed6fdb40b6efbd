#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sqlparse/statement.hpp"

namespace dbw::review {

struct File;

/// What the whole change does, before and behind the statement that is looked at: made once, so that no rule walks all
/// statements for each statement.
class ChangeIndex {
 public:
  explicit ChangeIndex(const std::vector<File>& files);

  /// Some statement creates a view of that name; a schema that one of them leaves out may be the other's.
  bool creates_view(const sqlparse::ObjectName& name) const;
  /// Some statement creates an object of that kind and bare name: functions, triggers, types, domains, sequences.
  bool creates(sqlparse::ObjectKind kind, const std::string& name) const;
  bool adds_column(const sqlparse::ObjectName& table, const std::string& column) const;
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
  /// A parse problem of the file lies in the range, or touches its end.
  bool has_problem(const File& file, ByteRange range) const;

 private:
  void take(const sqlparse::Statement& statement);
  void take_action(const sqlparse::Statement& statement, const sqlparse::AlterAction& action);
  void take_domain(const sqlparse::Statement& statement);
  void take_default(const sqlparse::ObjectUse& use);
  void take_tables(const sqlparse::Statement& statement);

  std::map<std::string, std::set<std::string>> m_views;              ///< name -> schemas
  std::set<std::pair<sqlparse::ObjectKind, std::string>> m_created;  ///< but tables, views and indexes
  std::set<std::pair<sqlparse::ObjectName, std::string>> m_columns;
  std::set<sqlparse::ObjectName> m_primary_keys;
  std::set<sqlparse::ObjectName> m_not_null_tables;
  std::set<sqlparse::ObjectName> m_dropped_indexes;
  std::set<sqlparse::ObjectName> m_types;
  std::set<std::string> m_settings;
  std::set<std::string> m_constrained_domains;           ///< in lower case, as a column's type is
  std::map<sqlparse::ObjectName, bool> m_named_default;  ///< tables <something>_default: are they old?
  std::map<std::string, sqlparse::ObjectName> m_permanent_tables;
  /// Of each file's problems in the order of their starts: the start, and the furthest end so far.
  std::map<const File*, std::vector<ByteRange>> m_problems;
};

}  // namespace dbw::review
