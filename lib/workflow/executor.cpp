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

/// The log has a final outcome for every step of exactly these bytes.
bool has_run(const LoggedRequest& logged, const trust::AuthenticRequest& authentic) {
  const std::vector<model::RequestStep>& steps = authentic.request.steps;
  return std::all_of(steps.begin(), steps.end(), [&](const model::RequestStep& step) {
    return std::any_of(logged.runs.begin(), logged.runs.end(), [&](const LoggedRun& run) {
      return run.step == step.id && run.request_sha256 == authentic.sha256 &&
             (run.outcome == "executed" || run.outcome == "dry_run");
    });
  });
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
  for (const StatementClass each : assessment.content.review.classes())
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

Target& Executor::target(const std::string& database, const std::string& environment) {
  auto& slot = m_targets[{database, environment}];
  if (slot) return *slot;
  const TargetConfig* config = &configured_target(m_config, m_authority->policy(), database, environment);
  const model::EnvironmentEntry& entry = m_authority->environment(database, environment);
  if (m_options.credentials.dev && entry.production) {
    throw Error(ErrorCode::dev_in_production, fmt::format("{} is a production environment", environment));
  }
  auto opened = std::make_unique<Target>(*config, entry, m_options.credentials);
  // What the database remembers counts as much as what this host remembers.
  const db::Marks marks = opened->ledger().marks(m_log->origin());
  verify_traced(m_config.pin, m_trust_input, trust_marks(marks), m_now, m_options.trace);
  m_log->open(audit::TreeHead{static_cast<std::uint64_t>(marks.log_size), marks.log_root});
  slot = std::move(opened);
  return *slot;
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
  auto assessment = assess(m_change.objects(), m_view, *m_authority, id, m_now, remembered);
  if (!assessment) return assessment;
  assessment->trace.executor = true;
  if (!assessment->request) return assessment;
  std::vector<Refusal> ran;
  if (has_run(logged, **assessment->request)) {
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

std::vector<Refusal> Executor::admission_refusals(const Assessment& assessment) {
  std::vector<Refusal> refusals = capability_refusals(m_config, assessment);
  const model::Request& request = (*assessment.request)->request;
  if (!m_options.bundle.empty()) {
    for (Refusal& refusal : bundle_refusals(assessment)) refusals.push_back(std::move(refusal));
  }
  if (m_config.find(request.database, request.environment) == nullptr) {
    refusals.push_back({ErrorCode::target_not_configured,
                        fmt::format("no target for {} in {}", request.database, request.environment)});
  }
  return refusals;
}

std::vector<Refusal> Executor::suspension_refusals(const Assessment& assessment, model::TraceInputs& inputs) {
  const trust::AuthenticRequest& authentic = **assessment.request;
  std::set<std::string> involved = {m_config.machine, authentic.request.requester, authentic.key.text()};
  for (const trust::FilledStep& step : assessment.judged.filled) involved.insert(step.person);
  for (const trust::JudgedDecision& decision : assessment.judged.decisions) {
    if (decision.valid) involved.insert(decision.key.text());
  }
  for (const std::string& name : involved) inputs.push_back({"involved", name});
  std::vector<Refusal> refusals;
  Target& place = target(authentic.request.database, authentic.request.environment);
  for (const db::Suspension& suspension : place.ledger().suspensions()) {
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

std::vector<std::string> Executor::steps_left(const Assessment& assessment, std::vector<Refusal>& refusals) {
  const model::Request& request = (*assessment.request)->request;
  const Digest& sha256 = (*assessment.request)->sha256;
  const std::vector<db::LedgerRow> rows = target(request.database, request.environment).ledger().rows(sha256);
  const auto is_old_news = [&](const db::LedgerRow& row) {
    return row.state == db::ClaimState::done &&
           m_index.of(request.id).last_outcome(row.claim.step, sha256) == "executed";
  };
  // Else another runner may have written both since we looked.
  if (!std::all_of(rows.begin(), rows.end(), is_old_news)) refresh_log();
  const LoggedRequest& logged = m_index.of(request.id);
  std::vector<std::string> left;
  for (const model::RequestStep& step : request.steps) {
    const std::optional<std::string> outcome = logged.last_outcome(step.id, sha256);
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
    } else if (last == "executed" && !done) {
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
    } else if (!done && !is_final(last)) {
      left.push_back(step.id);
    }
  }
  if (left.empty() && refusals.empty()) {
    refusals.push_back({ErrorCode::already_executed, fmt::format("every step of {} has run", request.id.text())});
  }
  return left;
}

Preview Executor::preview_of(Assessment assessment) {
  Preview preview;
  const bool runnable = assessment.state == RequestState::approved || assessment.state == RequestState::executed;
  if (assessment.request && runnable) {
    preview.refusals = m_trace.ask("executor.capabilities", capability_inputs(assessment),
                                   [&](model::TraceInputs&) { return admission_refusals(assessment); });
    if (preview.refusals.empty()) {
      preview.refusals = m_trace.ask("executor.post_review", {},
                                     [&](model::TraceInputs& inputs) { return review_refusals(assessment, inputs); });
    }
    if (preview.refusals.empty()) {
      preview.refusals = m_trace.ask("executor.suspensions", {}, [&](model::TraceInputs& inputs) {
        return suspension_refusals(assessment, inputs);
      });
    }
    if (preview.refusals.empty() && (*assessment.request)->request.resumes) {
      preview.refusals = m_trace.ask("executor.resumes", {},
                                     [&](model::TraceInputs& inputs) { return resume_refusals(assessment, inputs); });
    }
    if (preview.refusals.empty()) {
      preview.refusals = m_trace.ask("executor.steps", {}, [&](model::TraceInputs& inputs) {
        std::vector<Refusal> refusals;
        preview.steps_left = steps_left(assessment, refusals);
        inputs.push_back({"left", join(preview.steps_left, ", ")});
        return refusals;
      });
    }
    // After the steps: an applied migration has run already, and that is all there is to say of it.
    if (preview.refusals.empty() && (*assessment.request)->request.migration) {
      preview.refusals = m_trace.ask(
          "executor.migration", {}, [&](model::TraceInputs& inputs) { return migration_refusals(assessment, inputs); });
    }
    preview.plan =
        plan::make_plan((*assessment.request)->request, assessment.content.parsed, m_authority->policy().limits);
    bound_plan(m_config.capabilities, *preview.plan, [&](const std::string& line) {
      say(fmt::format("{}: {}", (*assessment.request)->request.id.text(), line));
    });
  }
  preview.assessment = std::move(assessment);
  return preview;
}

std::vector<Preview> Executor::preview(const std::vector<RequestId>& ids) {
  std::vector<Preview> previews;
  for (const RequestId& id : ids.empty() ? our_requests() : ids) {
    auto assessment = assess_traced(id);
    if (!assessment) throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
    previews.push_back(preview_of(std::move(*assessment)));
    previews.back().trace = m_trace;
  }
  return previews;
}

std::vector<TargetStatus> Executor::status() {
  std::vector<TargetStatus> all;
  for (const auto& [place, config] : m_config.targets) {
    TargetStatus status{.database = place.first,
                        .environment = place.second,
                        .target = {},
                        .server = {},
                        .open_claims = {},
                        .locked = false,
                        .refusals = {}};
    try {
      Target& each = target(place.first, place.second);
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

std::string Executor::probe(const std::string& database, const std::string& environment) {
  Target& each = target(database, environment);
  return fmt::format("target {}, server {}, {} open claims", each.id(), each.fact().server_version,
                     each.ledger().open_claims().size());
}

void Executor::adopt(const std::string& database, const std::string& environment, bool replace,
                     std::string_view reason) {
  const TargetConfig* config = &configured_target(m_config, m_authority->policy(), database, environment);
  const model::EnvironmentEntry& policy_entry = m_authority->environment(database, environment);
  const auto guard =
      connect_target(*config, DatabaseRole::guard, m_options.credentials, {.application_name = "dbw adopt"});
  db::Ledger ledger(*guard);
  ledger.require_primary();
  const std::string previous = ledger.target_id().value_or("");
  // The log first: a database that refers to a log must find it.
  model::AuditEntry adopted = entry("adopt");
  adopted.database = database;
  adopted.environment = environment;
  adopted.body = audit::emit_body(audit::AdoptBody{policy_entry.target, previous, std::string(reason)});
  if (previous == policy_entry.target) {
    throw Error(ErrorCode::db_already_adopted,
                fmt::format("{} in {} is adopted as {} already", database, environment, previous));
  }
  if (!previous.empty() && !replace) {
    throw Error(ErrorCode::db_already_adopted,
                fmt::format("the database is the target {} already; policy wants {}", previous, policy_entry.target),
                "For a clone or a restored database: dbw-exec adopt --replace --reason TEXT.");
  }
  append({adopted}, {});
  ledger.adopt(policy_entry.target, database_marks(m_authority->marks(), m_log->origin(), m_log->head()), m_now,
               replace);
}

}  // namespace dbw::workflow
