#include "db/transaction.hpp"

#include "base/error.hpp"
#include "db/ledger.hpp"

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

[[noreturn]] void throw_left() {
  throw Error(ErrorCode::db_left_transaction, "the SQL ended the transaction it ran in");
}

}  // namespace

GuardedTransaction::GuardedTransaction(Session& change, Plan plan)
    : m_session(change), m_plan(std::move(plan)), m_savepoint(random_name("dbw_")) {
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
    // 3B001 invalid_savepoint_specification: the transaction that is open is not the one we began.
    if (error.code() == ErrorCode::db_statement_failed &&
        (error.sqlstate() == "3B001" || error.sqlstate() == "SQLITE_ERROR")) {
      throw_left();
    }
    throw;
  }
}

void GuardedTransaction::finish(std::string_view secret, std::string_view summary) {
  if (m_stage != Stage::settled) throw Error(ErrorCode::internal_bug, "finish() before settle()");
  release_savepoint();
  finish_claim(m_session, m_plan.run, secret, summary);
  m_stage = Stage::finished;
}

void GuardedTransaction::commit() {
  if (m_stage != Stage::finished) throw Error(ErrorCode::internal_bug, "commit() before finish()");
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
  if (state == TransactionState::open && m_stage != Stage::finished) release_savepoint();
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

void ReadTransaction::end() {
  const TransactionState state = m_session.transaction_state();
  if (state == TransactionState::none) throw_left();
  bool wrote = false;
  if (state == TransactionState::open) {
    m_session.verify_role();
    wrote = m_session.engine() == Engine::sqlite
                ? std::stoll(*m_session.own_value("SELECT total_changes()")) != m_changes_before
                : m_session.own_value("SELECT pg_catalog.pg_current_xact_id_if_assigned()").has_value();
  }
  m_ended = true;
  m_session.rollback();
  if (wrote) throw Error(ErrorCode::db_read_only_violated, "the query was given a transaction id, so something wrote");
}

}  // namespace dbw::db
