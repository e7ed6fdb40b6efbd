#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/error.hpp"
#include "trust/tokens.hpp"
#include "workflow/executor.hpp"
#include "workflow/reconcile.hpp"
#include "workflow/step_run.hpp"

/// From "what is due?" to the outcomes of the steps. What concerns one request or one database never stops the others.
namespace dbw::workflow {
namespace {

/// How often a run starts over because trust or decisions moved under it.
constexpr int k_restarts_max = 5;

/// Trust documents and the log are the executor's, not one database's.
bool concerns_everything(const Error& error) {
  const int number = static_cast<int>(error.code());
  return (number >= 600 && number < 700) || (number >= 800 && number < 900);
}

/// The schema snapshot that policy asks for, what it shows, or what it does not show.
bool is_of_snapshot(ErrorCode code) { return code >= ErrorCode::snapshot_absent && code <= ErrorCode::snapshot_drift; }

/// Credentials and connections, and what a server said: the next member has another one.
bool concerns_a_database(ErrorCode code) {
  const int number = static_cast<int>(code);
  return (number >= 500 && number < 557) || is_of_snapshot(code) || code == ErrorCode::state_lost ||
         code == ErrorCode::target_not_configured || code == ErrorCode::migration_changed ||
         code == ErrorCode::migration_out_of_order;
}

bool refused_with(const StepOutcome& outcome, ErrorCode code) {
  return outcome.outcome == "refused" && !outcome.refusals.empty() && outcome.refusals.front().code == code;
}

/// It failed and a person heard of it then, or it waits for the migration before it.
bool was_told_before(const StepOutcome& outcome) {
  return refused_with(outcome, ErrorCode::failed_before) || refused_with(outcome, ErrorCode::migration_gap) ||
         refused_with(outcome, ErrorCode::migration_stopped);
}

bool stops_fleet(const StepOutcome& outcome) {
  return refused_with(outcome, ErrorCode::fleet_stopped) || refused_with(outcome, ErrorCode::fleet_waits);
}

StepOutcome refused(const Assessment& assessment, std::vector<Refusal> refusals) {
  StepOutcome outcome;
  outcome.request = assessment.stored.id;
  if (assessment.request) {
    const model::Request& request = (*assessment.request)->request;
    outcome.place = {request.database, request.environment, ""};
  }
  outcome.outcome = "refused";
  outcome.status = refusals.empty() ? ExitStatus::refused : error_info(refusals.front().code).status;
  outcome.refusals = std::move(refusals);
  return outcome;
}

}  // namespace

std::vector<StepOutcome> Executor::reconcile() {
  std::vector<StepOutcome> found;
  for (const Place& place : places_at_hand()) {
    std::vector<StepOutcome> outcomes;
    try {
      Target& each = target(place);
      outcomes = Reconciler(*this, each, place).run();
      advance_marks(each);
    } catch (const Error& error) {
      // One database that cannot be reached does not stop the others; a log or a trust that it proves to be rolled back
      // does.
      if (concerns_everything(error)) {
        if (found.empty()) throw;
        found.push_back(end_with(error));
        return found;
      }
      StepOutcome outcome;
      outcome.outcome = "unreachable";
      outcome.status = error.status();
      outcome.refusals.push_back(error.refusal());
      outcomes.push_back(std::move(outcome));
    }
    for (StepOutcome& outcome : outcomes) {
      if (outcome.place.database.empty()) outcome.place = place;
      found.push_back(std::move(outcome));
    }
  }
  publish_sealed(found);
  return found;
}

std::vector<StepOutcome> Executor::run_due() {
  std::vector<StepOutcome> outcomes = reconcile();
  const std::vector<RequestId> ids = our_requests();
  if (!log_what_is_new(ids, outcomes)) return outcomes;
  for (std::vector<RequestId> waiting = ids; !waiting.empty();) {
    std::vector<RequestId> still;
    bool moved_on = false;
    std::vector<StepOutcome> gaps;
    for (const RequestId& id : waiting) {
      if (m_end || (m_options.interrupted && m_options.interrupted())) break;
      for (StepOutcome& outcome : run_due_request(id)) {
        if (refused_with(outcome, ErrorCode::already_executed) || outcome.known_before) continue;
        const bool gap = refused_with(outcome, ErrorCode::migration_gap);
        moved_on = moved_on || outcome.outcome == "executed";
        if (gap && (still.empty() || still.back() != id)) still.push_back(id);
        (gap ? gaps : outcomes).push_back(std::move(outcome));
      }
    }
    // Ids say nothing of the order of migrations: what ran may be what others wait for.
    const bool stopped = m_end || (m_options.interrupted && m_options.interrupted());
    waiting = moved_on && !stopped ? still : std::vector<RequestId>{};
    if (waiting.empty()) std::move(gaps.begin(), gaps.end(), std::back_inserter(outcomes));
  }
  return outcomes;
}

std::vector<StepOutcome> Executor::run_due_request(const RequestId& id) {
  tick();
  auto assessment = assess_traced(id);
  if (!assessment || !assessment->request) return {};
  const model::Request& request = (*assessment->request)->request;
  if (m_authority->environment(request.database, request.environment).executor != m_config.machine) return {};
  if (assessment->state == RequestState::blocked) log_denial(*assessment, assessment->refusals);
  std::vector<StepOutcome> outcomes;
  if (assessment->state == RequestState::approved || assessment->state == RequestState::executed)
    outcomes = run_assessed(std::move(*assessment));
  else if (m_options.trace)
    m_options.trace(m_trace);
  for (StepOutcome& outcome : outcomes) {
    // What failed before waits for a person, who was told then; a migration waits for the one before it, a fleet for
    // its canary. It must be seen, and must not fail every run from now on.
    if (was_told_before(outcome) || stops_fleet(outcome)) outcome.status = ExitStatus::done;
  }
  return outcomes;
}

bool Executor::log_what_is_new(const std::vector<RequestId>& ids, std::vector<StepOutcome>& outcomes) {
  if (m_end) return false;
  try {
    show_alive();
    log_new_decisions(ids);
    log_post_reviews();
    return true;
  } catch (const Error& error) {
    if (outcomes.empty()) throw;
    outcomes.push_back(end_with(error));
    return false;
  }
}

StepOutcome Executor::end_with(const Error& error) {
  m_end = error.refusal();
  StepOutcome outcome;
  outcome.outcome = "refused";
  outcome.status = error.status();
  outcome.refusals.push_back(error.refusal());
  return outcome;
}

std::vector<StepOutcome> Executor::run_request(const RequestId& id) {
  if (m_end) throw Error(*m_end);
  std::vector<StepOutcome> outcomes = reconcile();
  if (!log_what_is_new({id}, outcomes)) return outcomes;
  tick();
  auto assessment = assess_traced(id);
  if (!assessment) {
    Assessment unknown;
    unknown.stored.id = id;
    outcomes.push_back(
        refused(unknown, {{ErrorCode::request_unknown, fmt::format("there is no request {}", id.text())}}));
    return outcomes;
  }
  // What the log calls executed is compared with the database once more: a restored backup has lost it.
  if (assessment->state != RequestState::approved && assessment->state != RequestState::executed) {
    if (assessment->state == RequestState::blocked) log_denial(*assessment, assessment->refusals);
    outcomes.push_back(refused(*assessment, assessment->refusals));
    if (m_options.trace) m_options.trace(m_trace);
    return outcomes;
  }
  for (StepOutcome& outcome : run_assessed(std::move(*assessment))) outcomes.push_back(std::move(outcome));
  return outcomes;
}

std::optional<model::Envelope> Executor::token_for(const Assessment& assessment, std::string& jti) {
  const model::Request& request = (*assessment.request)->request;
  const bool required = m_authority->environment(request.database, request.environment).token_required;
  return m_trace.run(
      "executor.token", "",
      {{"token_required", required ? "true" : "false"}, {"tokens", std::to_string(m_options.tokens.size())}},
      [&](model::TraceInputs&) -> std::optional<model::Envelope> {
        return required ? find_token(assessment, jti) : std::nullopt;
      });
}

std::optional<trust::CiRun> Executor::ci_run_for(const model::EnvironmentEntry& environment) {
  const std::string& name = environment.executor_ci;
  return m_trace.run("executor.ci_identity", "", {{"identity", name.empty() ? "none" : name}},
                     [&](model::TraceInputs& inputs) -> std::optional<trust::CiRun> {
                       if (name.empty()) return std::nullopt;
                       trust::CiRun run = m_ci.require(m_authority->policy().ci_identities.at(name), m_now);
                       inputs.push_back({"issuer", run.issuer});
                       inputs.push_back({"jti", run.jti});
                       for (const auto& [claim, text] : run.facts) inputs.push_back({claim, text});
                       return run;
                     });
}

std::optional<model::Envelope> Executor::find_token(const Assessment& assessment, std::string& jti) {
  const model::Request& request = (*assessment.request)->request;
  const trust::TokenFacts facts =
      trust::token_facts(*m_authority, *assessment.request, assessment.content->match, assessment.content->bindings,
                         assessment.judged, {static_cast<std::int64_t>(m_log->head().size), m_log->head().root});
  Refusal why{ErrorCode::token_missing,
              fmt::format("{} in {} needs an execution token", request.id.text(), request.environment),
              {}};
  std::size_t number = 0;
  for (const std::string& line : m_options.tokens) {
    ++number;
    try {
      const model::Envelope envelope = model::decode_envelope_line(line);
      if (model::parse_token_payload(envelope.payload).request != request.id) continue;
      const auto verified = trust::verify_token(*m_authority, envelope, facts, m_now, &m_trace);
      m_log->require_extends({static_cast<std::uint64_t>(verified->log_size), verified->log_root});
      jti = verified->jti;
      return envelope;
    } catch (const Error& error) {
      // Lines are for many requests and of all ages: one bad line must not hide a good one behind it.
      if (error.status() == ExitStatus::environment && error.code() != ErrorCode::token_expired) throw;
      const bool unreadable = error.status() == ExitStatus::malformed;
      if (unreadable && why.code == ErrorCode::token_missing)
        why.message += fmt::format("; line {} of the tokens is none: {}", number, error.message());
      if (!unreadable) why = error.refusal();
    }
  }
  throw Error(why);
}

std::vector<StepOutcome> Executor::run_once(const Assessment& assessment, const Place& at, bool& moved) {
  const model::Request& request = (*assessment.request)->request;
  const model::EnvironmentEntry& environment = m_authority->environment(request.database, request.environment);
  const std::vector<Refusal> theirs = m_trace.ask(
      "executor.environment", {{"executor", environment.executor}, {"machine", m_config.machine}},
      [&](model::TraceInputs&) -> std::vector<Refusal> {
        if (environment.executor == m_config.machine) return {};
        return {{ErrorCode::not_our_environment, fmt::format("{} is served by {}, this is {}", request.environment,
                                                             environment.executor, m_config.machine)}};
      });
  if (!theirs.empty()) return {refused(assessment, theirs)};
  const PlacePreview preview = preview_of(assessment, at);
  if (!preview.refusals.empty()) {
    const ErrorCode first = preview.refusals.front().code;
    // That a database lost what the log calls executed must be found in the log.
    const bool lost = first == ErrorCode::state_lost && !preview.known_before;
    const bool of_place = lost || is_of_snapshot(first);
    if (first == ErrorCode::capability_exceeded || of_place)
      log_denial(assessment, preview.refusals, of_place ? at.member : std::string());
    StepOutcome outcome = refused(assessment, preview.refusals);
    outcome.known_before = preview.known_before;
    return {std::move(outcome)};
  }
  Target& place = target(at);
  const plan::Plan plan = *plan_of(assessment);
  RunProof proof;
  proof.ci = ci_run_for(environment);
  proof.token = token_for(assessment, proof.jti);
  const ReviewedSchema reviewed{preview.snapshot, m_log->head().size};
  std::vector<StepOutcome> outcomes;
  for (const plan::PlannedStep& step : plan.steps) {
    if (std::find(preview.steps_left.begin(), preview.steps_left.end(), step.id) == preview.steps_left.end()) continue;
    say(fmt::format("{}: running step {} on {}", request.id.text(), step.id, at.text()));
    StepRun run(*this, place, at, assessment, plan, step, proof, reviewed);
    StepOutcome outcome = run.run();
    if (!outcome.refusals.empty() && outcome.refusals.front().code == ErrorCode::snapshot_drift)
      log_denial(assessment, outcome.refusals, at.member);
    moved = run.moved();
    const bool ended = moved || (outcome.outcome != "executed" && outcome.outcome != "dry_run");
    if (!moved) outcomes.push_back(std::move(outcome));
    if (ended) break;
  }
  publish_changed_schema(assessment, preview, outcomes);
  publish_sealed(outcomes);
  return outcomes;
}

bool Executor::assess_anew(Assessment& assessment, std::vector<StepOutcome>& outcomes) {
  auto again = assess_traced(assessment.stored.id);
  if (!again) {
    assessment.state = RequestState::blocked;
    assessment.refusals = {{ErrorCode::request_unknown, "the request vanished", {}}};
  } else {
    assessment = std::move(*again);
  }
  // Where all of it has run by now, the databases that are left are compared with the log all the same.
  if (assessment.state == RequestState::approved || assessment.state == RequestState::executed) return true;
  outcomes.push_back(refused(assessment, assessment.refusals));
  return false;
}

std::vector<StepOutcome> Executor::run_in(Assessment& assessment, const Place& place) {
  std::vector<StepOutcome> outcomes;
  for (int attempt = 0; attempt < k_restarts_max; ++attempt) {
    bool moved = false;
    try {
      for (StepOutcome& outcome : run_once(assessment, place, moved)) outcomes.push_back(std::move(outcome));
    } catch (const Error& error) {
      // Whatever ran before is in `outcomes` and stays reported.
      log_denial(assessment, {error.refusal()}, concerns_a_database(error.code()) ? place.member : std::string());
      outcomes.push_back(refused(assessment, {error.refusal()}));
      return outcomes;
    }
    if (!moved) return outcomes;
    // What does not verify is no request's own trouble: it ends the run, whose trust nobody can vouch for any more.
    verify_trust();
    if (!assess_anew(assessment, outcomes)) return outcomes;
    // The claim has used the token up; another one has to be issued for the new state.
    if (!m_options.tokens.empty()) break;
  }
  outcomes.push_back(
      refused(assessment, {{ErrorCode::world_moved, "trust or decisions kept moving while the run was prepared", {}}}));
  return outcomes;
}

Executor::Fate Executor::fate_of(const StepOutcome& outcome) {
  const bool done = outcome.status == ExitStatus::done || outcome.status == ExitStatus::busy;
  if (done || outcome.known_before || was_told_before(outcome)) return Fate::fine;
  const bool of_its_database = !outcome.refusals.empty() && concerns_a_database(outcome.refusals.front().code);
  return is_failure(outcome.outcome) || of_its_database ? Fate::failed : Fate::ends;
}

std::vector<StepOutcome> Executor::run_assessed(Assessment assessment) {
  std::vector<StepOutcome> outcomes;
  std::optional<StepOutcome> done;
  bool goes_on = true;
  const std::vector<Place> places = places_of(assessment);
  for (const Place& place : places) {
    if (!goes_on || m_end || (m_options.interrupted && m_options.interrupted())) break;
    try {
      // A fleet takes its time, and each of its members is judged at its own moment.
      if (place != places.front() && !look_again(assessment, outcomes)) break;
      for (StepOutcome& outcome : run_in(assessment, place)) {
        if (refused_with(outcome, ErrorCode::already_executed)) {
          done = std::move(outcome);
          continue;
        }
        goes_on = take(outcome, place) && goes_on;
        outcomes.push_back(std::move(outcome));
      }
    } catch (const Error& error) {
      outcomes.push_back(end_with(error));
      outcomes.back().request = assessment.stored.id;
    }
    if (m_options.trace) m_options.trace(m_trace);
  }
  // Members that are done are no news where there is any.
  if (outcomes.empty() && done) outcomes.push_back(std::move(*done));
  return outcomes;
}

bool Executor::look_again(Assessment& assessment, std::vector<StepOutcome>& outcomes) {
  tick();
  refresh_log();  // other shards go on at the same time, and what they did counts
  return assessment.state == RequestState::executed || assess_anew(assessment, outcomes);
}

bool Executor::take(StepOutcome& outcome, const Place& place) {
  // What stops a fleet is said of all that is left of it.
  if (stops_fleet(outcome)) return false;
  outcome.place = place;
  std::set<std::string>& failed = m_failed_members[outcome.request];
  const Fate fate = fate_of(outcome);
  if (fate == Fate::failed) failed.insert(place.member);
  if (outcome.outcome == "executed") failed.erase(place.member);
  return fate != Fate::ends;
}

}  // namespace dbw::workflow
