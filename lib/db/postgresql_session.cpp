#include "db/postgresql_session.hpp"

#include <exception>
#include <utility>

#include <fmt/format.h>

#include "base/error.hpp"

namespace dbw::db::postgresql {
namespace {

// What libpq learns without asking; a change of these changes what the next statement means or who runs it.
constexpr std::array k_reported = {"standard_conforming_strings", "client_encoding", "session_authorization",
                                   "is_superuser"};

// Qualified throughout, because the SQL before may have changed search_path.
constexpr std::string_view k_ask_settings =
    "SELECT pg_catalog.current_setting('role'), session_user::pg_catalog.text,"
    " pg_catalog.current_setting('backslash_quote'), pg_catalog.current_setting('standard_conforming_strings'),"
    " pg_catalog.current_setting('client_encoding'), pg_catalog.current_setting('session_replication_role')";

}  // namespace

PostgresqlSession::PostgresqlSession(Connection connection, const SessionOptions& options)
    : m_connection(std::move(connection)), m_cancel(PQgetCancel(m_connection.get())), m_options(options) {
  PQsetNoticeReceiver(m_connection.get(), &PostgresqlSession::take_notice, this);
  if (PQsetnonblocking(m_connection.get(), 1) != 0 || m_cancel == nullptr) {
    throw Error(ErrorCode::db_connect_failed, "the connection cannot be made non-blocking");
  }
  m_reported_at_start = reported_settings();
  m_asked_at_start = asked_settings();
}

void PostgresqlSession::begin(bool read_only) {
  own(read_only ? "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY" : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
}

void PostgresqlSession::commit() {
  const TransactionState state = transaction_state();
  if (state == TransactionState::none) throw Error(ErrorCode::db_left_transaction, "there is no transaction to commit");
  Running running = start(state == TransactionState::lost, true);
  if (state == TransactionState::lost) fail_lost(running, {});
  send(running, {"COMMIT", false, nullptr});
  const StatementResult result = receive(running, nullptr, nullptr);
  if (result.tag != "COMMIT") {
    throw DatabaseError(ErrorCode::db_commit_failed, fmt::format("the server answered {} to COMMIT", result.tag), {});
  }
}

void PostgresqlSession::rollback() {
  const TransactionState state = transaction_state();
  if (state == TransactionState::none || state == TransactionState::lost) return;
  own("ROLLBACK");
}

TransactionState PostgresqlSession::transaction_state() const {
  if (m_lost || PQstatus(m_connection.get()) != CONNECTION_OK) return TransactionState::lost;
  switch (PQtransactionStatus(m_connection.get())) {
    case PQTRANS_IDLE:
      return TransactionState::none;
    case PQTRANS_INTRANS:
      return TransactionState::open;
    case PQTRANS_ACTIVE:
    case PQTRANS_INERROR:
      return TransactionState::failed;
    case PQTRANS_UNKNOWN:
      break;
  }
  return TransactionState::lost;
}

void PostgresqlSession::cancel() noexcept {
  m_cancel_asked = true;
  std::array<char, 256> ignored{};
  PQcancel(m_cancel.get(), ignored.data(), static_cast<int>(ignored.size()));
}

std::map<std::string, std::string> PostgresqlSession::reported_settings() const {
  std::map<std::string, std::string> out;
  for (const char* name : k_reported) {
    const char* value = PQparameterStatus(m_connection.get(), name);
    out[name] = value != nullptr ? value : "";
  }
  return out;
}

OwnedRow PostgresqlSession::asked_settings() {
  const Rows rows = own_rows(k_ask_settings);
  return rows.empty() ? OwnedRow() : rows.front();
}

void PostgresqlSession::verify_settings() {
  for (const auto& [name, value] : reported_settings()) {
    if (value != m_reported_at_start.at(name)) {
      throw Error(ErrorCode::db_session_changed, fmt::format("the SQL changed the session's {}", name));
    }
  }
}

void PostgresqlSession::verify_role() {
  verify_settings();
  if (asked_settings() != m_asked_at_start) {
    throw Error(ErrorCode::db_session_changed, "the SQL changed the session's role or how its text is read");
  }
}

void PostgresqlSession::restore_settings() {
  own("RESET ROLE");
  own("RESET ALL");
}

void PostgresqlSession::settle_constraints() { own("SET CONSTRAINTS ALL IMMEDIATE"); }

std::vector<ServerMessage> PostgresqlSession::take_notices() { return std::exchange(m_notices, {}); }

void PostgresqlSession::take_notice(void* session, const PGresult* result) {
  auto& notices = static_cast<PostgresqlSession*>(session)->m_notices;
  if (notices.size() < k_notices_max) notices.push_back(server_message(result));
}

StatementResult PostgresqlSession::run(const Statement& statement, RowSink* sink) {
  const TransactionState state = transaction_state();
  const bool in_transaction = state == TransactionState::open || state == TransactionState::failed;
  Running running = start(in_transaction || !statement.of_request || m_options.read_only);
  if (state == TransactionState::lost) {
    running.loss_is_harmless = true;
    fail_lost(running, {});
  }
  if (sink == nullptr || !statement.of_request) {
    send(running, statement);
    const std::vector<Column> unnamed;
    return receive(running, sink, &unnamed);
  }
  const std::vector<Column> columns = describe(running, statement);
  send(running, statement);
  return receive(running, sink, &columns);
}

/// The columns' names and types before the statement runs, because no other query fits between its rows.
std::vector<Column> PostgresqlSession::describe(Running& running, const Statement& statement) {
  const std::string sql(statement.sql);
  if (sql.find('\0') != std::string::npos)
    throw Error(ErrorCode::db_not_one_statement, "the statement holds a NUL byte");
  if (PQsendPrepare(m_connection.get(), "", sql.c_str(), 0, nullptr) != 1) fail(running, nullptr);
  one_result(running);
  if (PQsendDescribePrepared(m_connection.get(), "") != 1) fail(running, nullptr);
  const Result description = one_result(running);
  std::vector<Column> columns;
  name_types(description.get(), columns);
  return columns;
}

Result PostgresqlSession::one_result(Running& running) {
  flush(running);
  Result kept;
  while (Result result = next_result(running)) {
    if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) fail(running, std::move(result));
    kept = std::move(result);
  }
  return kept;
}

void PostgresqlSession::name_types(const PGresult* description, std::vector<Column>& columns) {
  for (int i = 0; i < PQnfields(description); ++i) {
    const Oid oid = PQftype(description, i);
    std::string name(builtin_type_name(oid));
    if (name.empty()) {
      const auto known = m_type_names.find(oid);
      name = known != m_type_names.end()
                 ? known->second
                 : own_value("SELECT pg_catalog.format_type($1::pg_catalog.oid, NULL)", {std::to_string(oid)})
                       .value_or("");
      m_type_names[oid] = name;
    }
    columns.push_back({PQfname(description, i), name});
  }
}

StatementResult PostgresqlSession::receive(Running& running, RowSink* sink, const std::vector<Column>* columns) {
  StatementResult out;
  bool announced = false;
  while (Result result = next_result(running)) {
    const ExecStatusType status = PQresultStatus(result.get());
    switch (status) {
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
      case PGRES_SINGLE_TUPLE:
        break;
      case PGRES_EMPTY_QUERY:
        drain(running);
        throw Error(ErrorCode::db_not_one_statement, "there is no statement between its ends");
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT:
      case PGRES_COPY_BOTH:
        drain_copy(running, status);
        throw Error(ErrorCode::db_copy_unsupported, "the statement copies from or to the client");
      default:
        if (out.stopped && !ends_connection(result.get())) continue;
        fail(running, std::move(result));
    }
    if (status != PGRES_COMMAND_OK && sink != nullptr && !announced) {
      announced = true;
      call_sink(running, [&] { sink->columns(*columns); });
    }
    if (status != PGRES_SINGLE_TUPLE) {
      StatementResult counts = statement_result(result.get());
      out.tag = counts.tag;
      out.rows_affected = counts.rows_affected;
      continue;
    }
    ++out.rows_returned;
    if (sink != nullptr && !out.stopped) out.stopped = !pass_row(running, result.get(), *sink);
  }
  if (PQstatus(m_connection.get()) != CONNECTION_OK) fail_lost(running, {});
  return out;
}

bool PostgresqlSession::pass_row(Running& running, const PGresult* result, RowSink& sink) {
  m_fields.clear();
  for (int i = 0; i < PQnfields(result); ++i) {
    const int length = PQgetlength(result, 0, i);
    if (length == 0 && PQgetisnull(result, 0, i) == 1) {
      m_fields.emplace_back(std::nullopt);
    } else {
      m_fields.emplace_back(std::string_view(PQgetvalue(result, 0, i), static_cast<std::size_t>(length)));
    }
  }
  bool more = false;
  call_sink(running, [&] { more = sink.row(m_fields); });
  if (!more) cancel();
  return more;
}

/// A sink that throws must not leave rows on the wire.
template <typename Call>
void PostgresqlSession::call_sink(Running& running, Call call) {
  try {
    call();
  } catch (...) {
    cancel();
    drain(running);
    throw;
  }
}

}  // namespace dbw::db::postgresql
