#pragma once

#include <map>
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
  /// A parse problem of the file lies in the range, or touches its end.
  bool has_problem(const File& file, ByteRange range) const;

 private:
  void take(const sqlparse::Statement& statement);

  std::map<std::string, std::set<std::string>> m_views;              ///< name -> schemas
  std::set<std::pair<sqlparse::ObjectKind, std::string>> m_created;  ///< but tables, views and indexes
  std::set<std::pair<sqlparse::ObjectName, std::string>> m_columns;
  std::set<sqlparse::ObjectName> m_primary_keys;
  /// Of each file's problems in the order of their starts: the start, and the furthest end so far.
  std::map<const File*, std::vector<ByteRange>> m_problems;
};

}  // namespace dbw::review
