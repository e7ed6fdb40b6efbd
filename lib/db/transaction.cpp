#include "db/transaction.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/ledger.hpp"
#include "db/ledger_sql.hpp"

namespace dbw::db {
namespace {

/// For destructors and failure paths: the connection's end rolls back what this could not.
void roll_back_quietly(Session& session) noexcept {
  try {
    session.rollback();
  } catch (const std::exception&) {
    return;
  }
}

void require_claim_open(Session& session, std::string_view run) {
  if (claim_state(session, run) != ClaimState::claimed) {
    throw Error(ErrorCode::db_claim_state, "the claim of this run is not open");
  }
}

/// MySQL, MariaDB: rows of other engines than InnoDB stay whatever becomes of the transaction, and a trigger may write
/// to any table. Asked for every database that the account can see.
void require_transactional_tables(Session& session) {
  if (!is_mysql(session)) return;
  const Rows found = session.own_rows(
      "SELECT t.table_schema, t.table_name, t.engine FROM information_schema.tables t"
      " LEFT JOIN information_schema.engines e ON e.engine = t.engine"
      " WHERE t.table_type = 'BASE TABLE' AND COALESCE(e.transactions, 'NO') <> 'YES' AND t.table_schema NOT IN"
      " ('mysql', 'information_schema', 'performance_schema', 'sys') LIMIT 1");
  if (found.empty()) return;
  const OwnedRow& row = found.front();
  throw Error(
      ErrorCode::db_not_transactional,
      fmt::format("table {}.{} is of engine {}, which cannot take back what is written to it",
                  printable(row[0].value_or("?")), printable(row[1].value_or("?")), printable(row[2].value_or("?"))));
}

/// PostgreSQL: 3B001 invalid_savepoint_specification. MySQL, MariaDB: 1305 ER_SP_DOES_NOT_EXIST.
bool is_missing_savepoint(const DatabaseError& error) {
  return error.code() == ErrorCode::db_statement_failed &&
         (error.sqlstate() == "3B001" || error.sqlstate() == "SQLITE_ERROR" || error.server().number == 1305);
}

[[noreturn]] void throw_left() {
  throw Error(ErrorCode::db_left_transaction, "the SQL ended the transaction it ran in");
}

}  // namespace

GuardedTransaction::GuardedTransaction(Session& change, Plan plan)
    : m_session(change), m_plan(std::move(plan)), m_savepoint(random_name("dbw_")) {
  require_transactional_tables(m_session);
  m_session.begin(false);
  try {
    lock_target_for_transaction(m_session, m_plan.target_id);
    Ledger(m_session).require_target(m_plan.target_id);
    require_claim_open(m_session, m_plan.run);
    m_session.savepoint(m_savepoint);
  } catch (...) {
    roll_back_quietly(m_session);
    throw;
  }
}

GuardedTransaction::~GuardedTransaction() {
  if (m_stage != Stage::ended) roll_back_quietly(m_session);
}

void GuardedTransaction::require_inside() {
  if (m_session.transaction_state() == TransactionState::none) throw_left();
}

StatementResult GuardedTransaction::execute(std::string_view one_statement) {
  if (m_stage != Stage::running) throw Error(ErrorCode::internal_bug, "execute() after settle()");
  const StatementResult result = m_session.execute(one_statement);
  require_inside();
  m_session.verify_settings();
  return result;
}

void GuardedTransaction::execute_all(const std::vector<std::string_view>& statements,
                                     const std::function<void(const StatementResult&)>& done) {
  if (m_stage != Stage::running) throw Error(ErrorCode::internal_bug, "execute_all() after settle()");
  m_session.execute_all(statements, done);
  require_inside();
  m_session.verify_settings();
}

StatementResult GuardedTransaction::query(std::string_view one_statement, RowSink& sink) {
  if (m_stage != Stage::running) throw Error(ErrorCode::internal_bug, "query() after settle()");
  const StatementResult result = m_session.query(one_statement, sink);
  require_inside();
  m_session.verify_settings();
  return result;
}

void GuardedTransaction::settle() {
  if (m_stage != Stage::running) throw Error(ErrorCode::internal_bug, "settle() twice");
  // Twice: a deferred trigger runs code of the request, which may change settings or defer once more.
  for (int round = 0; round < 2; ++round) {
    require_inside();
    m_session.verify_role();
    m_session.restore_settings();
    m_session.settle_constraints();
  }
  m_session.verify_role();
  m_session.restore_settings();
  m_stage = Stage::settled;
}

StatementResult GuardedTransaction::execute_guard(std::string_view one_statement, RowSink& sink) {
  if (m_stage != Stage::settled) throw Error(ErrorCode::internal_bug, "a row guard before settle()");
  const StatementResult result = m_session.query(one_statement, sink);
  require_inside();
  m_session.verify_role();
  m_session.restore_settings();
  return result;
}

void GuardedTransaction::release_savepoint() {
  require_inside();
  try {
    m_session.release(m_savepoint);
  } catch (const DatabaseError& error) {
    // The transaction that is open is not the one we began.
    if (is_missing_savepoint(error)) throw_left();
    throw;
  }
}

void GuardedTransaction::finish(std::string_view secret, std::string_view summary) {
  if (m_stage != Stage::settled && m_stage != Stage::noted)
    throw Error(ErrorCode::internal_bug, "finish() before settle()");
  if (m_stage == Stage::settled) release_savepoint();
  finish_claim(m_session, m_plan.run, secret, summary);
  m_stage = Stage::finished;
}

void GuardedTransaction::note_batch(std::string_view secret, std::string_view upto, std::int64_t rows) {
  if (m_stage != Stage::settled) throw Error(ErrorCode::internal_bug, "note_batch() before settle()");
  release_savepoint();
  db::note_batch(m_session, m_plan.run, secret, upto, rows);
  m_stage = Stage::noted;
}

void GuardedTransaction::commit() {
  if (m_stage != Stage::finished && m_stage != Stage::noted)
    throw Error(ErrorCode::internal_bug, "commit() before finish()");
  m_stage = Stage::ended;
  try {
    m_session.commit();
  } catch (...) {
    roll_back_quietly(m_session);
    throw;
  }
}

void GuardedTransaction::roll_back() {
  const TransactionState state = m_session.transaction_state();
  if (state == TransactionState::open && m_stage < Stage::noted) release_savepoint();
  m_stage = Stage::ended;
  if (state == TransactionState::none) throw_left();
  m_session.rollback();
}

ReadTransaction::ReadTransaction(Session& session) : m_session(session) {
  m_session.begin(true);
  if (m_session.engine() == Engine::sqlite)
    m_changes_before = std::stoll(*m_session.own_value("SELECT total_changes()"));
}

ReadTransaction::~ReadTransaction() {
  if (!m_ended) roll_back_quietly(m_session);
}

StatementResult ReadTransaction::query(std::string_view one_statement, RowSink& sink) {
  const StatementResult result = m_session.query(one_statement, sink);
  if (m_session.transaction_state() == TransactionState::none) throw_left();
  m_session.verify_settings();
  return result;
}

bool ReadTransaction::has_written() {
  // MySQL and MariaDB count nothing that tells; there the mode, which verify_role() looked at, must do.
  if (is_mysql(m_session)) return false;
  if (m_session.engine() == Engine::sqlite)
    return std::stoll(*m_session.own_value("SELECT total_changes()")) != m_changes_before;
  return m_session.own_value("SELECT pg_catalog.pg_current_xact_id_if_assigned()").has_value();
}

void ReadTransaction::end() {
  const TransactionState state = m_session.transaction_state();
  if (state == TransactionState::none) throw_left();
  bool wrote = false;
  if (state == TransactionState::open) {
    m_session.verify_role();
    wrote = has_written();
  }
  m_ended = true;
  m_session.rollback();
  if (wrote) throw Error(ErrorCode::db_read_only_violated, "the query was given a transaction id, so something wrote");
}

}  // namespace dbw::db
