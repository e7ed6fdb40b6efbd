#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sqlparse/statement.hpp"

namespace dbw::review {

/// A table of SQLite that the change makes anew: CREATE TABLE new, INSERT INTO new SELECT ... FROM old without anything
/// that leaves rows out, DROP TABLE old, ALTER TABLE new RENAME TO old, in this order and in one file.
struct TableRebuild {
  const sqlparse::Statement* created = nullptr;
  std::vector<std::string> copied;  ///< lower case: columns that the INSERT both reads and fills
  bool copies_all = false;          ///< SELECT *
};

/// Finds them while the change is read.
class TableRebuilds {
 public:
  void start_file() { m_new.clear(); }
  /// `text` is the statement's.
  void take(const sqlparse::Statement& statement, std::string_view text);
  /// What the DROP TABLE is part of, or nullptr.
  const TableRebuild* of(const sqlparse::Statement& drop) const;

 private:
  struct NewTable {
    TableRebuild rebuild;
    std::string source;  ///< lower case; empty until its rows are copied
    const sqlparse::Statement* drop = nullptr;
  };
  void take_copy(NewTable& table, const sqlparse::Statement& statement, std::string_view text);
  void take_drop(const sqlparse::Statement& statement);
  void take_alter(const sqlparse::Statement& statement);

  std::map<std::string, NewTable> m_new;                                    ///< of the file, by name in lower case
  std::unordered_map<const sqlparse::Statement*, TableRebuild> m_rebuilds;  ///< by their DROP
};

}  // namespace dbw::review
