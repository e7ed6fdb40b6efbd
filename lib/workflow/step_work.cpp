#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "db/setup.hpp"
#include "db/transaction.hpp"
#include "workflow/batched_step.hpp"
#include "workflow/lock_retries.hpp"
#include "workflow/query_guard.hpp"
#include "workflow/query_result.hpp"
#include "workflow/step_run.hpp"

/// What a step does on its database, in each of the ways that it may run.
namespace dbw::workflow {
namespace {

/// Statements that are sent before the first of them has answered; behind each such group signals are looked at.
constexpr std::size_t k_together_max = 250;
constexpr auto k_watch_interval = std::chrono::milliseconds(100);

/// Calls `look` from a thread of its own until it goes.
class Watch {
 public:
  explicit Watch(std::function<void()> look) : m_look(std::move(look)), m_thread([this] { run(); }) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch() {
    {
      const std::scoped_lock lock(m_mutex);
      m_done = true;
    }
    m_wake.notify_one();
    m_thread.join();
  }

 private:
  void run() {
    std::unique_lock lock(m_mutex);
    do {
      m_look();
    } while (!m_wake.wait_for(lock, k_watch_interval, [this] { return m_done; }));
  }

  const std::function<void()> m_look;
  std::mutex m_mutex;
  std::condition_variable m_wake;
  bool m_done = false;
  std::thread m_thread;  ///< last: it uses the others
};

/// Cancels the statement on the server when somebody asks us to stop.
Watch cancel_watch(db::Session& session, const std::function<bool()>& interrupted) {
  return Watch([&session, &interrupted] {
    if (interrupted && interrupted()) session.cancel();
  });
}

/// The server said no to one whole statement. A procedure may have committed before it failed.
bool kept_nothing(const Error& error, const plan::PlannedStatement& statement) {
  constexpr std::array k_refusals = {ErrorCode::db_statement_failed, ErrorCode::db_lock_timeout, ErrorCode::db_timeout,
                                     ErrorCode::db_cancelled};
  const bool one_whole = statement.statement_class == StatementClass::dml ||
                         statement.statement_class == StatementClass::ddl ||
                         statement.statement_class == StatementClass::read;
  return one_whole && std::find(k_refusals.begin(), k_refusals.end(), error.code()) != k_refusals.end();
}

db::Milliseconds milliseconds(Seconds duration) { return std::chrono::duration_cast<db::Milliseconds>(duration); }

}  // namespace

TargetSession StepRun::connect(DatabaseRole role) const {
  db::SessionOptions options;
  options.statement_timeout = milliseconds(m_step.statement_timeout);
  options.lock_timeout = milliseconds(m_step.lock_timeout);
  options.application_name = fmt::format("dbw/{} {}", DBW_VERSION, m_outcome.request.text());
  auto session = connect_target(m_target.config(), role, m_executor.m_options.credentials, options, longest());
  if (role == DatabaseRole::read) {
    db::require_read_role_limited(*session);
  } else {
    db::require_change_role_limited(*session);
  }
  return session;
}

/// While git publishes the intent. Nothing of the request is sent before that is done.
std::future<TargetSession> StepRun::start_connecting() {
  const DatabaseRole role = m_plan.kind == model::RequestKind::query ? DatabaseRole::read : DatabaseRole::change;
  const auto start = [this, role] { return connect(role); };
  // A second connection to a file would stand in guard's way.
  if (m_target.config().engine == Engine::sqlite) return std::async(std::launch::deferred, start);
  return start_early(start);
}

Seconds StepRun::longest() const {
  return m_step.statement_timeout * static_cast<std::int64_t>(m_step.statements.size());
}

void StepRun::require_not_interrupted() const {
  if (m_executor.m_options.interrupted && m_executor.m_options.interrupted()) {
    throw Error(ErrorCode::interrupted, "stopped by a signal before the work was complete");
  }
}

void StepRun::execute(std::future<TargetSession> connecting) {
  require_not_interrupted();
  m_batches = m_plan.kind != model::RequestKind::query && m_step.batch;
  const TargetSession session = connecting.get();
  session.require_credential(longest());  // git took its time since
  const Watch watch = cancel_watch(*session, m_executor.m_options.interrupted);
  if (m_plan.kind == model::RequestKind::query) {
    run_query(*session);
  } else if (m_step.batch) {
    run_in_batches(session);
  } else if (m_step.transactional) {
    run_in_transaction(*session);
  } else {
    run_statements(*session);
  }
  m_outcome.outcome = m_plan.mode == model::RequestMode::dry_run ? "dry_run" : "executed";
}

void StepRun::run_in_transaction(db::Session& session) {
  with_lock_retries(
      m_step.lock_retries, [this] { require_not_interrupted(); }, [this](const std::string& line) { say(line); },
      [&] { try_transaction(session); });
}

void StepRun::try_transaction(db::Session& session) {
  m_outcome.rows = m_result.statements = 0;
  db::GuardedTransaction transaction(session, {m_target.id(), m_run});
  require_schema_as_reviewed(session);
  const auto count = [this](const db::StatementResult& result) {
    m_outcome.rows += result.rows_affected;
    ++m_result.statements;
  };
  const std::vector<plan::PlannedStatement>& statements = m_step.statements;
  for (std::size_t at = 0; at < statements.size();) {
    require_not_interrupted();
    std::vector<std::string_view> together;
    while (at < statements.size() && statements[at].plain && together.size() < k_together_max)
      together.push_back(m_step.text(statements[at++]));
    if (together.size() > 1) {
      transaction.execute_all(together, count);
    } else if (!together.empty()) {
      count(transaction.execute(together.front()));
    } else {
      count(transaction.execute(m_step.text(statements[at++])));
    }
  }
  transaction.settle();
  require_rows();
  if (m_plan.mode == model::RequestMode::dry_run) {
    transaction.roll_back();
    m_target.ledger().release(m_run, m_executor.m_now);
    return;
  }
  transaction.finish(m_secret, summary());
  transaction.commit();
}

void StepRun::run_in_batches(const TargetSession& session) {
  m_allowed_at = std::chrono::steady_clock::now();
  const auto check = [&] {
    // What ends between two pieces finds nothing to cancel.
    session.require_credential_kept();
    m_target.require_guard_kept();
    require_still_allowed();
  };
  const auto begun = [&](db::Session& change) {
    const auto now = std::chrono::steady_clock::now();
    if (m_compared_at && now - *m_compared_at < m_executor.m_options.recheck_interval) return;
    require_schema_as_reviewed(change);
    m_compared_at = now;
  };
  BatchedStep batches(
      m_target.guard(), *session, m_step, {m_target.id(), m_run, m_secret},
      {check, [this](const std::string& line) { say(line); }, [this](const std::string& line) { show(line); }, begun});
  const auto take = [&] {
    m_outcome.rows = batches.rows();
    m_result.statements = batches.pieces();
  };
  try {
    batches.run();
  } catch (...) {
    take();
    throw;
  }
  take();
}

void StepRun::require_still_allowed() {
  require_not_interrupted();
  const auto now = std::chrono::steady_clock::now();
  if (now - m_allowed_at < m_executor.m_options.recheck_interval) return;
  m_allowed_at = now;
  try {
    if (!world_moved()) return;
  } catch (const Error& error) {
    throw Error(ErrorCode::batches_interrupted, fmt::format("{} {}", error_id(error.code()), error.message()));
  }
  throw Error(ErrorCode::batches_interrupted, "trust or decisions moved; the next run looks at them anew");
}

void StepRun::require_rows() const {
  const bool too_few = m_step.rows_min && m_outcome.rows < *m_step.rows_min;
  const bool too_many = m_step.rows_max && m_outcome.rows > *m_step.rows_max;
  if (!too_few && !too_many) return;
  throw Error(ErrorCode::rows_out_of_bounds,
              fmt::format("step {} changed {} rows, expected {} to {}; rolled back", m_step.id, m_outcome.rows,
                          m_step.rows_min ? std::to_string(*m_step.rows_min) : "0",
                          m_step.rows_max ? std::to_string(*m_step.rows_max) : "any number"));
}

void StepRun::run_statements(db::Session& session) {
  const db::TargetLock lock(m_target.guard(), m_target.id(), false);
  // The change connection found its own way there: it must have reached the database that holds our claim.
  db::Ledger(session).require_target(m_target.id());
  if (db::claim_state(session, m_run) != db::ClaimState::claimed)
    throw Error(ErrorCode::db_claim_state, "the change connection does not see our claim");
  require_schema_as_reviewed(session);
  std::int64_t number = 0, first = 1;
  if (const auto resumed = m_plan.resumed_by(m_step)) {
    first = resumed->statement.value_or(1);
    m_target.ledger().take_over_notes(m_run, resumed->run, first);
    m_result.statements = first - 1;
  }
  for (const plan::PlannedStatement& statement : m_step.statements) {
    if (++number >= first) run_noted_statement(session, statement, number);
  }
  finish_on_guard();
}

void StepRun::run_noted_statement(db::Session& session, const plan::PlannedStatement& statement, std::int64_t number) {
  require_not_interrupted();
  const std::string_view text = m_step.text(statement);
  db::Ledger& ledger = m_target.ledger();
  db::StatementNote note{number, db::StatementState::started, crypto::sha256(text), 0, "", m_executor.m_now};
  ledger.note_statement(m_run, note);
  m_sent = true;
  m_effect_known = false;
  const auto stopped = [&](const Error& error, ErrorCode code) {
    return Error(code, fmt::format("step {} stopped at statement {} of {}: {}", m_step.id, number,
                                   m_step.statements.size(), error.message()));
  };
  try {
    note.rows_affected = session.execute(text).rows_affected;
    if (session.transaction_state() != db::TransactionState::none)
      throw Error(ErrorCode::db_session_changed, "the statement left a transaction open, which will be rolled back");
  } catch (const Error& error) {
    const auto* reported = dynamic_cast<const db::DatabaseError*>(&error);
    m_result.sqlstate = reported != nullptr ? reported->sqlstate() : "";
    // Else it stays `started`: only a person can find out whether it took effect.
    if (!kept_nothing(error, statement)) throw stopped(error, ErrorCode::state_unknown);
    note.state = db::StatementState::failed;
    note.sqlstate = m_result.sqlstate;
    ledger.note_statement(m_run, note);
    m_effect_known = true;
    throw stopped(error, ErrorCode::partially_executed);
  }
  note.state = db::StatementState::done;
  ledger.note_statement(m_run, note);
  m_effect_known = true;
  m_outcome.rows += note.rows_affected;
  ++m_result.statements;
  try {
    session.verify_settings();
  } catch (const Error& error) {
    throw stopped(error, ErrorCode::partially_executed);
  }
}

void StepRun::finish_on_guard() {
  db::Session& guard = m_target.guard();
  // On SQLite the target lock is an open transaction, which the claim then joins.
  const bool own_transaction = guard.transaction_state() == db::TransactionState::none;
  if (own_transaction) guard.begin(false);
  db::finish_claim(guard, m_run, m_secret, summary());
  if (own_transaction) guard.commit();
}

void StepRun::run_query(db::Session& session) {
  // Under the lock nobody else can take our open claim for a crashed one.
  db::TargetLock lock(m_target.guard(), m_target.id(), true);
  db::Ledger(session).require_target(m_target.id());
  const auto claimed = m_target.ledger().row(m_run);
  if (!claimed || claimed->state != db::ClaimState::claimed)
    throw Error(ErrorCode::db_claim_state, "the claim of this query is no longer open");
  db::ReadTransaction transaction(session);
  require_schema_as_reviewed(session);
  require_nothing_hidden(session, m_step.text(m_step.statements.front()));
  QueryResult result(m_executor.m_config, *m_executor.m_authority, (*m_assessment.request)->request, m_plan,
                     {m_step.id, m_run, m_place.member});
  try {
    const Watch progress([&] { show(result.progress()); });
    transaction.query(m_step.text(m_step.statements.front()), result.sink());
    transaction.end();
  } catch (const db::DatabaseError& error) {
    result.keep_message(error.server(), m_result);
    throw;
  }
  result.finish(m_result, m_outcome);
  finish_on_guard();
  lock.release();
}

std::string StepRun::summary() const {
  codec::Value value;
  value.set("rows", m_outcome.rows).set("statements", m_result.statements);
  if (m_result.result_sha256) value.set("result_sha256", m_result.result_sha256->text());
  if (m_result.sealed_sha256) value.set("sealed_sha256", m_result.sealed_sha256->text());
  return codec::emit_json(value);
}

}  // namespace dbw::workflow
