#include "workflow/target.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"

namespace dbw::workflow {
namespace {

std::uint16_t port_number(const std::string& text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    throw Error(ErrorCode::config_invalid, fmt::format("not a port: {}", text));
  }
  return port;
}

const Login& login_of(const TargetConfig& config, DatabaseRole role) {
  switch (role) {
    case DatabaseRole::guard:
      return config.guard;
    case DatabaseRole::change:
      return config.change;
    case DatabaseRole::read:
      break;
  }
  return config.read;
}

db::TlsMode tls_mode(const TargetConfig& config) {
  return config.tls == "verify-full" ? db::TlsMode::verify_full
         : config.tls == "disable"   ? db::TlsMode::disable
                                     : db::TlsMode::automatic;
}

model::VersionedDigest to_trust(const db::VersionMark& mark) { return {mark.version, mark.sha256}; }
db::VersionMark to_database(const model::VersionedDigest& mark) { return {mark.version, mark.sha256}; }

}  // namespace

TargetSession::TargetSession(std::unique_ptr<db::Session> session, std::unique_ptr<Vault::Loan> loan)
    : m_loan(std::move(loan)), m_session(session.release(), Close{m_loan.get()}) {
  if (m_loan) m_loan->on_end([running = m_session.get()] { running->cancel(); });
}

void TargetSession::Close::operator()(db::Session* session) const {
  if (loan != nullptr) loan->on_end(nullptr);
  delete session;
}

TargetSession connect_target(const TargetConfig& config, DatabaseRole role, const CredentialSources& sources,
                             db::SessionOptions options, Seconds needed) {
  db::ConnectionSettings settings;
  settings.engine = config.engine;
  options.read_only = role == DatabaseRole::read;
  // pg_temp last: a temporary table must not shadow a real one.
  options.search_path = config.search_path + ", pg_temp";
  if (config.engine == Engine::sqlite) {
    settings.sqlite_path = config.file.string();
    return {db::connect(settings, {}, options), nullptr};
  }
  const Login& login = login_of(config, role);
  settings.host = config.host;
  settings.port = port_number(config.port);
  settings.database = config.database;
  settings.tls = tls_mode(config);
  settings.ca_file = config.ca_file.string();
  settings.crl_file = config.crl_file.string();
  LoadedLogin loaded =
      load_login(login.password, {config.host, config.port, config.database, login.user}, sources, needed);
  settings.user = loaded.user;
  auto session = db::connect(settings, loaded.reveal(), options);
  if (loaded.loan) loaded.loan->forget_password();
  return {std::move(session), std::move(loaded.loan)};
}

const TargetConfig& configured_target(const ExecutorConfig& config, const model::Policy& policy, const Place& place) {
  const TargetConfig* target = config.find(place);
  if (target == nullptr) {
    throw Error(ErrorCode::target_not_configured,
                fmt::format("{} has no target for {}", config.file.string(), place.text()));
  }
  if (!config.capabilities.permits(place.database, place.environment)) {
    throw Error(ErrorCode::capability_exceeded,
                fmt::format("{} is beyond the capabilities of {}", place.text(), config.machine));
  }
  const auto entry = policy.databases.find(place.database);
  if (entry != policy.databases.end() && entry->second.engine != target->engine) {
    throw Error(ErrorCode::config_invalid,
                fmt::format("{} says that {} is {}, and the policy says {}", config.file.string(), place.database,
                            engine_name(target->engine), engine_name(entry->second.engine)));
  }
  return *target;
}

const std::string& target_id(const trust::Authority& authority, const Place& place) {
  const model::EnvironmentEntry& entry = authority.environment(place.database, place.environment);
  const auto target = entry.targets.find(place.member);
  if (target != entry.targets.end()) return target->second;
  throw Error(ErrorCode::trust_unknown_database,
              place.member.empty() ? fmt::format("{} is a fleet, and no member is named", place.text())
                                   : fmt::format("the policy knows no member {}", place.text()));
}

Target::Target(const TargetConfig& config, std::string id, const CredentialSources& sources)
    : m_config(config),
      m_id(std::move(id)),
      m_guard(connect_target(config, DatabaseRole::guard, sources, {.application_name = "dbw guard"})),
      m_ledger(*m_guard) {
  m_fact = m_ledger.require_primary();
  m_ledger.require_target(m_id);
}

trust::TrustMarks trust_marks(const db::Marks& marks) {
  return {to_trust(marks.root), to_trust(marks.roster), to_trust(marks.policy)};
}

db::Marks database_marks(const trust::TrustMarks& trust, const std::string& origin, const audit::TreeHead& log) {
  db::Marks marks;
  marks.root = to_database(trust.root);
  marks.roster = to_database(trust.roster);
  marks.policy = to_database(trust.policy);
  marks.log = origin;
  marks.log_size = static_cast<std::int64_t>(log.size);
  marks.log_root = log.root;
  return marks;
}

}  // namespace dbw::workflow
