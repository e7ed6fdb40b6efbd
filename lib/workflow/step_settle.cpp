#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "db/failure.hpp"
#include "workflow/lock_retries.hpp"
#include "workflow/reconcile.hpp"
#include "workflow/step_run.hpp"

/// What became of a step that failed: nothing, part of it, all of it, or nobody knows yet.
namespace dbw::workflow {
namespace {

/// Not the SQL's fault: the same piece may well succeed later.
bool may_pass(const Error& error) {
  constexpr std::array k_codes = {ErrorCode::interrupted,       ErrorCode::batches_interrupted,
                                  ErrorCode::db_cancelled,      ErrorCode::db_connection_lost,
                                  ErrorCode::db_commit_unknown, ErrorCode::db_statement_unknown,
                                  ErrorCode::db_claim_state,    ErrorCode::snapshot_drift};
  return is_lock_failure(error) || error.status() == ExitStatus::environment ||
         std::find(k_codes.begin(), k_codes.end(), error.code()) != k_codes.end();
}

}  // namespace

void StepRun::settle(const Error& error) {
  if (const auto* reported = dynamic_cast<const db::DatabaseError*>(&error)) m_result.sqlstate = reported->sqlstate();
  try {
    if (m_batches) {
      settle_batches(error);
    } else if (m_sent) {
      settle_half_done(error);
    } else if (error.status() == ExitStatus::database_unknown) {
      settle_unknown(error);
    } else {
      settle_failure(error);
    }
  } catch (const Error& second) {
    if (settle_anew(error)) return;
    // Not even the ledger can be asked. The intent stays open, and the next run finds out and publishes what happened.
    m_publish = false;
    m_outcome.refusals.push_back(second.refusal());
    // A transaction that was not told to commit is rolled back, whatever became of its server.
    const bool undone = !m_sent && !m_batches && error.status() != ExitStatus::database_unknown;
    m_outcome.outcome = undone ? "rolled_back" : "unknown";
    if (undone) m_outcome.rows = 0;
    m_outcome.status = undone ? error.status() : ExitStatus::database_unknown;
  }
}

/// Guard's connection is gone as well; the ledger may still be reached by another one. False: it may not.
bool StepRun::settle_anew(const Error& error) {
  // What statements outside of a transaction did is not to be had from the claim.
  if (m_sent || m_batches) return false;
  const auto settled = settled_claim(m_target, m_executor.m_options.credentials, m_run, m_executor.m_now);
  if (!settled || settled->state == db::ClaimState::abandoned) return false;
  const bool done = settled->state == db::ClaimState::done;
  m_outcome.recovered = true;
  m_outcome.outcome = done ? "executed" : error.status() == ExitStatus::database_refused ? "failed" : "rolled_back";
  m_outcome.status = done ? ExitStatus::done : ExitStatus::database_refused;
  if (!done) m_outcome.rows = 0;
  if (done) m_outcome.refusals.clear();
  return true;
}

void StepRun::settle_failure(const Error& error) {
  // Somebody else was first, or took our claim over: nothing failed, and nothing of ours ran.
  const bool lost_race = error.code() == ErrorCode::db_claim_state || error.code() == ErrorCode::db_already_claimed;
  if (lost_race) m_outcome.status = ExitStatus::busy;
  m_outcome.outcome = !lost_race && error.status() == ExitStatus::database_refused ? "failed" : "not_started";
  m_outcome.rows = 0;
  // Refused by the ledger itself: there is no claim of ours to let go of.
  const auto row = m_target.ledger().row(m_run);
  if (row && row->state == db::ClaimState::claimed) m_target.ledger().release(m_run, m_executor.m_now);
}

/// A step without a transaction whose statements have begun: nothing takes them back, and nothing may repeat them.
void StepRun::settle_half_done(const Error& error) {
  m_outcome.outcome = m_effect_known ? "partially_executed" : "unknown";
  m_outcome.status = ExitStatus::database_unknown;
  m_target.ledger().abandon(m_run, error.message(), m_executor.m_now);
}

/// Pieces that are committed stay; what the ledger says of them is so. What may pass by itself is tried again by the
/// next run; what will not waits for a person.
void StepRun::settle_batches(const Error& error) {
  if (error.code() == ErrorCode::db_left_transaction) return settle_unknown(error);
  const auto settled = settled_claim(m_target, m_executor.m_options.credentials, m_run, m_executor.m_now,
                                     may_pass(error) ? AfterFailure::release : AfterFailure::keep);
  if (!settled) {
    m_outcome.outcome = "unknown";
    m_outcome.status = ExitStatus::database_unknown;
    m_publish = false;
    return;
  }
  const db::BatchCount& count = settled->count;
  const bool any = settled->any_pieces;
  m_outcome.rows = count.rows;
  m_result.statements = count.pieces;
  if (settled->state == db::ClaimState::done) {
    m_outcome.recovered = true;
    m_outcome.outcome = "executed";
    m_outcome.status = ExitStatus::done;
    m_outcome.refusals.clear();
  } else if (may_pass(error)) {
    m_outcome.outcome = any ? "interrupted" : "not_started";
    m_outcome.status = error.code() == ErrorCode::db_claim_state   ? ExitStatus::busy
                       : error.code() == ErrorCode::snapshot_drift ? ExitStatus::refused
                                                                   : ExitStatus::environment;
  } else if (!any) {
    m_outcome.outcome = "failed";
    m_target.ledger().release(m_run, m_executor.m_now);
  } else {
    m_outcome.outcome = "partially_executed";
    m_outcome.status = ExitStatus::database_unknown;
    m_target.ledger().abandon(m_run, error.message(), m_executor.m_now);
  }
  if (any && m_outcome.outcome != "executed")
    m_outcome.refusals.push_back(
        {m_outcome.outcome == "interrupted" ? ErrorCode::batches_interrupted : ErrorCode::partially_executed,
         fmt::format("step {}: {} pieces with {} rows of this run are committed and stay", m_step.id, count.pieces,
                     count.rows)});
}

void StepRun::settle_unknown(const Error& error) {
  m_outcome.outcome = "unknown";
  if (error.code() == ErrorCode::db_left_transaction) {
    m_target.ledger().abandon(m_run, error.message(), m_executor.m_now);
    return;
  }
  // The answer to COMMIT was lost. The ledger row was written in the same transaction, so it knows.
  const auto settled = settled_claim(m_target, m_executor.m_options.credentials, m_run, m_executor.m_now);
  if (!settled) {
    m_publish = false;
    return;
  }
  const bool done = settled->state == db::ClaimState::done;
  m_outcome.recovered = true;
  m_outcome.outcome = done ? "executed" : "rolled_back";
  m_outcome.status = done ? ExitStatus::done : ExitStatus::database_refused;
  if (done) m_outcome.refusals.clear();
}

}  // namespace dbw::workflow
