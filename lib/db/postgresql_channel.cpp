// The half of PostgresqlSession that sends, waits with a deadline, and turns failures into errors.
#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "base/error.hpp"
#include "db/postgresql_session.hpp"

namespace dbw::db::postgresql {
namespace {

constexpr int k_socket_bytes_max = 1024 * 1024;
constexpr std::string_view k_query_canceled = "57014";
constexpr std::string_view k_lock_not_available = "55P03";

}  // namespace

PostgresqlSession::Running PostgresqlSession::start(bool loss_is_harmless, bool commit) {
  m_cancel_asked = false;
  Running running;
  running.started = SteadyClock::now();
  running.deadline = m_options.statement_timeout.count() == 0
                         ? SteadyClock::time_point::max()
                         : running.started + m_options.statement_timeout + m_options.client_grace;
  running.loss_is_harmless = loss_is_harmless;
  running.commit = commit;
  return running;
}

void PostgresqlSession::send(Running& running, const Statement& statement) {
  const std::string sql(statement.sql);
  // libpq would end the statement there, and the rest would not be run.
  if (sql.find('\0') != std::string::npos)
    throw Error(ErrorCode::db_not_one_statement, "the statement holds a NUL byte");
  std::vector<const char*> values;
  if (statement.parameters != nullptr) {
    for (const auto& parameter : *statement.parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  const int sent = PQsendQueryParams(m_connection.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, 0);
  if (sent != 1) fail(running, nullptr);
  PQsetSingleRowMode(m_connection.get());
  flush(running);
}

void PostgresqlSession::flush(Running& running) {
  for (;;) {
    const int rest = PQflush(m_connection.get());
    if (rest == 0) return;
    if (rest < 0) {
      // The server may have said why before it closed; that message is the next result.
      PQconsumeInput(m_connection.get());
      return;
    }
    wait_for(running, POLLIN | POLLOUT);
    PQconsumeInput(m_connection.get());
  }
}

/// Returns when the socket is ready. At the deadline the statement is cancelled; when that does not help either, the
/// connection is given up.
void PostgresqlSession::wait_for(Running& running, short events) {
  for (;;) {
    int timeout = -1;
    if (running.deadline != SteadyClock::time_point::max()) {
      const auto left = std::chrono::ceil<Milliseconds>(running.deadline - SteadyClock::now()).count();
      timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
    }
    pollfd socket{PQsocket(m_connection.get()), events, 0};
    const int ready = ::poll(&socket, 1, timeout);
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) fail_lost(running, {});
    if (ready < 0 || SteadyClock::now() < running.deadline) continue;
    if (running.deadline_passed || running.commit) {
      m_lost = true;
      fail_lost(running, {});
    }
    running.deadline_passed = true;
    running.deadline = SteadyClock::now() + m_options.client_grace;
    cancel();
  }
}

/// Takes what else has come, up to a bound: the server goes on while we work on it, and the socket holds little.
void PostgresqlSession::drain_socket() {
  int pending = 0;
  for (int taken = 0; taken < k_socket_bytes_max; taken += pending) {
    if (::ioctl(PQsocket(m_connection.get()), FIONREAD, &pending) != 0 || pending <= 0) return;
    if (PQconsumeInput(m_connection.get()) != 1) return;
  }
}

Result PostgresqlSession::next_result(Running& running) {
  while (PQisBusy(m_connection.get()) == 1) {
    // A failure here becomes the next result, with what the server said before it closed.
    if (PQconsumeInput(m_connection.get()) != 1) break;
    drain_socket();
    // Asked for only where nothing had come: in a long result more is always there.
    if (PQisBusy(m_connection.get()) == 1) wait_for(running, POLLIN);
  }
  return Result(PQgetResult(m_connection.get()));
}

void PostgresqlSession::drain(Running& running) noexcept {
  try {
    while (next_result(running) != nullptr) {
    }
  } catch (const Error&) {
    m_lost = true;
  }
}

void PostgresqlSession::drain_copy(Running& running, ExecStatusType status) noexcept {
  try {
    if (status != PGRES_COPY_OUT) PQputCopyEnd(m_connection.get(), "dbw does not copy");
    if (status != PGRES_COPY_IN) cancel();
    for (;;) {
      flush(running);
      char* line = nullptr;
      const int got = status == PGRES_COPY_IN ? -1 : PQgetCopyData(m_connection.get(), &line, 1);
      PQfreemem(line);
      if (got < 0) break;
      if (got > 0) continue;
      wait_for(running, POLLIN);
      PQconsumeInput(m_connection.get());
    }
  } catch (const Error&) {
    m_lost = true;
    return;
  }
  drain(running);
}

/// Reads what is left, then throws what `result` (null: libpq's own failure) means.
void PostgresqlSession::fail(Running& running, Result result) {
  ServerMessage message;
  bool lost = result == nullptr;
  if (result != nullptr) {
    message = server_message(result.get());
    lost = ends_connection(result.get());
  }
  if (lost && message.message.empty()) message.message = PQerrorMessage(m_connection.get());
  drain(running);
  if (lost || transaction_state() == TransactionState::lost) {
    m_lost = true;
    fail_lost(running, std::move(message));
  }
  if (running.commit) {
    throw DatabaseError(ErrorCode::db_commit_failed, "the database refused to commit", std::move(message));
  }
  if (message.sqlstate == k_lock_not_available) {
    throw DatabaseError(ErrorCode::db_lock_timeout, "the statement waited too long for a lock", std::move(message));
  }
  if (message.sqlstate != k_query_canceled) {
    throw DatabaseError(ErrorCode::db_statement_failed, "the database refused the statement", std::move(message));
  }
  // One SQLSTATE stands for timeout and cancellation, and the text that tells them apart is translated.
  const bool time_is_up =
      running.deadline_passed || (!m_cancel_asked && m_options.statement_timeout.count() > 0 &&
                                  SteadyClock::now() - running.started >= m_options.statement_timeout);
  if (time_is_up)
    throw DatabaseError(ErrorCode::db_timeout, "the statement ran longer than allowed", std::move(message));
  throw DatabaseError(ErrorCode::db_cancelled, "the statement was cancelled", std::move(message));
}

void PostgresqlSession::fail_lost(const Running& running, ServerMessage message) {
  m_lost = true;
  throw_lost({running.commit, running.loss_is_harmless, running.deadline_passed}, std::move(message));
}

}  // namespace dbw::db::postgresql
