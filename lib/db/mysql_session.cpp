#include "db/mysql_session.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "base/error.hpp"

namespace dbw::db::mysql {
namespace {

/// Statements whose count of rows is one of changed rows; ALTER TABLE counts rows that it copied.
bool changes_rows(std::string_view word) {
  constexpr std::array<std::string_view, 6> k_words = {"INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "LOAD"};
  return std::find(k_words.begin(), k_words.end(), word) != k_words.end();
}

}  // namespace

std::string quoted_name(std::string_view identifier) {
  std::string out = "`";
  for (const char c : identifier) {
    if (c == '`') out += '`';
    out += c;
  }
  return out + '`';
}

std::string ledger_database(std::string_view database) { return fmt::format("dbw_{}", database); }

MysqlSession::MysqlSession(Connection connection, const ConnectionSettings& settings, std::string_view password,
                           const SessionOptions& options)
    : m_connection(std::move(connection)),
      m_settings(settings),
      m_password(password),
      m_options(options),
      m_socket(::fcntl(mysql_get_socket(m_connection.get()), F_DUPFD_CLOEXEC, 0)),
      m_watchdog([this] { return kill(); }, [this] { ::shutdown(m_socket.get(), SHUT_RDWR); }) {
  require_supported();
  fix_settings();
  m_asked_at_start = asked_settings();
}

std::string MysqlSession::ledger_prefix() const { return quoted_name(ledger_database(m_settings.database)) + "."; }

void MysqlSession::begin(bool read_only) {
  own(read_only ? "START TRANSACTION READ ONLY" : "START TRANSACTION READ WRITE");
  m_begun = true;
  m_failed = false;
}

void MysqlSession::commit() {
  const TransactionState state = transaction_state();
  if (state == TransactionState::none) {
    m_begun = false;
    throw Error(ErrorCode::db_left_transaction, "there is no transaction to commit");
  }
  const Running running{.loss_is_harmless = state == TransactionState::lost, .commit = true, .ends_transaction = true};
  if (state == TransactionState::lost) fail_lost(running, false, {});
  if (state == TransactionState::failed) {
    rollback();
    throw DatabaseError(ErrorCode::db_commit_failed, "a statement of the transaction had failed", {});
  }
  start(running);
  perform(running, "COMMIT AND NO CHAIN NO RELEASE", nullptr);
  m_begun = false;
  if (status_in_transaction()) {
    throw DatabaseError(ErrorCode::db_commit_failed, "the server is still in a transaction after COMMIT", {});
  }
}

void MysqlSession::rollback() {
  const TransactionState state = transaction_state();
  if (state != TransactionState::lost && (state != TransactionState::none || m_begun)) {
    const Running running{.loss_is_harmless = true, .ends_transaction = true};
    start(running);
    perform(running, "ROLLBACK AND NO CHAIN NO RELEASE", nullptr);
  }
  m_begun = m_failed = false;
}

TransactionState MysqlSession::transaction_state() const {
  if (m_lost) return TransactionState::lost;
  if (m_failed) return TransactionState::failed;
  return status_in_transaction() ? TransactionState::open : TransactionState::none;
}

bool MysqlSession::status_in_transaction() const {
  unsigned int status = 0;
  mariadb_get_infov(m_connection.get(), MARIADB_CONNECTION_SERVER_STATUS, &status);
  return (status & SERVER_STATUS_IN_TRANS) != 0;
}

StatementResult MysqlSession::run(const Statement& statement, RowSink* sink) {
  if (statement.sql.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::db_not_one_statement, "the statement holds a NUL byte");
  if (is_empty(statement.sql)) throw Error(ErrorCode::db_not_one_statement, "there is no statement between its ends");
  const TransactionState state = transaction_state();
  Running running;
  running.in_transaction = state == TransactionState::open || state == TransactionState::failed;
  running.loss_is_harmless = running.in_transaction || !statement.of_request || m_options.read_only;
  if (state == TransactionState::lost) {
    running.loss_is_harmless = true;
    fail_lost(running, false, {});
  }
  const std::string sql = statement.parameters != nullptr && !statement.parameters->empty()
                              ? with_parameters(statement.sql, *statement.parameters)
                              : std::string(statement.sql);
  running.cannot_commit = !statement.of_request || changes_rows(first_word(sql)) || first_word(sql) == "SELECT";
  start(running);
  return perform(running, sql, sink);
}

StatementResult MysqlSession::perform(const Running& running, const std::string& sql, RowSink* sink) {
  MYSQL* connection = m_connection.get();
  StatementResult out;
  out.tag = first_word(sql);
  m_sink_failure = nullptr;
  if (mysql_real_query(connection, sql.data(), sql.size()) != 0) fail(running);
  for (bool more = true; more; sink = nullptr) {
    // CALL may send several results; the first is the one for the sink.
    const Result result(mysql_use_result(connection));
    if (result != nullptr) {
      if (!read_rows(running, result.get(), sink, out)) break;
      if (changes_rows(out.tag)) out.rows_affected = out.rows_returned;
    } else if (mysql_field_count(connection) != 0) {
      fail(running);
    } else if (changes_rows(out.tag)) {
      out.rows_affected = static_cast<std::int64_t>(mysql_affected_rows(connection));
    }
    const int next = mysql_next_result(connection);
    if (next > 0 && !out.stopped) fail(running);
    more = next == 0;
  }
  if (m_watchdog.stop().killed) probe();
  if (m_sink_failure != nullptr) std::rethrow_exception(std::exchange(m_sink_failure, nullptr));
  return out;
}

/// False where the statement was ended on behalf of the sink.
bool MysqlSession::read_rows(const Running& running, MYSQL_RES* result, RowSink* sink, StatementResult& out) {
  if (sink != nullptr) {
    std::vector<Column> columns;
    m_binary.clear();
    for (unsigned int i = 0; i < mysql_num_fields(result); ++i) {
      const MYSQL_FIELD* field = mysql_fetch_field_direct(result, i);
      columns.push_back({std::string(field->name, field->name_length), type_name(*field)});
      m_binary.push_back(is_binary(*field));
    }
    call_sink(out, [&] { return sink->columns(columns), true; });
  }
  while (MYSQL_ROW row = mysql_fetch_row(result)) {
    ++out.rows_returned;
    if (sink != nullptr && !out.stopped) call_sink(out, [&] { return pass_row(result, row, *sink); });
  }
  const int number = static_cast<int>(mysql_errno(m_connection.get()));
  if (number == 0) return true;
  if (!out.stopped || ends_connection(number)) fail(running);
  return false;
}

/// A sink that throws must not leave rows on the wire: its exception waits for the statement's end.
template <typename Call>
void MysqlSession::call_sink(StatementResult& out, Call call) {
  try {
    out.stopped = !call();
  } catch (...) {
    m_sink_failure = std::current_exception();
    out.stopped = true;
  }
  if (out.stopped) cancel();
}

bool MysqlSession::pass_row(MYSQL_RES* result, MYSQL_ROW row, RowSink& sink) {
  const std::size_t count = m_binary.size();
  const unsigned long* lengths = mysql_fetch_lengths(result);
  m_texts.resize(count);
  m_fields.assign(count, std::nullopt);
  for (std::size_t i = 0; i < count; ++i) {
    if (row[i] == nullptr) continue;
    const std::string_view value(row[i], lengths[i]);
    if (!m_binary[i]) {
      m_fields[i] = value;
      continue;
    }
    show_binary(value, m_texts[i]);
    m_fields[i] = m_texts[i];
  }
  return sink.row(m_fields);
}

}  // namespace dbw::db::mysql
