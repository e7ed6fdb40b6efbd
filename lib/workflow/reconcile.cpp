#include "workflow/reconcile.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"

namespace dbw::workflow {
namespace {

/// What a finished claim's summary says of its result.
audit::ResultBody result_of(const std::string& summary) {
  constexpr std::int64_t most = std::int64_t{1} << 53;
  const codec::Value document = codec::parse_json(summary, "ledger summary");
  codec::Reader reader(document, "ledger summary");
  audit::ResultBody body;
  body.rows = reader.integer("rows", 0, most);
  body.result_sha256 = reader.digest_if("result_sha256");
  body.sealed_sha256 = reader.digest_if("sealed_sha256");
  return body;
}

/// Longer than a run needs from its claim to the start of its transaction, two pushes and a fetch included.
constexpr Seconds k_claim_grace{120};

Refusal reason(ErrorCode code, const std::string& message) { return {code, message, {}}; }

/// The log says that nothing of it was changed, or that what was changed goes on by itself.
bool had_no_effect(const LoggedRun& run) {
  constexpr std::array<std::string_view, 5> k_outcomes = {"rolled_back", "failed", "not_started", "dry_run",
                                                          "interrupted"};
  return std::find(k_outcomes.begin(), k_outcomes.end(), run.outcome) != k_outcomes.end();
}

}  // namespace

std::optional<SettledClaim> settled_claim(Target& target, const CredentialSources& credentials, const std::string& run,
                                          Timestamp now, AfterFailure after) {
  try {
    // A fresh connection: the one we had may have died with the server.
    const auto guard =
        connect_target(target.config(), DatabaseRole::guard, credentials, {.application_name = "dbw guard"});
    db::Ledger ledger(*guard);
    const std::string timeline = ledger.require_primary().timeline;
    ledger.require_target(target.id());
    if (timeline != target.fact().timeline) return std::nullopt;
    // Whoever holds the lock may still be committing; waiting for it makes the row final.
    db::TargetLock lock(*guard, target.id(), true);
    const auto row = ledger.row(run);
    if (!row) return std::nullopt;
    if (row->state == db::ClaimState::claimed && after == AfterFailure::release) ledger.release(run, now);
    const SettledClaim settled{row->state, ledger.batch_count(run), ledger.batch_progress(run).has_value()};
    lock.release();
    return settled;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<StepOutcome> Reconciler::run() {
  find_forgotten();
  if (m_target.ledger().open_claims().empty() && !any_open_run()) return std::move(m_found);
  try {
    db::TargetLock lock(m_target.guard(), m_target.id(), false);
    m_executor.refresh_log();
    for (const db::LedgerRow& row : m_target.ledger().open_claims()) settle_claim(row);
    const std::map<std::string, RequestId> open = m_executor.m_index.open_runs();
    for (const auto& [run, request] : open) settle_open_run(run, request);
    lock.release();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::db_busy) throw;
    StepOutcome outcome;
    outcome.outcome = "executing";
    outcome.status = ExitStatus::busy;
    outcome.refusals.push_back(error.refusal());
    m_found.push_back(outcome);
  }
  return std::move(m_found);
}

bool Reconciler::any_open_run() {
  const std::map<std::string, RequestId> open = m_executor.m_index.open_runs();
  return std::any_of(open.begin(), open.end(), [&](const auto& each) {
    const LoggedRun* logged = logged_run(each.first, each.second);
    return logged == nullptr || Place{logged->database, logged->environment, logged->member} == m_place;
  });
}

void Reconciler::find_forgotten() {
  const std::uint64_t size = m_executor.m_log->head().size;
  m_executor.m_log->iterate(static_cast<std::uint64_t>(m_target.log_mark()), size, [&](const audit::Line& line) {
    if (line.entry.type != "result" || !line.entry.request) return true;
    if (const LoggedRun* logged = logged_run(line.entry.run, *line.entry.request))
      look_for(*logged, *line.entry.request);
    return true;
  });
}

void Reconciler::look_for(const LoggedRun& logged, const RequestId& request) {
  if (logged.outcome != "executed" || !m_looked_for.insert(logged.run).second) return;
  const audit::IntentBody intent = audit::parse_intent_body(m_executor.m_log->line(logged.intent_seq).entry.body);
  if (intent.target != m_target.id() || intent.kind == model::kind_name(model::RequestKind::query)) return;
  const auto row = m_target.ledger().row(logged.run);
  if (row && row->state == db::ClaimState::done) return;
  StepOutcome outcome = outcome_of(logged, request, "lost", ExitStatus::database_unknown);
  outcome.refusals.push_back(
      reason(ErrorCode::state_lost, fmt::format("run {} was executed, and the database no longer knows it: it was "
                                                "restored, or failed over to a server that lacked it",
                                                logged.run)));
  m_found.push_back(std::move(outcome));
}

bool Reconciler::may_be_alive(const db::Claim& claim) const {
  // A claim of this state folder is nobody's: whoever made it held the folder's lock, which we hold now.
  if (claim.run.starts_with(m_executor.m_id)) return false;
  if (claim.at + k_claim_grace > m_executor.m_now) return true;
  // Each piece of a batched step is a sign of life, in the time of the database.
  const auto progress = m_target.ledger().batch_progress(claim.request_sha256, claim.step);
  return progress && progress->at + k_claim_grace > m_executor.m_now && progress->at < m_executor.m_now + k_claim_grace;
}

const LoggedRun* Reconciler::logged_run(const std::string& run, const RequestId& request) {
  const std::vector<LoggedRun>& runs = m_executor.m_index.of(request).runs;
  const auto it = std::find_if(runs.begin(), runs.end(), [&](const LoggedRun& each) { return each.run == run; });
  return it == runs.end() ? nullptr : &*it;
}

StepOutcome Reconciler::outcome_of(const LoggedRun& logged, const RequestId& request, std::string outcome,
                                   ExitStatus status) const {
  StepOutcome out;
  out.request = request;
  out.place = {logged.database, logged.environment, logged.member};
  out.step = logged.step;
  out.outcome = std::move(outcome);
  out.recovered = true;
  out.status = status;
  return out;
}

StepOutcome Reconciler::undone(const LoggedRun& logged, const db::Claim& claim) {
  const bool any = m_target.ledger().batch_progress(claim.request_sha256, claim.step).has_value();
  StepOutcome outcome = outcome_of(logged, claim.request, any ? "interrupted" : "rolled_back", ExitStatus::done);
  outcome.rows = m_target.ledger().batch_count(claim.run).rows;
  return outcome;
}

void Reconciler::settle_unstarted(const db::LedgerRow& row) {
  StepOutcome outcome;
  outcome.request = row.claim.request;
  outcome.step = row.claim.step;
  outcome.recovered = true;
  const bool began = row.claim.transactional ? m_target.ledger().batch_count(row.claim.run).pieces != 0
                                             : !m_target.ledger().statement_notes(row.claim.run).empty();
  if (began) {
    // Statements began, so the intent was published, and the log has lost it.
    outcome.outcome = "unknown";
    outcome.status = ExitStatus::database_unknown;
    outcome.refusals.push_back(
        reason(ErrorCode::log_behind_ledger,
               fmt::format("run {} began in the database, and the log has no such run", row.claim.run)));
    m_target.ledger().abandon(row.claim.run, "the log has lost its intent", m_executor.m_now);
  } else {
    // Claimed, but the intent was never published: by the order of a run nothing can have been sent.
    outcome.outcome = "not_started";
    m_target.ledger().release(row.claim.run, m_executor.m_now);
  }
  m_found.push_back(outcome);
}

void Reconciler::settle_claim(const db::LedgerRow& row) {
  if (may_be_alive(row.claim)) {
    StepOutcome outcome;
    outcome.request = row.claim.request;
    outcome.step = row.claim.step;
    outcome.outcome = "executing";
    outcome.status = ExitStatus::busy;
    outcome.refusals.push_back(
        reason(ErrorCode::executor_busy, fmt::format("another executor claimed it at {}", row.claim.at.text())));
    m_found.push_back(std::move(outcome));
    return;
  }
  const LoggedRun* logged = logged_run(row.claim.run, row.claim.request);
  if (logged == nullptr) return settle_unstarted(row);
  const LoggedRun run = *logged;
  const bool already_reported = !run.outcome.empty();
  StepOutcome outcome;
  audit::ResultBody body;
  if (run.outcome == "executed") {
    // Where the log says so and the claim is open, the database is older than both.
    look_for(run, row.claim.request);
    m_target.ledger().abandon(run.run, "executed, and lost", m_executor.m_now);
    return;
  }
  if (row.claim.timeline != m_target.fact().timeline && !(row.claim.transactional && had_no_effect(run))) {
    outcome = outcome_of(run, row.claim.request, "lost", ExitStatus::database_unknown);
    outcome.refusals.push_back(
        reason(ErrorCode::state_lost, fmt::format("the server's timeline changed from {} to {} while run {} was open",
                                                  row.claim.timeline, m_target.fact().timeline, run.run)));
    m_target.ledger().abandon(run.run, "timeline changed", m_executor.m_now);
  } else if (row.claim.transactional) {
    outcome = undone(run, row.claim);
    m_target.ledger().release(run.run, m_executor.m_now);
  } else {
    const std::vector<db::StatementNote> notes = m_target.ledger().statement_notes(run.run);
    const std::int64_t at = notes.empty()                                    ? 1
                            : notes.back().state == db::StatementState::done ? notes.back().number + 1
                                                                             : notes.back().number;
    outcome = outcome_of(run, row.claim.request, "unknown", ExitStatus::database_unknown);
    body.statements = at - 1;
    outcome.refusals.push_back(
        reason(ErrorCode::state_unknown,
               fmt::format("run {} of {} was interrupted at statement {}; it may or may not have taken effect", run.run,
                           row.claim.request.text(), at)));
    m_target.ledger().abandon(run.run, fmt::format("interrupted at statement {}", at), m_executor.m_now);
  }
  if (!already_reported) publish(outcome, run, body);
  m_found.push_back(outcome);
}

void Reconciler::settle_open_run(const std::string& run, const RequestId& request) {
  const LoggedRun* found = logged_run(run, request);
  if (found == nullptr || !found->outcome.empty()) return;
  const LoggedRun logged = *found;
  if (Place{logged.database, logged.environment, logged.member} != m_place) return;
  const auto row = m_target.ledger().row(run);
  if (row && may_be_alive(row->claim)) return;  // its runner is about to publish
  StepOutcome outcome;
  audit::ResultBody body;
  if (!row) {
    outcome = outcome_of(logged, request, "lost", ExitStatus::database_unknown);
    outcome.refusals.push_back(
        reason(ErrorCode::state_lost,
               fmt::format("the log has an intent for run {}, the database has no such claim: it was restored or "
                           "failed over",
                           run)));
  } else if (row->state == db::ClaimState::done) {
    outcome = outcome_of(logged, request, "executed", ExitStatus::done);
    body = result_of(row->summary);
    // The summary of a batched step counts all of its runs; a result counts its own.
    const db::BatchCount count = m_target.ledger().batch_count(run);
    if (count.pieces != 0) body.rows = count.rows;
    outcome.rows = body.rows;
  } else if (row->state == db::ClaimState::released) {
    outcome = undone(logged, row->claim);
  } else {
    outcome = outcome_of(logged, request, "unknown", ExitStatus::database_unknown);
    outcome.refusals.push_back(
        reason(ErrorCode::state_unknown, fmt::format("run {} was abandoned: {}", run, row->summary)));
  }
  publish(outcome, logged, body);
  m_found.push_back(outcome);
}

void Reconciler::publish(const StepOutcome& outcome, const LoggedRun& logged, audit::ResultBody body) {
  body.outcome = outcome.outcome;
  body.member = logged.member;
  body.intent_seq = static_cast<std::int64_t>(logged.intent_seq);
  body.rows = outcome.rows;
  body.recovered = true;
  model::AuditEntry entry = m_executor.entry("result");
  entry.request = outcome.request;
  entry.request_sha256 = logged.request_sha256;
  entry.database = logged.database;
  entry.environment = logged.environment;
  entry.run = logged.run;
  entry.body = audit::emit_body(body);
  m_executor.append_result(entry, {});
}

}  // namespace dbw::workflow
