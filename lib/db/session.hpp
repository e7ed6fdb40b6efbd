#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"
#include "base/time.hpp"
#include "db/failure.hpp"
#include "db/rows.hpp"

/// One connection to one database, and the promises the executor builds on. This module must not decide whether SQL may
/// run, print anything, read the process environment for connection parameters, retry, pool, or send two statements in
/// one message.
namespace dbw::db {

using dbw::Milliseconds;

/// Texts bound to $1, $2 ...; nullopt is NULL. Only statements of dbw itself have parameters.
using Parameters = std::vector<std::optional<std::string>>;

struct SessionOptions {
  Milliseconds connect_timeout{10'000};
  Milliseconds statement_timeout{
      60'000};                       ///< server side (SQLite: progress handler; MySQL: client side but for SELECT)
  Milliseconds lock_timeout{5'000};  ///< server side (SQLite: busy timeout; MySQL, MariaDB: whole seconds)
  Milliseconds idle_in_transaction_timeout{60'000};  ///< not on MySQL
  Milliseconds client_grace{5'000};                  ///< the client's own deadline is statement_timeout + client_grace
  std::string application_name = "dbw";              ///< "dbw/<version> <request id>"
  std::string search_path =
      "public, pg_temp";   ///< PostgreSQL, as in SET search_path; pg_catalog is always searched first
  bool read_only = false;  ///< every transaction of the session, enforced by the server
};

enum class TransactionState {
  none,    ///< no transaction is open
  open,    ///< a transaction is open and well
  failed,  ///< a statement failed; only rollback() can follow
  lost,    ///< the connection is gone
};

/// Not thread-safe but for cancel(). Destruction closes the connection, which rolls an open transaction back.
///
/// Failures of every call (all but the marked ones are thrown as DatabaseError):
/// - db_statement_failed: the server refused the statement; nothing of it was kept.
/// - db_statement_denied: SQLite's authorizer refused it. db_not_one_statement: none, or more than one (SQLite; the
///   others answer a syntax error, as db_statement_failed). db_copy_unsupported: COPY from or to the client.
/// - db_left_transaction (MySQL, MariaDB): the statement failed, but not before it had committed what came before it.
/// - db_timeout, db_lock_timeout, db_cancelled; db_busy (SQLite: another connection holds the write lock).
/// - db_connection_lost inside a transaction (it will be rolled back); db_statement_unknown outside of one.
class Session {
 public:
  virtual ~Session() = default;
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  virtual Engine engine() const = 0;
  /// What stands before the names of dbw's own tables: PostgreSQL "dbw.", SQLite "main.dbw_", MySQL and MariaDB
  /// "`dbw_<database>`.".
  virtual std::string ledger_prefix() const { return engine() == Engine::sqlite ? "main.dbw_" : "dbw."; }

  /// Runs exactly one statement of a request. Rows it returns are read and thrown away.
  StatementResult execute(std::string_view one_statement) { return run({one_statement, true, nullptr}, nullptr); }
  /// Runs exactly one statement of a request and streams its rows.
  StatementResult query(std::string_view one_statement, RowSink& sink) {
    return run({one_statement, true, nullptr}, &sink);
  }

  /// Runs statements of a request one after the other, in the open transaction, and hands each one's counts to `done`
  /// until one fails, which throws as execute() does. Where the engine can pipeline, the next are sent before the
  /// answers have come; no statement may then need to know what the one before did to the session.
  virtual void execute_all(const std::vector<std::string_view>& statements,
                           const std::function<void(const StatementResult&)>& done);

  /// A statement of dbw itself: may have parameters, and the limits for request SQL (SQLite's authorizer) are off.
  /// Every name in it must be qualified. Never for text of a request.
  StatementResult own(std::string_view one_statement, const Parameters& parameters = {});
  /// The same, with its rows; throws Error{db_catalogue_too_large} for more than k_own_rows_max.
  Rows own_rows(std::string_view one_statement, const Parameters& parameters = {});
  /// The first field of the first row; nullopt for no row or NULL.
  std::optional<std::string> own_value(std::string_view one_statement, const Parameters& parameters = {});

  /// PostgreSQL, MySQL, MariaDB: READ COMMITTED; SQLite: BEGIN IMMEDIATE, for read_only BEGIN. Error{db_busy} where
  /// SQLite's lock is taken.
  virtual void begin(bool read_only) = 0;
  /// Returns only when the server confirmed COMMIT. Throws db_commit_failed where it rolled back instead (a failed
  /// transaction answers ROLLBACK with success; a deferred constraint), and db_commit_unknown (exit 6) where the answer
  /// was lost or late.
  virtual void commit() = 0;
  /// Rolls back whatever is open; does nothing for `none` and `lost`. Throws where the server does not confirm.
  virtual void rollback() = 0;
  /// `name`: [a-z_][a-z0-9_]*; throws Error{internal_bug} otherwise.
  void savepoint(std::string_view name);
  void release(std::string_view name);
  virtual TransactionState transaction_state() const = 0;

  /// Stops the running statement, which then throws db_cancelled. May be called from another thread or a signal
  /// handler, and with nothing running. The session stays usable after a rollback().
  virtual void cancel() noexcept = 0;

  /// What the server reported about this session (string and encoding settings, session authorization, superuser) is
  /// as it was at the start. Costs no round trip; on MySQL and MariaDB one, which asks for sql_mode, character sets,
  /// time zone, autocommit, default database, account and role. Call after every request statement. Throws
  /// Error{db_session_changed}.
  virtual void verify_settings() = 0;
  /// Asks the server: role, session authorization, and the settings that change what SQL means are as at the start. One
  /// round trip. Throws Error{db_session_changed}.
  virtual void verify_role() = 0;
  /// RESET ROLE and every setting back to its value at the start.
  virtual void restore_settings() = 0;
  /// Deferred constraints and triggers act now. Throws db_statement_failed where one does not hold.
  virtual void settle_constraints() = 0;

  /// Server messages that arrived since the last call (at most k_notices_max are kept); they are never printed.
  virtual std::vector<ServerMessage> take_notices() = 0;

 protected:
  struct Statement {
    std::string_view sql;
    bool of_request = true;                  ///< false: dbw's own
    const Parameters* parameters = nullptr;  ///< null: none
  };
  /// `sink` null: rows are thrown away.
  virtual StatementResult run(const Statement& statement, RowSink* sink) = 0;
};

inline constexpr std::size_t k_notices_max = 100;

/// `prefix` and 128 random bits in hex; for savepoints nobody can guess.
std::string random_name(std::string_view prefix);

}  // namespace dbw::db
