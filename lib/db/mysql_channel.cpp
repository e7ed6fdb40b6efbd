// The half of MysqlSession that watches the time, kills what runs too long, and turns failures into errors.
#include <fmt/format.h>
#include <mysqld_error.h>

#include "base/error.hpp"
#include "db/mysql_connect.hpp"
#include "db/mysql_session.hpp"

namespace dbw::db::mysql {
namespace {

// MySQL alone: ER_QUERY_TIMEOUT (max_execution_time), ER_LOCK_NOWAIT.
constexpr int k_mysql_query_timeout = 3024;
constexpr int k_mysql_lock_nowait = 3572;

bool is_timeout(int number) { return number == ER_STATEMENT_TIMEOUT || number == k_mysql_query_timeout; }

bool is_lock_timeout(int number) { return number == ER_LOCK_WAIT_TIMEOUT || number == k_mysql_lock_nowait; }

}  // namespace

/// Runs in the watchdog's thread, while nothing else is sent for this session.
bool MysqlSession::kill() {
  try {
    SessionOptions options;
    options.connect_timeout = m_options.client_grace;
    const Connection second = open_connection(m_settings, m_password.c_str(), options);
    const std::string sql = "KILL QUERY " + m_id;
    return mysql_real_query(second.get(), sql.data(), sql.size()) == 0;
  } catch (const std::exception&) {
    return false;
  }
}

void MysqlSession::start(const Running& running) {
  Watchdog::Limits limits;
  limits.grace = m_options.client_grace;
  // What a COMMIT or ROLLBACK did that was killed half way, nobody could tell.
  limits.may_kill = !running.ends_transaction;
  if (m_options.statement_timeout.count() > 0) {
    // MariaDB stops statements by itself at the timeout, MySQL only some.
    const bool server_stops = m_settings.engine == Engine::mariadb;
    limits.deadline = SteadyClock::now() + m_options.statement_timeout +
                      (server_stops || running.ends_transaction ? m_options.client_grace : Milliseconds(0));
  }
  m_watchdog.start(limits);
}

/// Takes up a KILL that came too late, and learns whether a transaction is open: errors do not say.
void MysqlSession::probe() noexcept {
  try {
    for (int round = 0; round < 2; ++round) {
      m_watchdog.start({SteadyClock::now() + m_options.client_grace, m_options.client_grace, false});
      constexpr std::string_view k_nothing = "DO 0";
      const bool failed = mysql_real_query(m_connection.get(), k_nothing.data(), k_nothing.size()) != 0;
      const int number = static_cast<int>(mysql_errno(m_connection.get()));
      m_watchdog.stop();
      if (!failed) return;
      if (ends_connection(number)) break;
    }
  } catch (const std::exception&) {
    // As good as lost.
  }
  m_lost = true;
}

/// Throws what the failure of the statement that just ended means.
void MysqlSession::fail(const Running& running) {
  ServerMessage message = server_message(m_connection.get());
  const int number = message.number;
  const Watchdog::Ending ending = m_watchdog.stop();
  if (ending.hung_up || ends_connection(number)) fail_lost(running, ending.deadline_passed, std::move(message));
  if (running.in_transaction || running.ends_transaction || ending.killed) probe();
  if (m_lost) fail_lost(running, ending.deadline_passed, std::move(message));
  const bool interrupted = number == ER_QUERY_INTERRUPTED || is_timeout(number);
  if (running.commit) {
    if (interrupted)
      throw DatabaseError(ErrorCode::db_commit_unknown, "COMMIT was interrupted by the server", std::move(message));
    throw DatabaseError(ErrorCode::db_commit_failed, "the database refused to commit", std::move(message));
  }
  if (running.in_transaction) {
    // Deadlocks (and lock timeouts where the server is told so) roll back the whole transaction.
    const bool rolled_back = running.cannot_commit && (ends_transaction(number) || is_lock_timeout(number));
    // What a read-only transaction commits is nothing.
    m_failed = status_in_transaction() || rolled_back || m_options.read_only;
    if (!m_failed) {
      throw DatabaseError(ErrorCode::db_left_transaction,
                          "the statement failed, after it had committed what came before it", std::move(message));
    }
  }
  if (number == ER_EMPTY_QUERY)
    throw DatabaseError(ErrorCode::db_not_one_statement, "there is no statement between its ends", std::move(message));
  if (is_lock_timeout(number))
    throw DatabaseError(ErrorCode::db_lock_timeout, "the statement waited too long for a lock", std::move(message));
  if (is_timeout(number) || (interrupted && ending.deadline_passed))
    throw DatabaseError(ErrorCode::db_timeout, "the statement ran longer than allowed", std::move(message));
  if (interrupted) throw DatabaseError(ErrorCode::db_cancelled, "the statement was cancelled", std::move(message));
  throw DatabaseError(ErrorCode::db_statement_failed, "the database refused the statement", std::move(message));
}

void MysqlSession::fail_lost(const Running& running, bool deadline_passed, ServerMessage message) {
  m_lost = true;
  throw_lost({running.commit, running.loss_is_harmless, deadline_passed}, std::move(message));
}

}  // namespace dbw::db::mysql
