#include "workflow/step_run.hpp"

#include <atomic>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "db/setup.hpp"
#include "db/transaction.hpp"
#include "trust/tokens.hpp"
#include "workflow/authority_files.hpp"
#include "workflow/batched_step.hpp"
#include "workflow/lock_retries.hpp"
#include "workflow/migrations.hpp"
#include "workflow/query_guard.hpp"
#include "workflow/query_result.hpp"
#include "workflow/reconcile.hpp"
#include "workflow/suspensions.hpp"

namespace dbw::workflow {
namespace {

/// Statements that are sent before the first of them has answered; behind each such group signals are looked at.
constexpr std::size_t k_together_max = 250;
constexpr auto k_watch_interval = std::chrono::milliseconds(100);
/// How long a batched step goes on before trust, decisions, windows and suspensions are fetched and judged again.
constexpr auto k_recheck_interval = std::chrono::seconds(60);

/// Cancels the statement on the server when somebody asks us to stop.
class CancelWatch {
 public:
  CancelWatch(db::Session& session, const std::function<bool()>& interrupted)
      : m_session(session), m_interrupted(interrupted) {
    if (m_interrupted) m_thread = std::thread([this] { watch(); });
  }
  CancelWatch(const CancelWatch&) = delete;
  CancelWatch& operator=(const CancelWatch&) = delete;
  ~CancelWatch() {
    m_done = true;
    if (m_thread.joinable()) m_thread.join();
  }

 private:
  void watch() {
    while (!m_done) {
      if (m_interrupted()) m_session.cancel();
      std::this_thread::sleep_for(k_watch_interval);
    }
  }

  db::Session& m_session;
  const std::function<bool()>& m_interrupted;
  std::atomic<bool> m_done = false;
  std::thread m_thread;
};

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string();
}

db::Milliseconds milliseconds(Seconds duration) { return std::chrono::duration_cast<db::Milliseconds>(duration); }

}  // namespace

StepRun::StepRun(Executor& executor, Target& target, const Assessment& assessment, const plan::Plan& plan,
                 const plan::PlannedStep& step, const RunProof& proof)
    : m_executor(executor),
      m_target(target),
      m_assessment(assessment),
      m_plan(plan),
      m_step(step),
      m_proof(proof),
      m_run(executor.m_id + crypto::random_hex(12)),
      m_secret(crypto::random_bytes(32)),
      m_started(std::chrono::steady_clock::now()) {
  const model::Request& request = (*assessment.request)->request;
  m_outcome.request = request.id;
  m_outcome.database = request.database;
  m_outcome.environment = request.environment;
  m_outcome.step = step.id;
}

StepOutcome StepRun::run() {
  try {
    claim();
    publish_intent();
    if (world_moved()) {
      m_executor.say(fmt::format("{}: trust or decisions moved since they were checked; starting once more",
                                 m_outcome.request.text()));
      m_moved = true;
      m_outcome.outcome = "not_started";
      release();
    } else {
      execute();
    }
  } catch (const Error& error) {
    m_outcome.refusals.push_back(error.refusal());
    if (const auto lost = m_executor.m_options.credentials.vaults->lost()) m_outcome.refusals.push_back(*lost);
    m_outcome.status = error.status();
    settle(error);
  }
  m_outcome.duration_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - m_started).count();
  if (m_intent_seq && m_publish) publish_result();
  return m_outcome;
}

void StepRun::claim() {
  db::Claim claim;
  claim.run = m_run;
  claim.jti = m_proof.jti;
  claim.request = m_outcome.request;
  claim.request_sha256 = (*m_assessment.request)->sha256;
  claim.step = m_step.id;
  for (const plan::PlannedStep& step : m_plan.steps) {
    if (step.id == m_step.id) break;
    claim.steps_before.push_back(step.id);
  }
  claim.secret_sha256 = crypto::sha256(m_secret);
  claim.timeline = m_target.fact().timeline;
  claim.transactional = m_step.transactional;
  claim.at = m_executor.m_now;
  if (const auto resumed = m_plan.resumed_by(m_step)) claim.resumes = resumed->run;
  claim.migration = migration_claim((*m_assessment.request)->request);
  m_target.ledger().claim(claim);
}

model::AuditEntry StepRun::entry(std::string_view type) const {
  model::AuditEntry entry = m_executor.entry(type);
  entry.request = m_outcome.request;
  entry.request_sha256 = (*m_assessment.request)->sha256;
  entry.database = m_outcome.database;
  entry.environment = m_outcome.environment;
  entry.run = m_run;
  return entry;
}

audit::RunEvidence StepRun::evidence() const {
  audit::RunEvidence evidence;
  evidence.request = m_assessment.stored.bytes;
  evidence.signature = m_assessment.stored.signature;
  evidence.files = m_assessment.files;
  evidence.verdict = m_assessment.content.verdict;
  evidence.terms = m_assessment.content.terms;
  for (const trust::DecisionInput& decision : m_assessment.decision_commits)
    evidence.decisions.push_back({decision.person, decision.commit});
  if (m_proof.token) evidence.token = model::emit_envelope(*m_proof.token);
  evidence.trust = m_executor.trust_documents();
  return evidence;
}

void StepRun::publish_intent() {
  audit::Blobs blobs;
  audit::IntentBody body;
  body.evidence = audit::add_run_evidence(blobs, evidence());
  body.kind = model::kind_name(m_plan.kind);
  body.mode = model::mode_name(m_plan.mode);
  body.target = m_target.id();
  body.jti = m_proof.jti;
  if (m_proof.ci)
    body.ci = audit::CiRecord{m_proof.ci->identity, m_proof.ci->issuer, m_proof.ci->jti, m_proof.ci->facts};
  body.steps = {m_step.id};
  body.statements = static_cast<std::int64_t>(m_step.statements.size());
  body.executor_host = host_name();
  model::AuditEntry intent = entry("intent");
  intent.evidence =
      trust::evidence_digest((*m_assessment.request)->sha256, m_assessment.content.bindings.verdict_sha256,
                             m_assessment.content.bindings.terms_sha256, m_assessment.judged.approvals,
                             m_proof.token ? &*m_proof.token : nullptr);
  intent.body = audit::emit_body(body);
  m_intent_seq = m_executor.m_log->append({intent}, blobs).first_seq;
  // From here on neither this host nor the database accepts a log without this line.
  m_executor.advance_marks(m_target);
}

bool StepRun::world_moved() {
  m_executor.tick();
  m_executor.m_change.fetch();
  const View fresh = m_executor.m_change.view();
  const auto refs_of = [&](const View& view) {
    const auto refs = view.requests.find(m_outcome.request);
    return refs == view.requests.end() ? RequestRefs{} : refs->second;
  };
  // A suspension may have come by the host's own folder as well.
  std::vector<trust::SignedDocument> suspensions = m_executor.m_trust_input.suspensions;
  add_suspensions(suspensions, read_document_folder(m_executor.m_config.suspend_folder));
  if (fresh.trust_commit != m_executor.m_view.trust_commit || fresh.suspensions != m_executor.m_view.suspensions ||
      suspensions.size() != m_executor.m_trust_input.suspensions.size() ||
      refs_of(fresh) != refs_of(m_executor.m_view)) {
    return true;
  }
  // The same bytes, but time went on: windows close, approvals and tokens expire.
  const auto again = m_executor.assess_known(m_outcome.request);
  if (!again || again->state != RequestState::approved) {
    throw Error(again && !again->refusals.empty() ? again->refusals.front()
                                                  : Refusal{ErrorCode::request_unknown, "the request vanished", {}});
  }
  // A token lets a run begin; a batched step that began goes on for as long as everything else allows it.
  if (!m_batches && m_proof.token && model::parse_token_payload(m_proof.token->payload).expires_at < m_executor.m_now) {
    throw Error(ErrorCode::token_expired, "the token expired while the run was prepared");
  }
  return false;
}

TargetSession StepRun::connect(DatabaseRole role) {
  db::SessionOptions options;
  options.statement_timeout = milliseconds(m_step.statement_timeout);
  options.lock_timeout = milliseconds(m_step.lock_timeout);
  options.application_name = fmt::format("dbw/{} {}", DBW_VERSION, m_outcome.request.text());
  const Seconds longest = m_step.statement_timeout * static_cast<std::int64_t>(m_step.statements.size());
  auto session = connect_target(m_target.config(), role, m_executor.m_options.credentials, options, longest);
  if (role == DatabaseRole::read) {
    db::require_read_role_limited(*session);
  } else {
    db::require_change_role_limited(*session);
  }
  return session;
}

void StepRun::require_not_interrupted() const {
  if (m_executor.m_options.interrupted && m_executor.m_options.interrupted()) {
    throw Error(ErrorCode::interrupted, "stopped by a signal before the work was complete");
  }
}

void StepRun::execute() {
  require_not_interrupted();
  if (m_plan.kind == model::RequestKind::query) {
    run_query();
  } else if (m_step.batch) {
    run_in_batches();
  } else if (m_step.transactional) {
    run_in_transaction();
  } else {
    run_statements();
  }
  m_outcome.outcome = m_plan.mode == model::RequestMode::dry_run ? "dry_run" : "executed";
}

void StepRun::run_in_transaction() {
  const auto session = connect(DatabaseRole::change);
  const CancelWatch watch(*session, m_executor.m_options.interrupted);
  with_lock_retries(
      m_step.lock_retries, [this] { require_not_interrupted(); }, [this](const std::string& line) { say(line); },
      [&] { try_transaction(*session); });
}

void StepRun::try_transaction(db::Session& session) {
  m_outcome.rows = m_result.statements = 0;
  db::GuardedTransaction transaction(session, {m_target.id(), m_run});
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

void StepRun::run_in_batches() {
  const auto session = connect(DatabaseRole::change);
  const CancelWatch watch(*session, m_executor.m_options.interrupted);
  m_allowed_at = std::chrono::steady_clock::now();
  BatchedStep batches(m_target.guard(), *session, m_step, {m_target.id(), m_run, m_secret},
                      {[this] { require_still_allowed(); }, [this](const std::string& line) { say(line); }});
  m_batches = true;
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
  if (now - m_allowed_at < k_recheck_interval) return;
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

void StepRun::run_statements() {
  const auto session = connect(DatabaseRole::change);
  const CancelWatch watch(*session, m_executor.m_options.interrupted);
  const db::TargetLock lock(m_target.guard(), m_target.id(), false);
  // The change connection found its own way there: it must have reached the database that holds our claim.
  db::Ledger(*session).require_target(m_target.id());
  if (db::claim_state(*session, m_run) != db::ClaimState::claimed)
    throw Error(ErrorCode::db_claim_state, "the change connection does not see our claim");
  std::int64_t number = 0, first = 1;
  if (const auto resumed = m_plan.resumed_by(m_step)) {
    first = resumed->statement.value_or(1);
    m_target.ledger().take_over_notes(m_run, resumed->run, first);
  }
  for (const plan::PlannedStatement& statement : m_step.statements) {
    if (++number >= first) run_noted_statement(*session, m_step.text(statement), number);
  }
  finish_on_guard();
}

void StepRun::run_noted_statement(db::Session& session, std::string_view text, std::int64_t number) {
  require_not_interrupted();
  db::Ledger& ledger = m_target.ledger();
  db::StatementNote note{number, db::StatementState::started, crypto::sha256(text), 0, "", m_executor.m_now};
  ledger.note_statement(m_run, note);
  m_sent = true;
  try {
    note.rows_affected = session.execute(text).rows_affected;
    session.verify_settings();
    if (session.transaction_state() != db::TransactionState::none)
      throw Error(ErrorCode::db_session_changed, "the statement left a transaction open, which will be rolled back");
  } catch (const Error& error) {
    const auto* reported = dynamic_cast<const db::DatabaseError*>(&error);
    m_result.sqlstate = reported != nullptr ? reported->sqlstate() : "";
    note.state = db::StatementState::failed;
    note.sqlstate = m_result.sqlstate;
    const std::string what = fmt::format("step {} stopped at statement {} of {}: {}", m_step.id, number,
                                         m_step.statements.size(), error.message());
    try {
      ledger.note_statement(m_run, note);
    } catch (const Error&) {
      // The statement stays `started`, which says the same with less detail.
    }
    throw Error(ErrorCode::partially_executed, what);
  }
  note.state = db::StatementState::done;
  ledger.note_statement(m_run, note);
  m_outcome.rows += note.rows_affected;
  ++m_result.statements;
}

void StepRun::finish_on_guard() {
  db::Session& guard = m_target.guard();
  // On SQLite the target lock is an open transaction, which the claim then joins.
  const bool own_transaction = guard.transaction_state() == db::TransactionState::none;
  if (own_transaction) guard.begin(false);
  db::finish_claim(guard, m_run, m_secret, summary());
  if (own_transaction) guard.commit();
}

void StepRun::run_query() {
  const auto session = connect(DatabaseRole::read);
  const CancelWatch watch(*session, m_executor.m_options.interrupted);
  // Under the lock nobody else can take our open claim for a crashed one.
  db::TargetLock lock(m_target.guard(), m_target.id(), true);
  db::Ledger(*session).require_target(m_target.id());
  const auto claimed = m_target.ledger().row(m_run);
  if (!claimed || claimed->state != db::ClaimState::claimed)
    throw Error(ErrorCode::db_claim_state, "the claim of this query is no longer open");
  QueryResult result(m_executor.m_config, *m_executor.m_authority, (*m_assessment.request)->request, m_plan, m_step.id,
                     m_run);
  db::ReadTransaction transaction(*session);
  require_nothing_hidden(*session, m_step.text(m_step.statements.front()));
  try {
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

void StepRun::say(const std::string& line) const {
  m_executor.say(fmt::format("{}: step {}: {}", m_outcome.request.text(), m_step.id, line));
}

void StepRun::release() { m_target.ledger().release(m_run, m_executor.m_now); }

void StepRun::publish_result() {
  m_executor.tick();
  m_result.outcome = m_outcome.outcome;
  m_result.intent_seq = static_cast<std::int64_t>(*m_intent_seq);
  m_result.rows = m_outcome.rows;
  m_result.duration_ms = m_outcome.duration_ms;
  m_result.recovered = m_outcome.recovered;
  model::AuditEntry result = entry("result");
  result.body = audit::emit_body(m_result);
  try {
    m_executor.append_result(result, m_result_blobs);
    m_executor.advance_marks(m_target);
  } catch (const Error& error) {
    // The database has its answer; only the proof is late. The next run finds it in the ledger and publishes it.
    m_outcome.refusals.push_back(error.refusal());
    if (m_outcome.status == ExitStatus::done) m_outcome.status = ExitStatus::environment;
  }
}

}  // namespace dbw::workflow
