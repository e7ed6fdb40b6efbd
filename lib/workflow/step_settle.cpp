#include "base/error.hpp"
#include "db/failure.hpp"
#include "workflow/reconcile.hpp"
#include "workflow/step_run.hpp"

/// What became of a step that failed: nothing, part of it, all of it, or nobody knows yet.
namespace dbw::workflow {

void StepRun::settle(const Error& error) {
  if (const auto* reported = dynamic_cast<const db::DatabaseError*>(&error)) m_result.sqlstate = reported->sqlstate();
  try {
    if (m_sent) {
      settle_half_done(error);
    } else if (error.status() == ExitStatus::database_unknown) {
      settle_unknown(error);
    } else {
      settle_failure(error);
    }
  } catch (const Error& second) {
    // Not even the ledger can be asked. The intent stays open, and the next run finds out and publishes what happened.
    m_publish = false;
    m_outcome.refusals.push_back(second.refusal());
    m_outcome.outcome = "unknown";
    m_outcome.status = ExitStatus::database_unknown;
  }
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
  m_outcome.outcome = "partially_executed";
  m_outcome.status = ExitStatus::database_unknown;
  m_target.ledger().abandon(m_run, error.message(), m_executor.m_now);
}

void StepRun::settle_unknown(const Error& error) {
  m_outcome.outcome = "unknown";
  if (error.code() == ErrorCode::db_left_transaction) {
    m_target.ledger().abandon(m_run, error.message(), m_executor.m_now);
    return;
  }
  // The answer to COMMIT was lost. The ledger row was written in the same transaction, so it knows.
  const auto state = settled_state(m_target, m_executor.m_options.credentials, m_run, m_executor.m_now);
  if (!state) {
    m_publish = false;
    return;
  }
  const bool done = *state == db::ClaimState::done;
  m_outcome.recovered = true;
  m_outcome.outcome = done ? "executed" : "rolled_back";
  m_outcome.status = done ? ExitStatus::done : ExitStatus::database_refused;
  if (done) m_outcome.refusals.clear();
}

}  // namespace dbw::workflow
