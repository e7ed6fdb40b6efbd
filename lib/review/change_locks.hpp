#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "review/held_locks.hpp"

namespace dbw::review {

/// A table older than the change that a transaction keeps from other sessions until it ends.
struct LockWindow {
  sqlparse::ObjectName table;
  LockMode mode = LockMode::none;  ///< the strongest
  std::size_t work = 0;            ///< statements from the lock on whose time grows with the data
};

/// A transaction that takes two tables in the order in which another one does not.
struct LockInversion {
  sqlparse::ObjectName first, second;  ///< second is taken by the statement
};

/// The locks of all transactions of the change, each as a whole. ChangeLocksReader makes them.
class ChangeLocks {
 public:
  /// PostgreSQL. Of the transaction whose first write-blocking lock the statement takes: every table that it closes to
  /// writers. Empty for every other statement.
  const std::vector<LockWindow>& windows_from(const sqlparse::Statement& statement) const;
  /// The statement closes a circle of waiting between this transaction and another one of the change. One statement of
  /// each circle has an answer.
  std::optional<LockInversion> inversion_at(const sqlparse::Statement& statement) const;

 private:
  friend class ChangeLocksReader;
  std::unordered_map<const sqlparse::Statement*, std::vector<LockWindow>> m_windows;
  std::unordered_map<const sqlparse::Statement*, LockInversion> m_inversions;
};

/// Reads the locks of a change in one pass over its statements, in the order in which they run.
class ChangeLocksReader {
 public:
  explicit ChangeLocksReader(Engine engine);
  ~ChangeLocksReader();
  void start_file(bool in_transaction);
  void take(const sqlparse::Statement& statement);
  void end_file();
  /// Once, behind the last file.
  ChangeLocks locks();

 private:
  class Pass;
  std::unique_ptr<Pass> m_pass;
};

}  // namespace dbw::review
