#include "workflow/executor.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/pkcs11.hpp"
#include "workflow/authority_files.hpp"
#include "workflow/capabilities.hpp"
#include "workflow/merged_requests.hpp"
#include "workflow/suspensions.hpp"

namespace dbw::workflow {
namespace {

constexpr int k_state_lock_seconds = 30;
/// Connections of guard that stay open at a time: the members of a fleet are many more.
constexpr std::size_t k_targets_open_max = 64;

FileLock take_lock(const std::filesystem::path& state) {
  make_folders(state, 0700);
  FileLock lock(state / "lock", k_state_lock_seconds);
  if (!lock.held()) throw Error(ErrorCode::executor_busy, fmt::format("another dbw-exec uses {}", state.string()));
  return lock;
}

/// 8 hex digits that tell the runs of this state folder from those of other hosts.
std::string state_id(const std::filesystem::path& state) {
  const std::filesystem::path file = state / "id";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) write_file_atomic(file, crypto::random_hex(4), 0600);
  return to_hex(from_hex(trim(read_file(file, 64))));
}

/// Outcomes after which a step is never run again by itself.
bool is_final(const std::string& outcome) {
  return outcome == "executed" || outcome == "dry_run" || outcome == "unknown" || outcome == "partially_executed" ||
         outcome == "lost";
}

/// Outcomes that a person has to look at before anything else happens.
std::optional<ErrorCode> stopped_code(const std::string& outcome) {
  if (outcome == "lost") return ErrorCode::state_lost;
  if (outcome == "unknown") return ErrorCode::state_unknown;
  if (outcome == "partially_executed") return ErrorCode::partially_executed;
  return std::nullopt;
}

std::filesystem::path change_mirror(const ExecutorConfig& config, const ExecutorOptions& options) {
  // A bundle holds one request: it must not empty the mirror of what else is known.
  return options.bundle.empty() ? config.state / "change.git" : config.state / "bundle" / "change.git";
}

git::Remote change_remote(const ExecutorConfig& config, const ExecutorOptions& options) {
  return options.bundle.empty() ? config.change : git::Remote{.url = options.bundle.string()};
}

model::TraceInputs capability_inputs(const Assessment& assessment) {
  const model::Request& request = (*assessment.request)->request;
  model::TraceInputs inputs{{"database", request.database}, {"environment", request.environment}};
  for (const StatementClass each : assessment.content->review.classes())
    inputs.push_back({"class", std::string(class_name(each))});
  return inputs;
}

}  // namespace

Executor::Executor(const ExecutorConfig& config, ExecutorOptions options, const Clock& clock)
    : m_config(config),
      m_options(std::move(options)),
      m_clock(clock),
      m_now(clock.now()),
      m_lock(take_lock(config.state)),
      m_id(state_id(config.state)),
      m_key(crypto::load_machine_signer(config.key)),
      m_ci(config, m_options.ci_tokens),
      m_change(change_mirror(config, m_options), change_remote(config, m_options), config.pin.trust_ref),
      m_audit_cache(git::Repository::init(config.state / "audit.git")),
      m_audit_remote(m_audit_cache, config.audit),
      m_index(config.state / "index"),
      m_marks(load_marks(config.state / "marks.yaml")) {
  verify_trust();
  open_log();
}

Executor::~Executor() = default;

void Executor::tick() { m_now = std::max(m_now, m_clock.now()); }

void Executor::say(const std::string& line) const {
  if (m_options.progress) m_options.progress(line);
}

void Executor::verify_trust() {
  m_change.fetch();
  m_view = view_with_merged(m_change, m_now);
  m_trust_input = read_trust(m_change.objects(), m_view);
  add_suspensions(m_trust_input.suspensions, read_document_folder(m_config.suspend_folder));
  add_suspensions(m_trust_input.suspensions, read_document_folder(m_config.state / "suspensions"));
  add_known_suspensions();
  m_memo.forget();
  m_authority = verify_traced(m_config.pin, m_trust_input, m_marks.trust, m_now, m_options.trace);
  trust::require_clock(m_now, trust::issued_floor(*m_authority));
  remember_suspensions(m_config.state / "suspensions", *m_authority);
  const model::Machine* machine = m_authority->find_machine(m_config.machine);
  const bool listed = machine != nullptr && machine->use == "execute" && machine->key == m_key->public_key() &&
                      !m_authority->machine_suspended(m_config.machine) &&
                      !m_authority->key_suspended(m_key->public_key().id);
  if (!listed) {
    throw Error(
        ErrorCode::executor_not_listed,
        fmt::format("the roster (version {}) does not list {} with the key {} for execution, or it is suspended",
                    m_authority->roster().version, m_config.machine, m_key->public_key().id.text()));
  }
  if (!m_config.pin.witnesses.empty()) {
    throw Error(ErrorCode::freshness_unsupported, "the pin's witnesses ask for a check that this version cannot make");
  }
  note_superseded(m_change.objects(), *m_authority, m_view);
  m_marks.trust = m_authority->marks();
  save_marks(m_config.state / "marks.yaml", m_marks);
  m_targets.clear();  // another policy may name other databases
}

void Executor::open_log() {
  m_log = std::make_unique<AuditLog>(m_audit_cache, log_remote(), *m_key,
                                     AuditLogOptions{.repo_id = m_config.pin.repo_id, .executor = m_config.machine});
  m_log->open(m_marks.log);
  if (m_log->head().size == 0) return;
  trust::require_clock(m_now, m_log->line(m_log->head().size - 1).entry.at);
  m_index.catch_up(*m_log);
}

Target& Executor::target(const Place& place) {
  if (const auto open = m_targets.find(place); open != m_targets.end()) return *open->second;
  const TargetConfig& config = configured_target(m_config, m_authority->policy(), place);
  const std::string& id = target_id(*m_authority, place);
  if (m_options.credentials.dev && m_authority->environment(place.database, place.environment).production) {
    throw Error(ErrorCode::dev_in_production, fmt::format("{} is a production environment", place.environment));
  }
  if (m_targets.size() >= k_targets_open_max) m_targets.clear();
  auto opened = std::make_unique<Target>(config, id, m_options.credentials);
  // What the database remembers counts as much as what this host remembers.
  const db::Marks marks = opened->ledger().marks(m_log->origin());
  verify_traced(m_config.pin, m_trust_input, trust_marks(marks), m_now, m_options.trace);
  m_log->require_extends({static_cast<std::uint64_t>(marks.log_size), marks.log_root});
  opened->set_log_mark(marks.log_size);
  std::int64_t& seen = m_log_marks[id];
  if (marks.log_size < seen) {
    throw Error(ErrorCode::state_lost,
                fmt::format("{} knew the log up to line {} a moment ago, and now up to {}: it failed over or was "
                            "restored; the next run looks for what it lacks",
                            place.text(), seen, marks.log_size));
  }
  seen = marks.log_size;
  return *m_targets.emplace(place, std::move(opened)).first->second;
}

std::vector<Place> Executor::places_of(const Assessment& assessment) const {
  const model::Request& request = (*assessment.request)->request;
  const model::EnvironmentEntry& environment = m_authority->environment(request.database, request.environment);
  std::vector<Place> places;
  for (const std::string& member : members_of(environment, request.members)) {
    if (takes(m_options.shard, environment, member)) places.push_back({request.database, request.environment, member});
  }
  return places;
}

std::vector<RequestId> Executor::our_requests() const { return {m_view.open.begin(), m_view.open.end()}; }

std::optional<Assessment> Executor::assess_known(const RequestId& id) {
  std::vector<trust::DecisionInput> remembered;
  const LoggedRequest& logged = m_index.of(id);
  try {
    for (const auto& [payload, blob] : logged.decisions)
      remembered.push_back({logged.approvers.at(payload), m_log->evidence(blob)});
  } catch (const Error& error) {
    Assessment blocked;
    blocked.stored.id = id;
    blocked.refusals.push_back(error.refusal());
    blocked.trace = m_authority->trace();
    blocked.trace.at = m_now;
    blocked.trace.request = id.text();
    blocked.trace.state = state_name(blocked.state);
    blocked.trace.executor = true;
    blocked.trace.failed("executor.history", "", {}, error.code());
    return blocked;
  }
  auto assessment = assess(m_change.objects(), m_view, *m_authority, id, m_now, remembered, &m_memo);
  if (!assessment) return assessment;
  assessment->trace.executor = true;
  if (!assessment->request) return assessment;
  const trust::AuthenticRequest& authentic = **assessment->request;
  const std::vector<std::string> members = members_of(
      m_authority->environment(authentic.request.database, authentic.request.environment), authentic.request.members);
  std::vector<Refusal> ran;
  // Who replaced it has decided what to do where the database lost it; nobody looks for it any more.
  if (assessment->state != RequestState::superseded &&
      fleet_state(members, logged, authentic.request, authentic.sha256).done.size() == members.size()) {
    ran = {{ErrorCode::already_executed, fmt::format("every step of {} has run", id.text())}};
    assessment->state = RequestState::executed;
    assessment->trace.state = state_name(assessment->state);
    assessment->refusals = ran;
  }
  assessment->trace.judged("executor.history", "", {{"ran", ran.empty() ? "false" : "true"}}, ran);
  return assessment;
}

std::optional<Assessment> Executor::assess_traced(const RequestId& id) {
  auto assessment = assess_known(id);
  m_trace = assessment ? assessment->trace : model::Trace{};
  return assessment;
}

std::vector<Refusal> Executor::admission_refusals(const Assessment& assessment, const Place& place) {
  std::vector<Refusal> refusals = capability_refusals(m_config, assessment);
  if (!m_options.bundle.empty()) {
    for (Refusal& refusal : bundle_refusals(assessment)) refusals.push_back(std::move(refusal));
  }
  if (m_config.find(place) == nullptr)
    refusals.push_back({ErrorCode::target_not_configured, fmt::format("no target for {}", place.text())});
  return refusals;
}

std::vector<Refusal> Executor::fleet_refusals(const Assessment& assessment, const Place& place,
                                              model::TraceInputs& inputs) {
  const trust::AuthenticRequest& authentic = **assessment.request;
  const model::EnvironmentEntry& environment = m_authority->environment(place.database, place.environment);
  const std::vector<std::string> members = members_of(environment, authentic.request.members);
  FleetState state = fleet_state(members, m_index.of(authentic.request.id), authentic.request, authentic.sha256);
  if (m_options.retry) look_past_failures(state);
  const auto failed = m_failed_members.find(authentic.request.id);
  if (failed != m_failed_members.end()) state.failed.insert(failed->second.begin(), failed->second.end());
  inputs.push_back({"member", place.member});
  inputs.push_back({"done", std::to_string(state.done.size())});
  inputs.push_back({"failed", std::to_string(state.failed.size())});
  inputs.push_back({"failures_max", std::to_string(environment.failures_max)});
  if (state.done.contains(place.member) || state.failed.contains(place.member)) return {};
  const auto refusal = fleet_refusal(environment, members, state, place.member);
  return refusal ? std::vector{*refusal} : std::vector<Refusal>{};
}

std::vector<Refusal> Executor::suspension_refusals(const Assessment& assessment, const Place& place,
                                                   model::TraceInputs& inputs) {
  const trust::AuthenticRequest& authentic = **assessment.request;
  std::set<std::string> involved = {m_config.machine, authentic.request.requester, authentic.key.text()};
  for (const trust::FilledStep& step : assessment.judged.filled) involved.insert(step.person);
  for (const trust::JudgedDecision& decision : assessment.judged.decisions) {
    if (decision.valid) involved.insert(decision.key.text());
  }
  for (const std::string& name : involved) inputs.push_back({"involved", name});
  std::vector<Refusal> refusals;
  for (const db::Suspension& suspension : target(place).ledger().suspensions()) {
    if (!involved.contains(suspension.name)) continue;
    refusals.push_back(
        {ErrorCode::trust_suspended,
         fmt::format("the target database suspends the {} {} since {}: {}", suspension.kind, printable(suspension.name),
                     suspension.since.text(), printable(suspension.reason))});
  }
  return refusals;
}

void Executor::refresh_log() {
  m_log->open(m_marks.log);
  if (m_log->head().size != 0) m_index.catch_up(*m_log);
}

std::vector<std::string> Executor::steps_left(const Assessment& assessment, PlacePreview& preview) {
  const Place& place = preview.place;
  std::vector<Refusal>& refusals = preview.refusals;
  const model::Request& request = (*assessment.request)->request;
  const Digest& sha256 = (*assessment.request)->sha256;
  const std::vector<db::LedgerRow> rows = target(place).ledger().rows(sha256);
  const auto is_old_news = [&](const db::LedgerRow& row) {
    return row.state == db::ClaimState::done &&
           m_index.of(request.id).last_outcome(row.claim.step, sha256, place.member) == "executed";
  };
  // Else another runner may have written both since we looked.
  if (!std::all_of(rows.begin(), rows.end(), is_old_news)) refresh_log();
  const LoggedRequest& logged = m_index.of(request.id);
  std::vector<std::string> left;
  for (const model::RequestStep& step : request.steps) {
    const std::optional<std::string> outcome = logged.last_outcome(step.id, sha256, place.member);
    const bool begun = outcome.has_value();
    const std::string last = outcome.value_or("");
    const bool done = std::any_of(rows.begin(), rows.end(), [&](const db::LedgerRow& row) {
      return row.claim.step == step.id && row.state == db::ClaimState::done;
    });
    const bool known =
        std::any_of(rows.begin(), rows.end(), [&](const db::LedgerRow& row) { return row.claim.step == step.id; });
    if (last == "interrupted" && !known) {
      refusals.push_back({ErrorCode::state_lost,
                          fmt::format("pieces of step {} were done, and the database no longer knows them", step.id)});
    } else if (last == "executed" && !done && request.kind != model::RequestKind::query) {
      refusals.push_back(
          {ErrorCode::state_lost, fmt::format("step {} was executed, and the database no longer knows it", step.id)});
    } else if (done && last.empty() && begun) {
      refusals.push_back({ErrorCode::executor_busy,
                          fmt::format("step {} is done, and its runner is about to publish the result", step.id),
                          {}});
    } else if (done && last.empty()) {
      refusals.push_back({ErrorCode::log_behind_ledger,
                          fmt::format("step {} is done in the database, and the log has no such run", step.id)});
    } else if (last == "failed" && !m_options.retry) {
      refusals.push_back(
          {ErrorCode::failed_before, fmt::format("step {} failed before; nothing was changed", step.id)});
    } else if (const std::optional<ErrorCode> stopped = stopped_code(last)) {
      refusals.push_back({*stopped, fmt::format("step {} is {}; nothing runs again by itself", step.id, last)});
      preview.known_before = true;
    } else if (!done && !is_final(last)) {
      left.push_back(step.id);
    }
  }
  if (left.empty() && refusals.empty()) {
    refusals.push_back({ErrorCode::already_executed, fmt::format("every step of {} has run", request.id.text())});
  }
  return left;
}

std::optional<plan::Plan> Executor::plan_of(const Assessment& assessment) const {
  const bool runnable = assessment.state == RequestState::approved || assessment.state == RequestState::executed;
  if (!assessment.request || !runnable) return std::nullopt;
  const model::Request& request = (*assessment.request)->request;
  plan::Plan plan = plan::make_plan(request, assessment.content->parsed, m_authority->policy().limits);
  bound_plan(m_config.capabilities, plan,
             [&](const std::string& line) { say(fmt::format("{}: {}", request.id.text(), line)); });
  return plan;
}

PlacePreview Executor::preview_of(const Assessment& assessment, const Place& place) {
  PlacePreview preview;
  preview.place = place;
  const model::Request& request = (*assessment.request)->request;
  const auto ask = [&](std::string_view check, model::TraceInputs inputs, const auto& judge) {
    if (preview.refusals.empty()) preview.refusals = m_trace.ask(check, std::move(inputs), judge);
  };
  ask("executor.capabilities", capability_inputs(assessment),
      [&](model::TraceInputs&) { return admission_refusals(assessment, place); });
  if (!place.member.empty()) {
    ask("executor.fleet", {}, [&](model::TraceInputs& inputs) { return fleet_refusals(assessment, place, inputs); });
  }
  ask("executor.post_review", {}, [&](model::TraceInputs& inputs) { return review_refusals(assessment, inputs); });
  ask("executor.suspensions", {},
      [&](model::TraceInputs& inputs) { return suspension_refusals(assessment, place, inputs); });
  if (request.resumes) {
    ask("executor.resumes", {}, [&](model::TraceInputs& inputs) { return resume_refusals(assessment, place, inputs); });
  }
  ask("executor.steps", {}, [&](model::TraceInputs& inputs) {
    preview.steps_left = steps_left(assessment, preview);
    inputs.push_back({"left", join(preview.steps_left, ", ")});
    return preview.refusals;
  });
  // After the steps: an applied migration has run already, and that is all there is to say of it.
  if (request.migration) {
    ask("executor.migration", {},
        [&](model::TraceInputs& inputs) { return migration_refusals(assessment, place, inputs); });
  }
  preview.trace = m_trace;
  return preview;
}

std::vector<Preview> Executor::preview(const std::vector<RequestId>& ids) {
  std::vector<Preview> previews;
  for (const RequestId& id : ids.empty() ? our_requests() : ids) {
    auto assessment = assess_traced(id);
    if (!assessment) throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
    Preview preview;
    preview.plan = plan_of(*assessment);
    for (const Place& place : preview.plan ? places_of(*assessment) : std::vector<Place>{}) {
      m_trace = assessment->trace;
      PlacePreview here;
      try {
        here = preview_of(*assessment, place);
      } catch (const Error& error) {
        if (place.member.empty()) throw;
        // One member that is out of reach hides none of the others.
        here.place = place;
        here.refusals = {error.refusal()};
        here.trace = m_trace;
      }
      preview.places.push_back(std::move(here));
    }
    preview.assessment = std::move(*assessment);
    previews.push_back(std::move(preview));
  }
  return previews;
}

std::vector<TargetStatus> Executor::status() {
  std::vector<TargetStatus> all;
  for (const auto& [place, config] : m_config.targets) {
    TargetStatus status;
    status.place = place;
    try {
      Target& each = target(place);
      status.target = each.id();
      status.server =
          each.fact().server_version + (each.fact().timeline.empty() ? "" : " timeline " + each.fact().timeline);
      status.open_claims = each.ledger().open_claims();
      status.locked = each.ledger().lock_held();
    } catch (const Error& error) {
      status.refusals.push_back(error.refusal());
    }
    all.push_back(std::move(status));
  }
  return all;
}

std::string Executor::probe(const Place& place) {
  Target& each = target(place);
  return fmt::format("target {}, server {}, {} open claims", each.id(), each.fact().server_version,
                     each.ledger().open_claims().size());
}

void Executor::adopt(const Place& place, bool replace, std::string_view reason) {
  const TargetConfig& config = configured_target(m_config, m_authority->policy(), place);
  const std::string& id = target_id(*m_authority, place);
  const auto guard =
      connect_target(config, DatabaseRole::guard, m_options.credentials, {.application_name = "dbw adopt"});
  db::Ledger ledger(*guard);
  ledger.require_primary();
  const std::string previous = ledger.target_id().value_or("");
  // The log first: a database that refers to a log must find it.
  model::AuditEntry adopted = entry("adopt");
  adopted.database = place.database;
  adopted.environment = place.environment;
  adopted.body = audit::emit_body(audit::AdoptBody{id, previous, std::string(reason)});
  if (previous == id) {
    throw Error(ErrorCode::db_already_adopted, fmt::format("{} is adopted as {} already", place.text(), previous));
  }
  if (!previous.empty() && !replace) {
    throw Error(ErrorCode::db_already_adopted,
                fmt::format("the database is the target {} already; policy wants {}", previous, id),
                "For a clone or a restored database: dbw-exec adopt --replace --reason TEXT.");
  }
  append({adopted}, {});
  ledger.adopt(id, database_marks(m_authority->marks(), m_log->origin(), m_log->head()), m_now, replace);
}

}  // namespace dbw::workflow
