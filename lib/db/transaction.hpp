#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.hpp"

namespace dbw::db {

/// A request's SQL in one transaction that it cannot leave unnoticed. Order of calls: construct, execute/query ...,
/// settle, row guards (execute_guard), finish, commit. Every failure leaves the transaction rolled back, at the latest
/// in the destructor; only db_left_transaction, db_commit_unknown (both exit 6) say otherwise.
class GuardedTransaction {
 public:
  struct Plan {
    std::string target_id;  ///< what dbw.target must hold
    std::string run;        ///< the claim that must be open
  };
  /// BEGIN; target lock; target id and claim re-read; random savepoint. Throws Error{db_busy} (lock taken),
  /// db_wrong_target, db_not_adopted, db_claim_state, db_not_transactional (MySQL, MariaDB: a table that the account
  /// can see cannot be rolled back).
  GuardedTransaction(Session& change, Plan plan);
  GuardedTransaction(const GuardedTransaction&) = delete;
  GuardedTransaction& operator=(const GuardedTransaction&) = delete;
  ~GuardedTransaction();

  /// One statement of the request; afterwards the session's settings are checked and the transaction must still be
  /// ours. Throws Error{db_session_changed}, db_left_transaction (MySQL, MariaDB: also for a statement that commits by
  /// itself, as DDL does).
  StatementResult execute(std::string_view one_statement);
  StatementResult query(std::string_view one_statement, RowSink& sink);
  /// Several statements that leave session and transaction alone (INSERT, UPDATE, DELETE, DDL without unlisted
  /// functions), pipelined where the engine can; looked at once, behind the last. Errors as for execute().
  void execute_all(const std::vector<std::string_view>& statements,
                   const std::function<void(const StatementResult&)>& done);
  /// Role and settings checked, then restored; deferred constraints and triggers act. After this, only execute_guard.
  void settle();
  /// A row guard or expected count of the request (SELECT ...), under our settings.
  StatementResult execute_guard(std::string_view one_statement, RowSink& sink);
  /// Savepoint released (missing: Error{db_left_transaction}); the claim goes to `done` with `summary` (canonical
  /// JSON).
  void finish(std::string_view secret, std::string_view summary);
  /// Instead of finish(), or before it: a piece of a batched step, up to the key `upto`. The claim stays open.
  void note_batch(std::string_view secret, std::string_view upto, std::int64_t rows);
  void commit();
  /// Undoes everything; for dry runs. Requires that the savepoint still stands: Error{db_left_transaction}.
  void roll_back();

 private:
  void require_inside();
  void release_savepoint();
  enum class Stage { running, settled, noted, finished, ended };

  Session& m_session;
  Plan m_plan;
  std::string m_savepoint;
  Stage m_stage = Stage::running;
};

/// A query's transaction: read only, always rolled back.
class ReadTransaction {
 public:
  explicit ReadTransaction(Session& session);
  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;
  ~ReadTransaction();

  StatementResult query(std::string_view one_statement, RowSink& sink);
  /// Rolls back; before that, where the transaction is still well, requires that nothing was written (no transaction id
  /// assigned; SQLite: no change counted) and that role and settings are as before. Throws Error{db_read_only_violated,
  /// db_session_changed, db_left_transaction}.
  void end();

 private:
  bool has_written();

  Session& m_session;
  std::int64_t m_changes_before = 0;
  bool m_ended = false;
};

}  // namespace dbw::db
