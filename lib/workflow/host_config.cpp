#include "workflow/host_config.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_access.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/reader.hpp"
#include "codec/yaml.hpp"
#include "crypto/pkcs11.hpp"
#include "workflow/host_safety.hpp"
#include "workflow/profile.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr Seconds k_key_age_min{60};
constexpr Seconds k_key_age_max{86400};

void read_logins(codec::Reader& reader, const fs::path& folder, const VaultConfigs& vaults, TargetConfig& target) {
  for (const auto& [field, login] :
       {std::pair{"guard", &target.guard}, {"change", &target.change}, {"read", &target.read}}) {
    *login = read_login(reader, field, folder, vaults);
    if (login->password.source == Credential::Source::pgpass && target.engine != Engine::postgresql)
      throw reader.error(ErrorCode::config_invalid, field, "pgpass is PostgreSQL's");
    if (login->password.source == Credential::Source::my_cnf && target.engine == Engine::postgresql)
      throw reader.error(ErrorCode::config_invalid, field, "my_cnf is of MySQL and MariaDB");
  }
  if (target.guard.user.empty() || target.change.user.empty()) {
    throw reader.error(ErrorCode::config_invalid, "", "guard and change need a user each");
  }
  if (target.read.user.empty()) {
    throw reader.error(ErrorCode::config_invalid, "read", "queries need a role of their own with SELECT only");
  }
}

void read_server(codec::Reader& reader, const fs::path& folder, const VaultConfigs& vaults, TargetConfig& target) {
  if (target.engine == Engine::postgresql) {
    target.host = reader.text("host");
    target.port = reader.text_if("port").value_or("5432");
    target.search_path = reader.text_if("search_path").value_or("public");
    if (to_lower(target.search_path).find("pg_catalog") != std::string::npos)
      throw reader.error(ErrorCode::config_invalid, "search_path",
                         "pg_catalog is searched first where it is not named: leave it out");
  } else {
    const auto host = reader.text_if("host");
    const auto socket = reader.text_if("socket");
    if (host.has_value() == socket.has_value() || (host && host->starts_with('/')) ||
        (socket && !socket->starts_with('/'))) {
      throw reader.error(ErrorCode::config_invalid, "", "a server is one of host, or socket with its absolute path");
    }
    target.host = host ? *host : *socket;
    target.port = reader.text_if("port").value_or("3306");
  }
  target.database = reader.text("dbname");
  target.tls = reader.one_of_if("tls", {"automatic", "verify-full", "disable"}).value_or("automatic");
  if (const auto ca = reader.text_if("ca_file")) target.ca_file = below(folder, *ca);
  if (const auto lists = reader.text_if("crl_file")) {
    if (!is_tls_verified(target))
      throw reader.error(ErrorCode::config_invalid, "crl_file",
                         "the server's certificate is not verified here; set tls: verify-full");
    target.crl_file = below(folder, *lists);
  }
  read_logins(reader, folder, vaults, target);
}

TargetConfig read_target(codec::Reader& reader, const fs::path& folder, const VaultConfigs& vaults) {
  TargetConfig target;
  target.engine = *parse_engine(reader.one_of("engine", {"postgresql", "mysql", "mariadb", "sqlite"}));
  if (target.engine == Engine::sqlite) {
    target.file = below(folder, reader.text("file"));
  } else {
    read_server(reader, folder, vaults, target);
  }
  reader.finish();
  return target;
}

Capabilities read_capabilities(codec::Reader& reader) {
  Capabilities capabilities;
  capabilities.environments = reader.names_if("environments");
  capabilities.databases = reader.names_if("databases");
  for (const std::string& text : reader.texts_if("classes")) {
    const auto parsed = parse_class(text);
    if (!parsed)
      throw reader.error(ErrorCode::config_invalid, "classes", fmt::format("no such statement class: {}", text));
    capabilities.classes.push_back(*parsed);
  }
  capabilities.max_rows = reader.integer_if("max_rows", 1, 1'000'000'000'000);
  capabilities.result_bytes = reader.integer_if("result_bytes", 1, 1'000'000'000'000'000);
  capabilities.max_changed_rows = reader.integer_if("max_changed_rows", 0, 1'000'000'000'000);
  capabilities.statement_timeout = reader.duration_if("statement_timeout");
  reader.finish();
  return capabilities;
}

void read_host(codec::Reader& reader, std::string_view machine_field, HostConfig& config) {
  const fs::path folder = config.file.parent_path();
  config.machine = reader.name(machine_field);
  const std::string key = reader.text("key");
  config.key = crypto::is_pkcs11(key) ? key : below(folder, key).string();
  config.state = below(folder, reader.text("state"));
  config.pin_file = below(folder, reader.text("pin"));
  require_not_writable_by_others(config.pin_file);
  config.pin = model::parse_pin(read_file(config.pin_file, k_yaml_bytes_max), config.pin_file.string());
  for (const auto& [field, remote] : {std::pair{"change", &config.change}, {"audit", &config.audit}}) {
    auto map = reader.map(field);
    if (!map) throw reader.error(ErrorCode::config_invalid, field, "a repository with its url is missing");
    *remote = read_remote(*map, folder);
    map->finish();
  }
  reader.list_if("ci_keys", [&](codec::Reader& each) {
    const std::string issuer = each.text("issuer");
    CiKeySource source;
    if (const auto path = each.text_if("file")) source.file = below(folder, *path);
    if (const auto path = each.text_if("ca_file")) source.ca_file = below(folder, *path);
    source.max_age = each.duration_if("max_age").value_or(source.max_age);
    if (source.max_age < k_key_age_min || source.max_age > k_key_age_max)
      throw each.error(ErrorCode::config_invalid, "max_age", "must lie between 1m and 1d");
    if (!source.file.empty() && (each.has("ca_file") || each.has("max_age")))
      throw each.error(ErrorCode::config_invalid, "file", "a pinned key set is not fetched; drop ca_file and max_age");
    each.finish();
    if (!config.ci_keys.emplace(issuer, source).second)
      throw reader.error(ErrorCode::config_invalid, "ci_keys", fmt::format("{} stands here twice", printable(issuer)));
  });
}

codec::Value read_document(const fs::path& file) {
  if (std::error_code ignored; !fs::exists(file, ignored)) {
    throw Error(ErrorCode::file_missing, fmt::format("there is no configuration {}", file.string()),
                "Name it with --config FILE.");
  }
  require_not_writable_by_others(file);
  return codec::parse_yaml(read_file(file, k_yaml_bytes_max), file.string());
}

}  // namespace

std::string Place::text() const {
  return fmt::format("{}{} in {}", member.empty() ? "" : member + " of ", database, environment);
}

const TargetConfig* ExecutorConfig::find(const Place& place) const {
  const auto target = targets.find(place);
  return target == targets.end() ? nullptr : &target->second;
}

ExecutorConfig load_executor_config(const fs::path& file) {
  ExecutorConfig config;
  config.file = fs::absolute(file);
  const codec::Value document = read_document(config.file);
  codec::Reader reader(document, config.file.string());
  reader.one_of("dbw", {"exec/v1"});
  read_host(reader, "executor", config);
  const fs::path folder = config.file.parent_path();
  config.vaults = read_vaults(reader, folder, config.state);
  reader.list_if("targets", [&](codec::Reader& target) {
    const Place place{target.name("database"), target.name("environment"), target.name_if("member").value_or("")};
    if (!config.targets.emplace(place, read_target(target, folder, config.vaults)).second)
      throw reader.error(ErrorCode::config_invalid, "targets", fmt::format("{} stands here twice", place.text()));
  });
  if (auto capabilities = reader.map("capabilities")) config.capabilities = read_capabilities(*capabilities);
  config.allow_root = reader.boolean_or("allow_root", false);
  if (const auto path = reader.text_if("spool")) config.spool = below(folder, *path);
  if (const auto path = reader.text_if("suspend_folder")) config.suspend_folder = below(folder, *path);
  reader.finish();
  return config;
}

HostConfig load_issuer_config(const fs::path& file) {
  HostConfig config;
  config.file = fs::absolute(file);
  const codec::Value document = read_document(config.file);
  codec::Reader reader(document, config.file.string());
  reader.one_of("dbw", {"issuer/v1"});
  read_host(reader, "issuer", config);
  reader.finish();
  return config;
}

}  // namespace dbw::workflow
