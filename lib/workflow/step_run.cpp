#include "workflow/step_run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "trust/tokens.hpp"
#include "workflow/authority_files.hpp"
#include "workflow/migrations.hpp"
#include "workflow/reconcile.hpp"
#include "workflow/suspensions.hpp"

namespace dbw::workflow {
namespace {

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string();
}

}  // namespace

StepRun::StepRun(Executor& executor, Target& target, const Place& place, const Assessment& assessment,
                 const plan::Plan& plan, const plan::PlannedStep& step, const RunProof& proof, ReviewedSchema reviewed)
    : m_executor(executor),
      m_target(target),
      m_place(place),
      m_assessment(assessment),
      m_plan(plan),
      m_step(step),
      m_proof(proof),
      m_reviewed(std::move(reviewed)),
      m_run(executor.m_id + crypto::random_hex(12)),
      m_secret(crypto::random_bytes(32)),
      m_started(std::chrono::steady_clock::now()) {
  m_outcome.request = (*assessment.request)->request.id;
  m_outcome.place = place;
  m_outcome.step = step.id;
}

StepOutcome StepRun::run() {
  try {
    // The ledger is written at the end of the step as well.
    m_target.require_guard(longest());
    claim();
    std::future<TargetSession> connecting = start_connecting();
    publish_intent();
    if (world_moved()) {
      m_executor.say(fmt::format("{}: trust or decisions moved since they were checked; starting once more",
                                 m_outcome.request.text()));
      m_moved = true;
      m_outcome.outcome = "not_started";
      release();
    } else {
      execute(std::move(connecting));
    }
  } catch (const Error& error) {
    m_outcome.refusals.push_back(error.refusal());
    const auto lost = m_executor.m_options.credentials.vaults->lost();
    if (lost && error.code() != lost->code) m_outcome.refusals.push_back(*lost);
    m_outcome.status = error.status();
    settle(error);
  }
  show({});
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
  entry.database = m_place.database;
  entry.environment = m_place.environment;
  entry.run = m_run;
  return entry;
}

audit::RunEvidence StepRun::evidence() const {
  audit::RunEvidence evidence;
  evidence.request = m_assessment.stored.bytes;
  evidence.signature = m_assessment.stored.signature;
  evidence.files = m_assessment.files;
  evidence.verdict = m_assessment.content->verdict;
  evidence.terms = m_assessment.content->terms;
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
  body.member = m_place.member;
  body.jti = m_proof.jti;
  if (m_proof.ci)
    body.ci = audit::CiRecord{m_proof.ci->identity, m_proof.ci->issuer, m_proof.ci->jti, m_proof.ci->facts};
  body.steps = {m_step.id};
  body.statements = static_cast<std::int64_t>(m_step.statements.size());
  body.executor_host = host_name();
  model::AuditEntry intent = entry("intent");
  intent.evidence =
      trust::evidence_digest((*m_assessment.request)->sha256, m_assessment.content->bindings.verdict_sha256,
                             m_assessment.content->bindings.terms_sha256, m_assessment.judged.approvals,
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

void StepRun::say(const std::string& line) const {
  m_executor.say(fmt::format("{}: step {}: {}", m_outcome.request.text(), m_step.id, line));
}

/// An empty line takes away what was shown.
void StepRun::show(const std::string& line) const {
  if (!m_executor.m_options.status) return;
  m_executor.m_options.status(line.empty() ? line
                                           : fmt::format("{}: step {}: {}", m_outcome.request.text(), m_step.id, line));
}

void StepRun::release() { m_target.ledger().release(m_run, m_executor.m_now); }

void StepRun::publish_result() {
  m_executor.tick();
  m_result.outcome = m_outcome.outcome;
  m_result.member = m_place.member;
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
