#include "workflow/credentials.hpp"

#include <fmt/format.h>

#include "base/file_access.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "model/web_token.hpp"
#include "trust/ci_identity.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr Seconds k_command_timeout{30};

/// Wiped when it goes.
struct SecretText {
  std::string text;
  ~SecretText() { crypto::wipe(text); }
};

crypto::SecretBytes first_line(const SecretText& secret) {
  std::string_view line = std::string_view(secret.text).substr(0, secret.text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return crypto::SecretBytes(line);
}

/// Only the executor may read it, and nobody else may put another in its place.
SecretText read_secret_file(const fs::path& file, std::size_t bytes_max) {
  require_private_file(file);
  require_not_writable_by_others(file);
  return {read_file(file, bytes_max)};
}

crypto::SecretBytes from_command(const Credential& credential) {
  ProcessResult result = run_process({.argv = credential.command,
                                      .environment = clean_environment(),
                                      .timeout = k_command_timeout,
                                      .output_bytes_max = k_password_bytes_max});
  const SecretText output{std::move(result.output)};
  if (result.status != 0) {
    throw Error(
        ErrorCode::credential_failed,
        fmt::format("the credential command {} ended with status {}", credential.command.front(), result.status),
        "Its output is not shown: it may hold secrets. Run it by hand as the executor's user.");
  }
  return first_line(output);
}

crypto::SecretBytes from_systemd(const Credential& credential, const CredentialSources& sources) {
  const auto folder = sources.environment.find("CREDENTIALS_DIRECTORY");
  if (folder == sources.environment.end() || !folder->second.starts_with('/'))
    throw Error(ErrorCode::credential_failed,
                fmt::format("systemd handed over no credentials, of which {} should be one", credential.name),
                "Run it by its unit, which needs LoadCredential= or LoadCredentialEncrypted= of that name.");
  return first_line(read_secret_file(fs::path(folder->second) / credential.name, k_password_bytes_max));
}

crypto::SecretBytes from_environment(const Credential& credential, const CredentialSources& sources) {
  if (!sources.dev) {
    throw Error(ErrorCode::credential_needs_dev,
                fmt::format("a password in the environment variable {} is for development only", credential.name));
  }
  const auto value = sources.environment.find(credential.name);
  if (value == sources.environment.end()) {
    throw Error(ErrorCode::credential_failed, fmt::format("the environment variable {} is not set", credential.name));
  }
  return crypto::SecretBytes(value->second);
}

crypto::SecretBytes from_password_file(const Credential& credential, const PasswordQuery& query) {
  const SecretText content = read_secret_file(credential.file, k_password_file_bytes_max);
  const bool pgpass = credential.source == Credential::Source::pgpass;
  auto found = pgpass ? find_in_pgpass(content.text, query) : find_in_my_cnf(content.text, credential.name, query);
  if (found) return std::move(*found);
  throw Error(ErrorCode::credential_entry_missing,
              pgpass ? fmt::format("{} has no line for {}:{}:{}:{}", credential.file.string(), query.host, query.port,
                                   query.database, query.user)
                     : fmt::format("{} has no password in group [{}]", credential.file.string(), credential.name));
}

/// The CI token that was requested for Vault. Vault judges it; here only the audience is looked at.
crypto::SecretBytes ci_token_for(const VaultConfig& config, const std::vector<std::string>& tokens) {
  for (const std::string& line : tokens) {
    try {
      if (trust::has_audience(model::parse_web_token(line), config.ci_audience)) return crypto::SecretBytes(line);
    } catch (const Error&) {
      // A bad line must not hide a good one behind it.
    }
  }
  throw Error(ErrorCode::ci_token_missing,
              fmt::format("{} wants a CI token for the audience \"{}\"", config.name, config.ci_audience));
}

LoadedLogin from_vault(const Credential& credential, const PasswordQuery& query, const CredentialSources& sources,
                       Seconds needed) {
  LoadedLogin login;
  login.loan = sources.vaults->of(credential.vault, sources)->lend(credential.name, credential.static_role, needed);
  login.user = login.loan->user();
  if (credential.static_role && login.user != query.user)
    throw Error(ErrorCode::vault_role_unknown,
                fmt::format("the static role {} of {} is of user {}, and exec.yaml says {}", credential.name,
                            credential.vault->name, login.user, query.user));
  return login;
}

}  // namespace

std::shared_ptr<Vault> Vaults::of(const std::shared_ptr<const VaultConfig>& config, const CredentialSources& sources) {
  const std::lock_guard lock(m_mutex);  // a second login meanwhile would be one too many
  std::shared_ptr<Vault>& vault = m_vaults[config.get()];
  if (vault) return vault;
  const crypto::SecretBytes proof =
      config->ci_audience.empty() ? load_secret(config->proof, sources) : ci_token_for(*config, sources.ci_tokens);
  if (proof.empty())
    throw Error(ErrorCode::credential_failed,
                fmt::format("the secret that proves the executor to {} is empty", config->name));
  vault = std::make_shared<Vault>(config, proof, sources.report);
  return vault;
}

std::optional<Refusal> Vaults::lost() const {
  const std::lock_guard lock(m_mutex);
  for (const auto& [config, vault] : m_vaults) {
    if (auto lost = vault ? vault->lost() : std::nullopt) return lost;
  }
  return std::nullopt;
}

crypto::SecretBytes load_secret(const Credential& credential, const CredentialSources& sources) {
  switch (credential.source) {
    case Credential::Source::file:
      return first_line(read_secret_file(credential.file, k_password_bytes_max));
    case Credential::Source::command:
      return from_command(credential);
    case Credential::Source::systemd:
      return from_systemd(credential, sources);
    case Credential::Source::environment:
      return from_environment(credential, sources);
    default:
      return {};
  }
}

LoadedLogin load_login(const Credential& credential, const PasswordQuery& query, const CredentialSources& sources,
                       Seconds needed) {
  switch (credential.source) {
    case Credential::Source::vault:
      return from_vault(credential, query, sources, needed);
    case Credential::Source::pgpass:
    case Credential::Source::my_cnf:
      return {std::string(query.user), from_password_file(credential, query), nullptr};
    default:
      return {std::string(query.user), load_secret(credential, sources), nullptr};
  }
}

std::vector<fs::path> secret_files_of(const Credential& credential) {
  if (credential.vault) return secret_files_of(credential.vault->proof);
  if (credential.file.empty()) return {};
  return {credential.file};
}

}  // namespace dbw::workflow
