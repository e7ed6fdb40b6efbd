#pragma once

#include <optional>
#include <string>
#include <vector>

#include "review/facts.hpp"

namespace dbw::review {

/// PostgreSQL's table locks, as far as their difference matters to whoever waits: below share, writes go on; below
/// access_exclusive, reads go on.
enum class LockMode { none, share_update_exclusive, share, share_row_exclusive, access_exclusive };

struct TableLock {
  const sqlparse::ObjectName& table;  ///< of the statement
  LockMode mode;
};

/// The locks that a DDL statement takes on tables it names, weaker ones than SHARE UPDATE EXCLUSIVE left out. Tables
/// that only the schema knows (those of a dropped index, say) are missing. Measured on PostgreSQL 15.
std::vector<TableLock> table_locks(const sqlparse::Statement& statement);

/// Which strong locks on tables older than the change the running transaction has taken so far.
class HeldLocks {
 public:
  /// At the start of a file: locks end with the transaction.
  void release();
  /// Before ChangeFacts::apply of the same statement.
  void apply(const sqlparse::Statement& statement, const ChangeFacts& facts);

  /// Some table that nobody else can read or write until commit.
  const std::optional<sqlparse::ObjectName>& access_exclusive() const { return m_access_exclusive; }
  /// Some table other than `table` that nobody else can write until commit.
  std::optional<sqlparse::ObjectName> write_blocked_besides(const sqlparse::ObjectName& table) const;

 private:
  void take(const TableLock& lock);

  std::optional<sqlparse::ObjectName> m_access_exclusive;  ///< the first one
  /// The first two different ones: enough to find one besides any table.
  std::vector<sqlparse::ObjectName> m_write_blocked;
};

}  // namespace dbw::review
