#include "db/sqlite_session.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/sqlite_names.hpp"
#include "base/text.hpp"
#include "db/sqlite_compile_memory.hpp"

namespace dbw::db::sqlite {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int k_instructions_between_checks = 1000;

struct CodeName {
  int code;
  const char* name;
};
// The codes people look up; every other reads SQLITE_<number>.
constexpr CodeName k_code_names[] = {
    {SQLITE_ERROR, "SQLITE_ERROR"},
    {SQLITE_PERM, "SQLITE_PERM"},
    {SQLITE_NOMEM, "SQLITE_NOMEM"},
    {SQLITE_BUSY, "SQLITE_BUSY"},
    {SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT"},
    {SQLITE_LOCKED, "SQLITE_LOCKED"},
    {SQLITE_READONLY, "SQLITE_READONLY"},
    {SQLITE_INTERRUPT, "SQLITE_INTERRUPT"},
    {SQLITE_IOERR, "SQLITE_IOERR"},
    {SQLITE_CORRUPT, "SQLITE_CORRUPT"},
    {SQLITE_FULL, "SQLITE_FULL"},
    {SQLITE_CANTOPEN, "SQLITE_CANTOPEN"},
    {SQLITE_TOOBIG, "SQLITE_TOOBIG"},
    {SQLITE_CONSTRAINT, "SQLITE_CONSTRAINT"},
    {SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, "SQLITE_CONSTRAINT_FOREIGNKEY"},
    {SQLITE_CONSTRAINT_NOTNULL, "SQLITE_CONSTRAINT_NOTNULL"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, "SQLITE_CONSTRAINT_PRIMARYKEY"},
    {SQLITE_CONSTRAINT_TRIGGER, "SQLITE_CONSTRAINT_TRIGGER"},
    {SQLITE_CONSTRAINT_UNIQUE, "SQLITE_CONSTRAINT_UNIQUE"},
    {SQLITE_CONSTRAINT_ROWID, "SQLITE_CONSTRAINT_ROWID"},
    {SQLITE_MISMATCH, "SQLITE_MISMATCH"},
    {SQLITE_AUTH, "SQLITE_AUTH"},
    {SQLITE_NOTADB, "SQLITE_NOTADB"},
};

std::string code_name(int code) {
  for (const CodeName& each : k_code_names) {
    if (each.code == code) return each.name;
  }
  return fmt::format("SQLITE_{}", code);
}

ServerMessage message_of(sqlite3* database, int code) {
  ServerMessage out;
  out.severity = "ERROR";
  out.sqlstate = code_name(code);
  out.message = sqlite3_errmsg(database);
  const int offset = sqlite3_error_offset(database);
  if (offset >= 0) out.position = static_cast<std::size_t>(offset) + 1;
  return out;
}

/// Plain decimal notation that reads back to the same double, and is never mistaken for an integer.
std::string real_text(double value) {
  std::string out = fmt::format("{}", value);
  if (out.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
  return out;
}

std::string first_word(std::string_view sql) {
  std::string out;
  for (const char c : trim(sql)) {
    if (!std::isalpha(static_cast<unsigned char>(c))) break;
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

bool changes_the_outcome_unknown(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_IOERR || primary == SQLITE_CORRUPT;
}

}  // namespace

SqliteSession::SqliteSession(Database database, const SessionOptions& options)
    : m_database(std::move(database)), m_options(options) {
  fix_settings();
}

void SqliteSession::fix_settings() {
  sqlite3* database = m_database.get();
  sqlite3_extended_result_codes(database, 1);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // The authorizer judges what views and triggers do, where the schema has to be trusted as well.
  const int trusted = needs_trusted_sqlite_schema(sqlite3_libversion_number()) ? 1 : 0;
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_busy_timeout(database, static_cast<int>(m_options.lock_timeout.count()));
  sqlite3_progress_handler(database, k_instructions_between_checks, &SqliteSession::on_progress, this);
  sqlite3_set_authorizer(database, &Authorizer::callback, &m_authorizer);
  sqlite3_commit_hook(database, &SqliteSession::on_commit, this);
  if (m_options.read_only) own("PRAGMA query_only = ON");
  // The first read finds out whether this is a database at all.
  const auto stand_in = own_value(
      "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND lower(substr(name, 1, 7)) = 'pragma_'");
  if (stand_in)
    throw Error(ErrorCode::db_settings,
                fmt::format("the database has an object named {}, which would stand in for SQLite's own where dbw asks "
                            "for the schema",
                            printable(*stand_in)),
                "Rename it.");
}

int SqliteSession::on_progress(void* session) {
  auto* self = static_cast<SqliteSession*>(session);
  return self->m_cancel_asked || SteadyClock::now() >= self->m_deadline ? 1 : 0;
}

bool SqliteSession::has_open_keys() const {
  int unresolved = 0;
  int unused = 0;
  sqlite3_db_status(m_database.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &unused, 0);
  return unresolved != 0;
}

/// A statement may end the transaction and succeed (virtual tables turn RAISE(ROLLBACK) into success): what runs behind
/// it would commit by itself. And full-text tables write, and so their triggers act, when keys have been checked.
int SqliteSession::on_commit(void* session) {
  const auto* self = static_cast<SqliteSession*>(session);
  return (self->m_begun && !self->m_committing) || self->has_open_keys() ? 1 : 0;
}

void SqliteSession::begin(bool read_only) {
  own(read_only ? "BEGIN" : "BEGIN IMMEDIATE");
  m_begun = true;
  m_failed = false;
}

void SqliteSession::commit() {
  if (!m_begun) throw Error(ErrorCode::db_left_transaction, "there is no transaction to commit");
  if (transaction_state() == TransactionState::failed) {
    rollback();
    throw DatabaseError(ErrorCode::db_commit_failed, "a statement of the transaction had failed", {});
  }
  m_deadline = SteadyClock::time_point::max();
  m_cancel_asked = false;
  m_authorizer.start(false, false);
  m_committing = true;
  const int code = sqlite3_exec(m_database.get(), "COMMIT", nullptr, nullptr, nullptr);
  m_committing = false;
  if (code == SQLITE_OK) {
    m_begun = false;
    return;
  }
  ServerMessage message = message_of(m_database.get(), code);
  rollback();
  if (changes_the_outcome_unknown(code)) {
    throw DatabaseError(ErrorCode::db_commit_unknown, "the database file failed during COMMIT", std::move(message));
  }
  throw DatabaseError(ErrorCode::db_commit_failed, "the database refused to commit", std::move(message));
}

void SqliteSession::rollback() {
  m_begun = false;
  m_failed = false;
  if (sqlite3_get_autocommit(m_database.get()) == 0) own("ROLLBACK");
}

TransactionState SqliteSession::transaction_state() const {
  if (!m_begun) return TransactionState::none;
  // OR ROLLBACK, RAISE(ROLLBACK) and a full disk end the transaction by themselves: undone, but not yet acknowledged.
  const bool gone = sqlite3_get_autocommit(m_database.get()) != 0;
  return gone || m_failed ? TransactionState::failed : TransactionState::open;
}

void SqliteSession::cancel() noexcept {
  m_cancel_asked = true;
  sqlite3_interrupt(m_database.get());
}

void SqliteSession::verify_settings() {
  int foreign_keys = 0;
  sqlite3_db_config(m_database.get(), SQLITE_DBCONFIG_ENABLE_FKEY, -1, &foreign_keys);
  if (foreign_keys != 1) throw Error(ErrorCode::db_session_changed, "the SQL switched foreign keys off");
}

/// A rename does not show its new name to the authorizer, so the names are compared afterwards.
void SqliteSession::verify_role() {
  verify_settings();
  if (m_ours_known && names_of_ours() != m_ours_at_start) {
    throw Error(ErrorCode::db_session_changed,
                "the SQL made an object named dbw_* or pragma_*, or one whose text names dbw_*");
  }
}

std::vector<std::string> SqliteSession::names_of_ours() {
  std::vector<std::string> out;
  for (const OwnedRow& row :
       own_rows("SELECT db, type, name, tbl_name, sql FROM (SELECT 'main' AS db, * FROM main.sqlite_schema"
                " UNION ALL SELECT 'temp', * FROM temp.sqlite_schema) WHERE lower(substr(name, 1, 4)) = 'dbw_'"
                " OR lower(substr(tbl_name, 1, 4)) = 'dbw_' OR lower(substr(name, 1, 7)) = 'pragma_'"
                " OR instr(lower(sql), 'dbw_') > 0"
                " ORDER BY 1, 2, 3, 4")) {
    out.push_back(fmt::format("{}/{}/{}/{}/{}", *row[0], *row[1], *row[2], *row[3], row[4].value_or("")));
  }
  return out;
}

void SqliteSession::settle_constraints() {
  if (!has_open_keys()) return;
  m_failed = true;
  ServerMessage message;
  message.sqlstate = "SQLITE_CONSTRAINT_FOREIGNKEY";
  throw DatabaseError(ErrorCode::db_statement_failed, "a deferred foreign key does not hold", std::move(message));
}

void SqliteSession::fail(int code, bool did_nothing) {
  ServerMessage message = message_of(m_database.get(), code);
  if (m_begun && !did_nothing) m_failed = true;
  // A refused function comes back as a plain SQLITE_ERROR.
  if (!m_authorizer.denied().empty()) {
    throw DatabaseError(ErrorCode::db_statement_denied,
                        fmt::format("the statement uses {}, which request SQL must not do", m_authorizer.denied()),
                        std::move(message));
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
      throw DatabaseError(ErrorCode::db_busy, "another connection holds the database's lock", std::move(message));
    case SQLITE_INTERRUPT:
      if (m_cancel_asked)
        throw DatabaseError(ErrorCode::db_cancelled, "the statement was cancelled", std::move(message));
      throw DatabaseError(ErrorCode::db_timeout, "the statement ran longer than allowed", std::move(message));
    default:
      throw DatabaseError(ErrorCode::db_statement_failed, "the database refused the statement", std::move(message));
  }
}

PreparedStatement SqliteSession::prepare(const Statement& statement) {
  if (statement.sql.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::db_not_one_statement, "the statement holds a NUL byte");
  }
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const CompileMemory bounded;
  const int code = sqlite3_prepare_v3(m_database.get(), statement.sql.data(), static_cast<int>(statement.sql.size()), 0,
                                      &raw, &rest);
  PreparedStatement prepared(raw);
  if (code != SQLITE_OK) fail(code, !statement.of_request);
  if (prepared == nullptr) throw Error(ErrorCode::db_not_one_statement, "there is no statement between its ends");
  require_blank(statement.sql.substr(static_cast<std::size_t>(rest - statement.sql.data())));
  return prepared;
}

/// White space, comments and semicolons compile to nothing.
void SqliteSession::require_blank(std::string_view rest) {
  while (!rest.empty()) {
    sqlite3_stmt* raw = nullptr;
    const char* after = nullptr;
    const int code = sqlite3_prepare_v3(m_database.get(), rest.data(), static_cast<int>(rest.size()), 0, &raw, &after);
    const PreparedStatement second(raw);
    if (code != SQLITE_OK || second != nullptr) {
      if (m_begun) m_failed = true;
      throw Error(ErrorCode::db_not_one_statement, "there is more text behind the statement's end");
    }
    rest = rest.substr(static_cast<std::size_t>(after - rest.data()));
  }
}

void SqliteSession::require_reading(const Statement& statement, sqlite3_stmt* prepared) {
  if (!statement.of_request || !m_options.read_only || sqlite3_stmt_readonly(prepared) != 0 ||
      sqlite3_stmt_isexplain(prepared) != 0 || m_authorizer.is_pragma())  // which was judged by its name
    return;
  if (m_begun) m_failed = true;
  throw DatabaseError(ErrorCode::db_statement_denied,
                      "the statement uses a write in a query, which request SQL must not do", {});
}

StatementResult SqliteSession::run(const Statement& statement, RowSink* sink) {
  if (statement.of_request && !m_ours_known) {
    m_ours_at_start = names_of_ours();
    m_ours_known = true;
  }
  m_cancel_asked = false;
  m_deadline = m_options.statement_timeout.count() == 0 ? SteadyClock::time_point::max()
                                                        : SteadyClock::now() + m_options.statement_timeout;
  m_authorizer.start(statement.of_request, m_options.read_only);
  const PreparedStatement prepared = prepare(statement);
  require_reading(statement, prepared.get());
  // Virtual tables prepare writes of their own while a query or pragma is compiled.
  const bool changes_rows = sqlite3_stmt_isexplain(prepared.get()) == 0 && sqlite3_stmt_readonly(prepared.get()) == 0;
  const std::string_view row_change = changes_rows ? m_authorizer.row_change() : std::string_view();
  StatementResult out;
  out.tag = row_change.empty() ? first_word(statement.sql) : std::string(row_change);
  if (statement.parameters != nullptr) {
    for (std::size_t i = 0; i < statement.parameters->size(); ++i) {
      const int index = sqlite3_bind_parameter_index(prepared.get(), fmt::format("${}", i + 1).c_str());
      const auto& value = (*statement.parameters)[i];
      if (index == 0 || !value) continue;
      sqlite3_bind_text64(prepared.get(), index, value->data(), value->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
  }
  if (sink != nullptr && sqlite3_column_count(prepared.get()) > 0) {
    std::vector<Column> columns;
    for (int i = 0; i < sqlite3_column_count(prepared.get()); ++i) {
      const char* type = sqlite3_column_decltype(prepared.get(), i);
      columns.push_back({sqlite3_column_name(prepared.get(), i), type != nullptr ? type : ""});
    }
    sink->columns(columns);
  }
  int code = SQLITE_ROW;
  while (!out.stopped && (code = sqlite3_step(prepared.get())) == SQLITE_ROW) {
    ++out.rows_returned;
    if (sink != nullptr) out.stopped = !pass_row(prepared.get(), *sink);
  }
  if (!out.stopped && code != SQLITE_DONE) fail(code);
  if (statement.of_request && m_begun && sqlite3_get_autocommit(m_database.get()) != 0)
    throw DatabaseError(ErrorCode::db_statement_failed, "the statement rolled the whole transaction back", {});
  if (!row_change.empty()) out.rows_affected = sqlite3_changes64(m_database.get());
  return out;
}

bool SqliteSession::pass_row(sqlite3_stmt* statement, RowSink& sink) {
  const auto count = static_cast<std::size_t>(sqlite3_column_count(statement));
  m_texts.assign(count, {});
  m_fields.assign(count, std::nullopt);
  for (std::size_t i = 0; i < count; ++i) {
    const int column = static_cast<int>(i);
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_NULL:
        continue;
      case SQLITE_INTEGER:
        m_texts[i] = std::to_string(sqlite3_column_int64(statement, column));
        break;
      case SQLITE_FLOAT:
        m_texts[i] = real_text(sqlite3_column_double(statement, column));
        break;
      default: {
        const bool is_blob = sqlite3_column_type(statement, column) == SQLITE_BLOB;
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
        const std::string_view value(bytes != nullptr ? bytes : "",
                                     static_cast<std::size_t>(sqlite3_column_bytes(statement, column)));
        m_texts[i] = is_blob ? "\\x" + to_hex(value) : std::string(value);
      }
    }
    m_fields[i] = m_texts[i];
  }
  return sink.row(m_fields);
}

std::unique_ptr<Session> open_sqlite(const std::string& path, const SessionOptions& options) {
  std::error_code ignored;
  if (path.empty() || path.starts_with("file:") || path.find('\0') != std::string::npos) {
    throw Error(ErrorCode::db_settings, "the SQLite file's path is missing or a URI");
  }
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw Error(ErrorCode::db_no_such_database, fmt::format("there is no SQLite file {}", printable(path)));
  }
  if (std::filesystem::file_size(path, ignored) == 0 && std::filesystem::exists(path + "-wal", ignored)) {
    throw Error(
        ErrorCode::db_settings,
        fmt::format("the SQLite file {} is empty, but {}-wal beside it is not merged: opening it would delete that",
                    printable(path), printable(path)),
        "Restore both from the same copy.");
  }
  sqlite3* raw = nullptr;
  const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_FULLMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) {
    throw DatabaseError(ErrorCode::db_connect_failed, fmt::format("cannot open {}", printable(path)),
                        message_of(raw, code));
  }
  try {
    return std::make_unique<SqliteSession>(std::move(database), options);
  } catch (const DatabaseError& error) {
    if (error.code() == ErrorCode::db_busy) throw;
    throw DatabaseError(ErrorCode::db_connect_failed, fmt::format("cannot read {}", printable(path)), error.server());
  }
}

}  // namespace dbw::db::sqlite
