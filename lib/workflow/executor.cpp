#include "workflow/executor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"
#include "crypto/hash.hpp"
#include "crypto/pkcs11.hpp"
#include "workflow/authority_files.hpp"
#include "workflow/merged_requests.hpp"
#include "workflow/suspensions.hpp"

namespace dbw::workflow {
namespace {

constexpr int k_state_lock_seconds = 30;
/// Connections of guard that stay open at a time: the members of a fleet are many more.
constexpr std::size_t k_targets_open_max = 64;
constexpr Seconds k_verified_for{60};        ///< documents of trust expire while a fleet is worked on
constexpr std::size_t k_connecting_max = 8;  ///< at the same time

FileLock take_lock(const std::filesystem::path& state) {
  make_folders(state, 0700);
  FileLock lock(state / "lock", k_state_lock_seconds);
  if (!lock.held()) throw Error(ErrorCode::executor_busy, fmt::format("another dbw-exec uses {}", state.string()));
  return lock;
}

/// A file takes no time; commands and Vault are asked one after the other, and only for what is needed.
bool may_connect_early(const TargetConfig& target) {
  const Credential::Source source = target.guard.password.source;
  return target.engine != Engine::sqlite && source != Credential::Source::command &&
         source != Credential::Source::vault;
}

/// 8 hex digits that tell the runs of this state folder from those of other hosts.
std::string state_id(const std::filesystem::path& state) {
  const std::filesystem::path file = state / "id";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) write_file_atomic(file, crypto::random_hex(4), 0600);
  return to_hex(from_hex(trim(read_file(file, 64))));
}

std::filesystem::path change_mirror(const ExecutorConfig& config, const ExecutorOptions& options) {
  // A bundle holds one request: it must not empty the mirror of what else is known.
  return options.bundle.empty() ? config.state / "change.git" : config.state / "bundle" / "change.git";
}

git::Remote change_remote(const ExecutorConfig& config, const ExecutorOptions& options) {
  return options.bundle.empty() ? config.change : git::Remote{.url = options.bundle.string()};
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
  if (m_options.connects_early) start_connecting();
  open_log();
}

Executor::~Executor() = default;

void Executor::tick() { m_now = std::max(m_now, m_clock.now()); }

void Executor::say(const std::string& line) const {
  if (m_options.progress) m_options.progress(line);
}

void Executor::verify_trust() {
  m_connecting.clear();
  m_change.fetch();
  m_view = view_with_merged(m_change, m_now);
  m_trust_input = read_trust(m_change.objects(), m_view);
  add_suspensions(m_trust_input.suspensions, read_document_folder(m_config.suspend_folder));
  add_suspensions(m_trust_input.suspensions, read_document_folder(m_config.state / "suspensions"));
  add_known_suspensions();
  m_memo.forget();
  m_authority = verify_traced(m_config.pin, m_trust_input, m_marks.trust, m_now, m_options.trace);
  m_verified_at = m_now;
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

std::vector<Place> Executor::places_at_hand() const {
  std::vector<Place> places;
  for (const auto& [place, config] : m_config.targets) {
    const auto database = m_authority->policy().databases.find(place.database);
    if (database == m_authority->policy().databases.end()) continue;
    const auto environment = database->second.environments.find(place.environment);
    if (environment == database->second.environments.end() || !environment->second.targets.contains(place.member))
      continue;
    if (!takes(m_options.shard, environment->second, place.member)) continue;
    if (m_config.capabilities.permits(place.database, place.environment)) places.push_back(place);
  }
  return places;
}

void Executor::start_connecting() {
  for (const Place& place : places_at_hand()) {
    if (m_connecting.size() == k_connecting_max) return;
    const bool ours = m_authority->environment(place.database, place.environment).executor == m_config.machine;
    if (!ours || !may_connect_early(*m_config.find(place))) continue;
    m_connecting.emplace(place, start_early([this, place] { return connect(place); }));
  }
}

std::unique_ptr<Target> Executor::connect(const Place& place) const {
  const TargetConfig& config = configured_target(m_config, m_authority->policy(), place);
  const std::string& id = target_id(*m_authority, place);
  if (m_options.credentials.dev && m_authority->environment(place.database, place.environment).production) {
    throw Error(ErrorCode::dev_in_production, fmt::format("{} is a production environment", place.environment));
  }
  return std::make_unique<Target>(config, id, m_options.credentials);
}

Target& Executor::target(const Place& place) {
  if (const auto open = m_targets.find(place); open != m_targets.end()) return *open->second;
  if (m_targets.size() >= k_targets_open_max) m_targets.clear();
  auto early = m_connecting.extract(place);
  auto opened = early ? early.mapped().get() : connect(place);
  // What the database remembers counts as much as what this host remembers.
  const db::Marks marks = opened->ledger().marks(m_log->origin());
  const trust::TrustMarks known = trust_marks(marks);
  if (known != m_authority->marks() || m_now - m_verified_at > k_verified_for)
    verify_traced(m_config.pin, m_trust_input, known, m_now, m_options.trace);
  m_log->require_extends({static_cast<std::uint64_t>(marks.log_size), marks.log_root});
  opened->set_log_mark(marks.log_size);
  std::int64_t& seen = m_log_marks[opened->id()];
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

void Executor::refresh_log() {
  m_log->open(m_marks.log);
  if (m_log->head().size != 0) m_index.catch_up(*m_log);
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
