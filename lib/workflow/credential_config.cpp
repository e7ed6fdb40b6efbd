#include "workflow/credential_config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "net/url.hpp"
#include "workflow/profile.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr Seconds k_vault_timeout_min{1};
constexpr Seconds k_vault_timeout_max{60};

constexpr std::string_view k_words = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

/// Of an address's path: what could lead elsewhere ("..", "?", "%") is no part of a mount's or a role's name.
bool is_path(std::string_view text) {
  const std::vector<std::string> parts = split(text, '/');
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return !part.empty() && part.front() != '.' && part.find_first_not_of(k_words) == std::string::npos;
  });
}

std::string path_text(codec::Reader& reader, std::string_view field, std::optional<std::string> otherwise = {}) {
  const std::string text = otherwise ? reader.text_if(field).value_or(*otherwise) : reader.text(field);
  if (!is_path(text))
    throw reader.error(ErrorCode::config_invalid, field, "letters, digits, '-', '_', '.' and single '/' between them");
  return text;
}

void read_files(codec::Reader& reader, const fs::path& folder, Credential& credential, int& sources) {
  for (const auto& [field, source] : {std::pair{"file", Credential::Source::file},
                                      {"pgpass", Credential::Source::pgpass},
                                      {"my_cnf", Credential::Source::my_cnf}}) {
    const auto file = reader.text_if(field);
    if (!file) continue;
    credential.source = source;
    credential.file = below(folder, *file);
    ++sources;
  }
  if (credential.source == Credential::Source::my_cnf) credential.name = reader.text_if("group").value_or("client");
}

/// What a secret of any kind may come from.
void read_simple(codec::Reader& reader, const fs::path& folder, Credential& credential, int& sources) {
  read_files(reader, folder, credential, sources);
  if (reader.has("command")) {
    credential.source = Credential::Source::command;
    credential.command = reader.texts("command");
    if (credential.command.empty()) throw reader.error(ErrorCode::config_invalid, "command", "names no program");
    ++sources;
  }
  for (const auto& [field, source] :
       {std::pair{"env", Credential::Source::environment}, {"systemd", Credential::Source::systemd}}) {
    const auto name = reader.text_if(field);
    if (!name) continue;
    credential.source = source;
    credential.name = *name;
    ++sources;
  }
  if (credential.source == Credential::Source::systemd &&
      credential.name.find_first_not_of(k_words) != std::string::npos)
    throw reader.error(ErrorCode::config_invalid, "systemd", "the name of a credential, not a path");
}

void read_vault_role(codec::Reader& reader, const VaultConfigs& vaults, Credential& credential, int& sources) {
  const auto name = reader.name_if("vault");
  if (!name) return;
  const auto found = vaults.find(*name);
  if (found == vaults.end())
    throw reader.error(ErrorCode::config_invalid, "vault", fmt::format("`vaults` has no {}", *name));
  credential.source = Credential::Source::vault;
  credential.vault = found->second;
  credential.static_role = reader.has("static_role");
  credential.name = path_text(reader, credential.static_role ? "static_role" : "role");
  ++sources;
}

Credential read_credential(codec::Reader& reader, const fs::path& folder, const VaultConfigs& vaults) {
  Credential credential;
  int sources = 0;
  read_simple(reader, folder, credential, sources);
  read_vault_role(reader, vaults, credential, sources);
  if (sources != 1)
    throw reader.error(ErrorCode::config_invalid, "",
                       "a credential is exactly one of file, command, systemd, pgpass, my_cnf, vault, env");
  reader.finish();
  return credential;
}

/// A secret_id or a JSON Web Token: not one password of many.
Credential read_proof(codec::Reader& reader, const fs::path& folder) {
  Credential credential;
  int sources = 0;
  read_simple(reader, folder, credential, sources);
  if (sources != 1 || credential.source == Credential::Source::pgpass ||
      credential.source == Credential::Source::my_cnf)
    throw reader.error(ErrorCode::config_invalid, "", "exactly one of file, command, systemd, env");
  reader.finish();
  return credential;
}

void read_approle(codec::Reader& reader, const fs::path& folder, VaultConfig& vault) {
  vault.method = VaultConfig::Method::approle;
  vault.auth_mount = path_text(reader, "mount", "approle");
  vault.role = reader.text("role_id");
  auto proof = reader.map("secret_id");
  if (!proof) throw reader.error(ErrorCode::config_invalid, "secret_id", "says where the secret_id comes from");
  vault.proof = read_proof(*proof, folder);
  reader.finish();
}

void read_jwt(codec::Reader& reader, const fs::path& folder, VaultConfig& vault) {
  vault.method = VaultConfig::Method::jwt;
  vault.auth_mount = path_text(reader, "mount", "jwt");
  vault.role = reader.text("role");
  auto proof = reader.map("token");
  if (!proof) throw reader.error(ErrorCode::config_invalid, "token", "says where the JSON Web Token comes from");
  if (const auto audience = proof->text_if("ci_audience")) {
    vault.ci_audience = *audience;
    proof->finish();
  } else {
    vault.proof = read_proof(*proof, folder);
  }
  reader.finish();
}

VaultConfig read_vault(codec::Reader& reader, const fs::path& folder) {
  VaultConfig vault;
  vault.url = reader.text("url");
  const net::Url url = net::parse_url(vault.url);
  if (url.has_query || (url.path != "/" && !is_path(std::string_view(url.path).substr(1))))
    throw reader.error(ErrorCode::config_invalid, "url",
                       "an address without a query, as in https://vault.example.org:8200");
  while (vault.url.ends_with('/')) vault.url.pop_back();
  if (const auto path = reader.text_if("ca_file")) vault.ca_file = below(folder, *path);
  if (reader.has("namespace")) vault.space = path_text(reader, "namespace");
  vault.mount = path_text(reader, "mount", vault.mount);
  vault.timeout = reader.duration_if("timeout").value_or(vault.timeout);
  if (vault.timeout < k_vault_timeout_min || vault.timeout > k_vault_timeout_max)
    throw reader.error(ErrorCode::config_invalid, "timeout", "must lie between 1s and 1m");
  if (reader.has("approle") == reader.has("jwt"))
    throw reader.error(ErrorCode::config_invalid, "", "the executor proves who it is by one of approle, jwt");
  if (auto approle = reader.map("approle")) read_approle(*approle, folder, vault);
  if (auto jwt = reader.map("jwt")) read_jwt(*jwt, folder, vault);
  reader.finish();
  return vault;
}

}  // namespace

VaultConfigs read_vaults(codec::Reader& reader, const fs::path& folder, const fs::path& state) {
  VaultConfigs vaults;
  reader.map_if("vaults", [&](const std::string& name, codec::Reader& each) {
    VaultConfig vault = read_vault(each, folder);
    vault.name = name;
    vault.leases = state / "leases" / name;
    vaults[name] = std::make_shared<const VaultConfig>(std::move(vault));
  });
  return vaults;
}

Login read_login(codec::Reader& reader, std::string_view field, const fs::path& folder, const VaultConfigs& vaults) {
  Login login;
  auto map = reader.map(field);
  if (!map) return login;
  login.user = map->text("user");
  if (auto password = map->map("password")) login.password = read_credential(*password, folder, vaults);
  map->finish();
  return login;
}

}  // namespace dbw::workflow
