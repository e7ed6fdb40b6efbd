#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sqlparse/statement.hpp"

namespace dbw::review {

/// The UPDATEs of one table, and its DELETEs, over all files of the change: slices of one operation, however each of
/// them is written. A schema that one leaves out may be the other's.
class Repetitions {
 public:
  /// The statements in the order in which they run; they must outlive it.
  void take(const sqlparse::Statement& statement);
  /// The statement's number among its slices, from 1; 0 for other kinds of statements.
  std::size_t number(const sqlparse::Statement& statement) const;
  /// How many slices there are of which the statement is one; 0 for other kinds.
  std::size_t total(const sqlparse::Statement& statement) const;

 private:
  struct Slice {
    std::size_t group;
    std::size_t number;
  };
  std::unordered_map<const sqlparse::Statement*, Slice> m_slices;
  std::map<std::pair<sqlparse::StatementKind, std::string>, std::size_t> m_groups;  ///< while reading
  std::vector<std::size_t> m_totals;                                                ///< of groups
};

}  // namespace dbw::review
