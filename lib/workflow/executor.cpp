#include "workflow/executor.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/commit.hpp"
#include "crypto/hash.hpp"
#include "db/setup.hpp"
#include "trust/tokens.hpp"
#include "workflow/authority_files.hpp"
#include "workflow/reconcile.hpp"
#include "workflow/step_run.hpp"

namespace dbw::workflow {
namespace {

constexpr int k_lock_wait_seconds = 30;
constexpr std::size_t k_deny_message_bytes_max = 512;
/// Approvals of one request that the log remembers; each must be read again in every run.
constexpr std::size_t k_logged_decisions_max = 64;
/// How often a run starts over because trust or decisions moved under it.
constexpr int k_restarts_max = 5;

FileLock take_lock(const std::filesystem::path& state) {
  make_folders(state, 0700);
  FileLock lock(state / "lock", k_lock_wait_seconds);
  if (!lock.held()) throw Error(ErrorCode::executor_busy, fmt::format("another dbw-exec uses {}", state.string()));
  return lock;
}

crypto::MachineKey load_key(const ExecutorConfig& config) {
  require_private_file(config.key);
  return crypto::MachineKey::load(config.key);
}

/// Outcomes after which a step is never run again by itself.
bool is_final(const std::string& outcome) {
  return outcome == "executed" || outcome == "dry_run" || outcome == "unknown" || outcome == "partially_executed" || outcome == "lost";
}

std::string class_list(const std::vector<StatementClass>& classes) {
  std::vector<std::string> names;
  for (const StatementClass each : classes) names.emplace_back(class_name(each));
  return join(names, ", ");
}

/// The log has a final outcome for every step of exactly these bytes.
bool has_run(const LoggedRequest& logged, const trust::AuthenticRequest& authentic) {
  const std::vector<model::RequestStep>& steps = authentic.request.steps;
  return std::all_of(steps.begin(), steps.end(), [&](const model::RequestStep& step) {
    return std::any_of(logged.runs.begin(), logged.runs.end(), [&](const LoggedRun& run) {
      return run.step == step.id && run.request_sha256 == authentic.sha256 && (run.outcome == "executed" || run.outcome == "dry_run");
    });
  });
}

/// The authentic decisions with the commits they came from.
std::vector<std::pair<const trust::JudgedDecision*, const std::string*>> authentic_decisions(const Assessment& assessment) {
  std::map<Digest, const trust::DecisionInput*> commits;
  for (const trust::DecisionInput& input : assessment.decision_commits) {
    try {
      commits[crypto::sha256(codec::parse_signed_commit(input.commit).payload)] = &input;
    } catch (const Error&) {
      continue;  // no decision at all; the judgement says why
    }
  }
  std::vector<std::pair<const trust::JudgedDecision*, const std::string*>> out;
  for (const trust::JudgedDecision& judged : assessment.judged.decisions) {
    const auto commit = commits.find(judged.payload);
    if (judged.authentic && judged.decision && commit != commits.end()) out.emplace_back(&judged, &commit->second->commit);
  }
  return out;
}

template <typename List, typename Item>
bool allows(const List& list, const Item& item) {
  return list.empty() || std::find(list.begin(), list.end(), item) != list.end();
}

audit::SignedDocument to_audit(const trust::SignedDocument& document) { return {document.bytes, document.signatures}; }

StepOutcome refused(const Assessment& assessment, std::vector<Refusal> refusals) {
  StepOutcome outcome;
  outcome.request = assessment.stored.id;
  if (assessment.request) {
    outcome.database = (*assessment.request)->request.database;
    outcome.environment = (*assessment.request)->request.environment;
  }
  outcome.outcome = "refused";
  outcome.status = refusals.empty() ? ExitStatus::refused : error_info(refusals.front().code).status;
  outcome.refusals = std::move(refusals);
  return outcome;
}

}  // namespace

Executor::Executor(const ExecutorConfig& config, ExecutorOptions options, const Clock& clock)
    : m_config(config), m_options(std::move(options)), m_clock(clock), m_now(clock.now()), m_lock(take_lock(config.state)), m_key(load_key(config)),
      m_change(config.state / "change.git", config.change, config.pin.trust_ref), m_audit_cache(git::Repository::init(config.state / "audit.git")),
      m_audit_remote(m_audit_cache, config.audit), m_index(config.state / "index"), m_marks(load_marks(config.state / "marks.yaml")) {
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
  m_view = m_change.view();
  m_trust_input = read_trust(m_change.objects(), m_view.trust_tree);
  for (trust::SignedDocument& each : read_document_folder(m_config.suspend_folder)) m_trust_input.suspensions.push_back(std::move(each));
  m_authority = trust::verify_authority(m_config.pin, m_trust_input, m_marks.trust, m_now);
  trust::require_clock(m_now, trust::issued_floor(*m_authority));
  const model::Machine* machine = m_authority->find_machine(m_config.machine);
  const bool listed = machine != nullptr && machine->use == "execute" && machine->key == m_key.public_key() &&
                      !m_authority->machine_suspended(m_config.machine) && !m_authority->key_suspended(m_key.public_key().id);
  if (!listed) {
    throw Error(ErrorCode::executor_not_listed, fmt::format("the roster (version {}) does not list {} with the key {} for execution, or it is suspended",
                                                            m_authority->roster().version, m_config.machine, m_key.public_key().id.text()));
  }
  if (m_authority->policy().log_max_age.count() != 0 || !m_config.pin.witnesses.empty()) {
    throw Error(ErrorCode::freshness_unsupported, "the policy's freshness or the pin's witnesses ask for a check that this version cannot make");
  }
  note_superseded(m_change.objects(), *m_authority, m_view);
  m_marks.trust = m_authority->marks();
  save_marks(m_config.state / "marks.yaml", m_marks);
  m_targets.clear();  // another policy may name other databases
}

void Executor::open_log() {
  m_log = std::make_unique<AuditLog>(m_audit_cache, m_audit_remote, m_key,
                                     AuditLogOptions{.repo_id = m_config.pin.repo_id, .executor = m_config.machine});
  m_log->open(m_marks.log);
  if (m_log->head().size == 0) return;
  trust::require_clock(m_now, m_log->line(m_log->head().size - 1).entry.at);
  m_index.catch_up(*m_log);
}

audit::TrustDocuments Executor::trust_documents() const {
  audit::TrustDocuments documents;
  for (const trust::SignedDocument& root : m_trust_input.roots) documents.roots.push_back(to_audit(root));
  documents.roster = to_audit(m_authority->roster_document());
  documents.policy = to_audit(m_authority->policy_document());
  for (const trust::SignedDocument& suspension : m_trust_input.suspensions) documents.suspensions.push_back(to_audit(suspension));
  return documents;
}

model::AuditEntry Executor::entry(std::string_view type) const {
  model::AuditEntry entry;
  entry.type = type;
  entry.at = m_now;
  entry.tool_name = "dbw-exec";
  entry.tool_version = DBW_VERSION;
  entry.tool_build = "release";
  return entry;
}

void Executor::append(std::vector<model::AuditEntry> entries, const audit::Blobs& blobs) {
  audit::Blobs all = blobs;
  if (m_log->head().size == 0) {
    audit::GenesisBody body;
    body.root_sha256 = m_config.pin.root_sha256;
    body.root_version = m_config.pin.root_version;
    body.key = m_key.public_key().text();
    body.trust = audit::add_trust_documents(all, trust_documents());
    model::AuditEntry genesis = entry("genesis");
    genesis.body = audit::emit_body(body);
    entries.insert(entries.begin(), genesis);
  }
  m_log->append(std::move(entries), all);
  m_index.catch_up(*m_log);
  m_marks.log = m_log->head();
  save_marks(m_config.state / "marks.yaml", m_marks);
}

void Executor::advance_marks(Target& target) {
  m_index.catch_up(*m_log);
  m_marks.log = m_log->head();
  save_marks(m_config.state / "marks.yaml", m_marks);
  target.ledger().advance(database_marks(m_authority->marks(), m_log->origin(), m_log->head()));
}

Target& Executor::target(const std::string& database, const std::string& environment) {
  auto& slot = m_targets[{database, environment}];
  if (slot) return *slot;
  const TargetConfig* config = m_config.find(database, environment);
  if (config == nullptr) {
    throw Error(ErrorCode::target_not_configured, fmt::format("{} has no target for {} in {}", m_config.file.string(), database, environment));
  }
  const model::EnvironmentEntry& entry = m_authority->environment(database, environment);
  if (m_options.credentials.dev && entry.production) {
    throw Error(ErrorCode::dev_in_production, fmt::format("{} is a production environment", environment));
  }
  auto opened = std::make_unique<Target>(*config, entry, m_options.credentials);
  // What the database remembers counts as much as what this host remembers.
  const db::Marks marks = opened->ledger().marks(m_log->origin());
  trust::verify_authority(m_config.pin, m_trust_input, trust_marks(marks), m_now);
  m_log->open(audit::TreeHead{static_cast<std::uint64_t>(marks.log_size), marks.log_root});
  slot = std::move(opened);
  return *slot;
}

std::vector<RequestId> Executor::our_requests() const {
  std::vector<RequestId> ids;
  for (const auto& [id, refs] : m_view.requests) ids.push_back(id);
  return ids;
}

std::optional<Assessment> Executor::assess_known(const RequestId& id) {
  std::vector<trust::DecisionInput> remembered;
  const LoggedRequest& logged = m_index.of(id);
  try {
    for (const auto& [payload, blob] : logged.decisions) remembered.push_back({logged.approvers.at(payload), m_log->evidence(blob)});
  } catch (const Error& error) {
    Assessment blocked;
    blocked.stored.id = id;
    blocked.refusals.push_back(error.refusal());
    return blocked;
  }
  auto assessment = assess(m_change.objects(), m_view, *m_authority, id, m_now, remembered);
  if (assessment && assessment->request && has_run(logged, **assessment->request)) {
    assessment->state = RequestState::executed;
    assessment->refusals = {{ErrorCode::already_executed, fmt::format("every step of {} has run", id.text())}};
  }
  return assessment;
}

std::vector<Refusal> Executor::admission_refusals(const Assessment& assessment) {
  std::vector<Refusal> refusals;
  const model::Request& request = (*assessment.request)->request;
  const Capabilities& capabilities = m_config.capabilities;
  const std::vector<StatementClass> classes = assessment.content.review.classes();
  const bool classes_allowed =
      std::all_of(classes.begin(), classes.end(), [&](StatementClass each) { return allows(capabilities.classes, each); });
  if (!allows(capabilities.environments, request.environment) || !allows(capabilities.databases, request.database) || !classes_allowed) {
    refusals.push_back({ErrorCode::capability_exceeded, fmt::format("{} on {} in {} is beyond the capabilities of {}", class_list(classes), request.database,
                                                                    request.environment, m_config.machine)});
  }
  if (m_config.find(request.database, request.environment) == nullptr) {
    refusals.push_back({ErrorCode::target_not_configured, fmt::format("no target for {} in {}", request.database, request.environment)});
  }
  return refusals;
}

std::vector<Refusal> Executor::suspension_refusals(const Assessment& assessment) {
  const trust::AuthenticRequest& authentic = **assessment.request;
  std::set<std::string> involved = {m_config.machine, authentic.request.requester, authentic.key.text()};
  for (const trust::FilledStep& step : assessment.judged.filled) involved.insert(step.person);
  for (const trust::JudgedDecision& decision : assessment.judged.decisions) {
    if (decision.valid) involved.insert(decision.key.text());
  }
  std::vector<Refusal> refusals;
  Target& place = target(authentic.request.database, authentic.request.environment);
  for (const db::Suspension& suspension : place.ledger().suspensions()) {
    if (!involved.contains(suspension.name)) continue;
    refusals.push_back({ErrorCode::trust_suspended, fmt::format("the target database suspends the {} {} since {}: {}", suspension.kind, printable(suspension.name),
                                                                suspension.since.text(), printable(suspension.reason))});
  }
  return refusals;
}

std::vector<std::string> Executor::steps_left(const Assessment& assessment, std::vector<Refusal>& refusals) {
  const model::Request& request = (*assessment.request)->request;
  const std::vector<db::LedgerRow> rows = target(request.database, request.environment).ledger().rows((*assessment.request)->sha256);
  const LoggedRequest& logged = m_index.of(request.id);
  std::vector<std::string> left;
  for (const model::RequestStep& step : request.steps) {
    std::string last;
    for (const LoggedRun& run : logged.runs) {
      if (run.step == step.id && run.request_sha256 == (*assessment.request)->sha256 && !run.outcome.empty()) last = run.outcome;
    }
    const bool done = std::any_of(rows.begin(), rows.end(), [&](const db::LedgerRow& row) {
      return row.claim.step == step.id && row.state == db::ClaimState::done;
    });
    if (last == "executed" && !done) {
      refusals.push_back({ErrorCode::state_lost, fmt::format("step {} was executed, and the database no longer knows it", step.id)});
    } else if (done && last.empty()) {
      refusals.push_back({ErrorCode::log_behind_ledger, fmt::format("step {} is done in the database, and the log has no such run", step.id)});
    } else if (last == "failed" && !m_options.retry) {
      refusals.push_back({ErrorCode::failed_before, fmt::format("step {} failed before; nothing was changed", step.id)});
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
    preview.refusals = admission_refusals(assessment);
    if (preview.refusals.empty()) preview.refusals = suspension_refusals(assessment);
    if (preview.refusals.empty()) preview.steps_left = steps_left(assessment, preview.refusals);
    preview.plan = plan::make_plan((*assessment.request)->request, assessment.content.parsed, m_authority->policy().limits);
  }
  preview.assessment = std::move(assessment);
  return preview;
}

std::vector<Preview> Executor::preview(const std::vector<RequestId>& ids) {
  std::vector<Preview> previews;
  for (const RequestId& id : ids.empty() ? our_requests() : ids) {
    auto assessment = assess_known(id);
    if (!assessment) throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
    previews.push_back(preview_of(std::move(*assessment)));
  }
  return previews;
}

void Executor::log_new_decisions(const std::vector<RequestId>& ids) {
  std::vector<model::AuditEntry> entries;
  audit::Blobs blobs;
  for (const RequestId& id : ids) {
    const auto assessment = assess_known(id);
    if (!assessment || !assessment->request) continue;
    const LoggedRequest& logged = m_index.of(id);
    std::size_t known = logged.decisions.size();
    for (const auto& [judged, commit] : authentic_decisions(*assessment)) {
      // Approvals beyond the bound add nothing; what takes away is always kept.
      const bool takes_away = judged->decision->kind != model::DecisionKind::approve;
      if (logged.decisions.contains(judged->payload) || (known >= k_logged_decisions_max && !takes_away)) continue;
      ++known;
      model::AuditEntry decision = entry("decision");
      decision.request = id;
      decision.request_sha256 = (*assessment->request)->sha256;
      decision.database = (*assessment->request)->request.database;
      decision.environment = (*assessment->request)->request.environment;
      decision.body = audit::emit_body(audit::DecisionBody{judged->payload, audit::add_blob(blobs, *commit),
                                                           std::string(model::decision_name(judged->decision->kind)), judged->person});
      entries.push_back(decision);
    }
  }
  if (!entries.empty()) append(std::move(entries), blobs);
}

void Executor::log_denial(const Assessment& assessment, const std::vector<Refusal>& refusals) {
  // Only for requests that are really somebody's: nobody else may fill the log. And once: the next run finds it in the index.
  if (!assessment.request || refusals.empty()) return;
  const std::string error = error_id(refusals.front().code);
  const Digest& digest = (*assessment.request)->sha256;
  if (m_index.of(assessment.stored.id).denied.contains(fmt::format("{} {}", digest.text(), error))) return;
  model::AuditEntry deny = entry("deny");
  deny.request = assessment.stored.id;
  deny.request_sha256 = digest;
  deny.database = (*assessment.request)->request.database;
  deny.environment = (*assessment.request)->request.environment;
  deny.body = audit::emit_body(audit::DenyBody{error, std::string(truncate_utf8(printable(refusals.front().message), k_deny_message_bytes_max))});
  try {
    append({deny}, {});
  } catch (const Error& failure) {
    // The refusal stands without its line; if the log is out of reach, the next request finds out.
    say(fmt::format("{}: the denial could not be logged: {}", assessment.stored.id.text(), failure.message()));
  }
}

std::vector<StepOutcome> Executor::reconcile() {
  std::vector<StepOutcome> found;
  for (const auto& [place, config] : m_config.targets) {
    const auto database = m_authority->policy().databases.find(place.first);
    if (database == m_authority->policy().databases.end() || !database->second.environments.contains(place.second)) continue;
    std::vector<StepOutcome> outcomes;
    try {
      Target& each = target(place.first, place.second);
      outcomes = Reconciler(*this, each).run();
      advance_marks(each);
    } catch (const Error& error) {
      // One database that cannot be reached does not stop the others.
      StepOutcome outcome;
      outcome.outcome = "unreachable";
      outcome.status = error.status();
      outcome.refusals.push_back(error.refusal());
      outcomes.push_back(std::move(outcome));
    }
    for (StepOutcome& outcome : outcomes) {
      if (outcome.database.empty()) outcome.database = place.first;
      if (outcome.environment.empty()) outcome.environment = place.second;
      found.push_back(std::move(outcome));
    }
  }
  return found;
}

std::vector<StepOutcome> Executor::run_due() {
  std::vector<StepOutcome> outcomes = reconcile();
  const std::vector<RequestId> ids = our_requests();
  log_new_decisions(ids);
  for (const RequestId& id : ids) {
    if (m_options.interrupted && m_options.interrupted()) break;
    for (StepOutcome& outcome : run_due_request(id)) {
      const bool old_news = outcome.outcome == "refused" && !outcome.refusals.empty() && outcome.refusals.front().code == ErrorCode::already_executed;
      if (!old_news) outcomes.push_back(std::move(outcome));
    }
  }
  return outcomes;
}

std::vector<StepOutcome> Executor::run_due_request(const RequestId& id) {
  tick();
  auto assessment = assess_known(id);
  if (!assessment || !assessment->request) return {};
  const model::Request& request = (*assessment->request)->request;
  if (m_authority->environment(request.database, request.environment).executor != m_config.machine) return {};
  if (assessment->state == RequestState::blocked) log_denial(*assessment, assessment->refusals);
  if (assessment->state != RequestState::approved && assessment->state != RequestState::executed) return {};
  std::vector<StepOutcome> outcomes = run_assessed(std::move(*assessment));
  for (StepOutcome& outcome : outcomes) {
    // What failed before waits for a person, who was told then; it must be seen, and must not fail every run from now on.
    if (!outcome.refusals.empty() && outcome.refusals.front().code == ErrorCode::failed_before) outcome.status = ExitStatus::done;
  }
  return outcomes;
}

std::vector<StepOutcome> Executor::run_request(const RequestId& id) {
  std::vector<StepOutcome> outcomes = reconcile();
  log_new_decisions({id});
  tick();
  auto assessment = assess_known(id);
  if (!assessment) {
    Assessment unknown;
    unknown.stored.id = id;
    outcomes.push_back(refused(unknown, {{ErrorCode::request_unknown, fmt::format("there is no request {}", id.text())}}));
    return outcomes;
  }
  // What the log calls executed is compared with the database once more: a restored backup has lost it.
  if (assessment->state != RequestState::approved && assessment->state != RequestState::executed) {
    if (assessment->state == RequestState::blocked) log_denial(*assessment, assessment->refusals);
    outcomes.push_back(refused(*assessment, assessment->refusals));
    return outcomes;
  }
  for (StepOutcome& outcome : run_assessed(std::move(*assessment))) outcomes.push_back(std::move(outcome));
  return outcomes;
}

std::optional<model::Envelope> Executor::token_for(const Assessment& assessment, std::string& jti) {
  const model::Request& request = (*assessment.request)->request;
  if (!m_authority->environment(request.database, request.environment).token_required) return std::nullopt;
  const trust::TokenFacts facts = trust::token_facts(*m_authority, *assessment.request, assessment.content.bindings, assessment.judged,
                                                     {static_cast<std::int64_t>(m_log->head().size), m_log->head().root});
  Refusal why{ErrorCode::token_missing, fmt::format("{} in {} needs an execution token", request.id.text(), request.environment), {}};
  std::size_t number = 0;
  for (const std::string& line : m_options.tokens) {
    ++number;
    try {
      const model::Envelope envelope = model::decode_envelope_line(line);
      if (model::parse_token_payload(envelope.payload).request != request.id) continue;
      const auto verified = trust::verify_token(*m_authority, envelope, facts, m_now);
      m_log->open(audit::TreeHead{static_cast<std::uint64_t>(verified->log_size), verified->log_root});
      jti = verified->jti;
      return envelope;
    } catch (const Error& error) {
      // Lines are for many requests and of all ages: one bad line must not hide a good one behind it.
      if (error.status() == ExitStatus::environment && error.code() != ErrorCode::token_expired) throw;
      const bool unreadable = error.status() == ExitStatus::malformed;
      if (unreadable && why.code == ErrorCode::token_missing) why.message += fmt::format("; line {} of the tokens is none: {}", number, error.message());
      if (!unreadable) why = error.refusal();
    }
  }
  throw Error(why);
}

std::vector<StepOutcome> Executor::run_once(const Assessment& assessment, bool& moved) {
  const model::Request& request = (*assessment.request)->request;
  const model::EnvironmentEntry& environment = m_authority->environment(request.database, request.environment);
  if (environment.executor != m_config.machine) {
    return {refused(assessment, {{ErrorCode::not_our_environment, fmt::format("{} is served by {}, this is {}", request.environment, environment.executor,
                                                                               m_config.machine)}})};
  }
  const Preview preview = preview_of(assessment);
  if (!preview.refusals.empty()) {
    if (preview.refusals.front().code == ErrorCode::capability_exceeded) log_denial(assessment, preview.refusals);
    return {refused(assessment, preview.refusals)};
  }
  Target& place = target(request.database, request.environment);
  std::string jti;
  const std::optional<model::Envelope> token = token_for(assessment, jti);
  std::vector<StepOutcome> outcomes;
  for (const plan::PlannedStep& step : preview.plan->steps) {
    if (std::find(preview.steps_left.begin(), preview.steps_left.end(), step.id) == preview.steps_left.end()) continue;
    say(fmt::format("{}: running step {} on {} in {}", request.id.text(), step.id, request.database, request.environment));
    StepRun run(*this, place, assessment, *preview.plan, step, token, jti);
    StepOutcome outcome = run.run();
    moved = run.moved();
    if (moved && token) {
      // The claim has used the token up; the next one will be for the new state.
      outcome.status = ExitStatus::environment;
      outcome.refusals.push_back({ErrorCode::world_moved, "trust or decisions moved while the run was prepared; nothing ran", {}});
      moved = false;
    }
    const bool ended = moved || (outcome.outcome != "executed" && outcome.outcome != "dry_run");
    if (!moved) outcomes.push_back(std::move(outcome));
    if (ended) break;
  }
  return outcomes;
}

std::vector<StepOutcome> Executor::run_assessed(Assessment assessment) {
  std::vector<StepOutcome> outcomes;
  const RequestId id = assessment.stored.id;
  try {
    for (int attempt = 0; attempt < k_restarts_max; ++attempt) {
      bool moved = false;
      for (StepOutcome& outcome : run_once(assessment, moved)) outcomes.push_back(std::move(outcome));
      if (!moved) return outcomes;
      verify_trust();
      auto again = assess_known(id);
      if (!again || again->state != RequestState::approved) {
        outcomes.push_back(refused(assessment, again ? again->refusals : std::vector<Refusal>{{ErrorCode::request_unknown, "the request vanished", {}}}));
        return outcomes;
      }
      assessment = std::move(*again);
    }
    outcomes.push_back(refused(assessment, {{ErrorCode::world_moved, "trust or decisions kept moving while the run was prepared", {}}}));
  } catch (const Error& error) {
    // Whatever ran before is in `outcomes` and stays reported.
    log_denial(assessment, {error.refusal()});
    outcomes.push_back(refused(assessment, {error.refusal()}));
  }
  return outcomes;
}

std::vector<TargetStatus> Executor::status() {
  std::vector<TargetStatus> all;
  for (const auto& [place, config] : m_config.targets) {
    TargetStatus status{.database = place.first, .environment = place.second, .target = {}, .server = {}, .open_claims = {}, .locked = false, .refusals = {}};
    try {
      Target& each = target(place.first, place.second);
      status.target = each.id();
      status.server = each.fact().server_version + (each.fact().timeline.empty() ? "" : " timeline " + each.fact().timeline);
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
  return fmt::format("target {}, server {}, {} open claims", each.id(), each.fact().server_version, each.ledger().open_claims().size());
}

void Executor::adopt(const std::string& database, const std::string& environment, bool replace, std::string_view reason) {
  const TargetConfig* config = m_config.find(database, environment);
  if (config == nullptr) {
    throw Error(ErrorCode::target_not_configured, fmt::format("{} has no target for {} in {}", m_config.file.string(), database, environment));
  }
  const model::EnvironmentEntry& policy_entry = m_authority->environment(database, environment);
  const auto guard = connect_target(*config, DatabaseRole::guard, m_options.credentials, {.application_name = "dbw adopt"});
  db::Ledger ledger(*guard);
  ledger.require_primary();
  const std::string previous = ledger.target_id().value_or("");
  // The log first: a database that refers to a log must find it.
  model::AuditEntry adopted = entry("adopt");
  adopted.database = database;
  adopted.environment = environment;
  adopted.body = audit::emit_body(audit::AdoptBody{policy_entry.target, previous, std::string(reason)});
  if (previous == policy_entry.target) {
    throw Error(ErrorCode::db_already_adopted, fmt::format("{} in {} is adopted as {} already", database, environment, previous));
  }
  if (!previous.empty() && !replace) {
    throw Error(ErrorCode::db_already_adopted, fmt::format("the database is the target {} already; policy wants {}", previous, policy_entry.target),
                "For a clone or a restored database: dbw-exec adopt --replace --reason TEXT.");
  }
  append({adopted}, {});
  ledger.adopt(policy_entry.target, database_marks(m_authority->marks(), m_log->origin(), m_log->head()), m_now, replace);
}

}  // namespace dbw::workflow
