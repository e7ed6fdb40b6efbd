#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "crypto/secret.hpp"
#include "workflow/password_files.hpp"
#include "workflow/vault.hpp"

namespace dbw::workflow {

struct CredentialSources;

/// The logins at Vault servers of this process: one for each server, made when it is first needed. For any thread.
class Vaults {
 public:
  /// Throws what Vault's constructor and load_secret throw; Error{ci_token_missing}.
  std::shared_ptr<Vault> of(const std::shared_ptr<const VaultConfig>& config, const CredentialSources& sources);
  /// Why a loan ended under its user, where one did.
  std::optional<Refusal> lost() const;

 private:
  mutable std::mutex m_mutex;
  std::map<const VaultConfig*, std::shared_ptr<Vault>> m_vaults;
};

/// Where passwords may come from in this process.
struct CredentialSources {
  bool dev = false;                                ///< --dev: environment variables are allowed
  std::map<std::string, std::string> environment;  ///< as it was before the process reduced it
  std::vector<std::string> ci_tokens = {};         ///< JSON Web Tokens of the CI host
  std::function<void(const Refusal&)> report = [](const Refusal&) {
  };  ///< what nobody can catch; from other threads too
  std::shared_ptr<Vaults> vaults = std::make_shared<Vaults>();
};

/// Who logs in, for as long as this lives; what Vault lent is given back then.
struct LoadedLogin {
  std::string user;
  crypto::SecretBytes password;       ///< empty where it has none
  std::unique_ptr<Vault::Loan> loan;  ///< of Vault; null otherwise
  std::string_view reveal() const { return loan ? loan->password() : password.reveal(); }
};

/// `query` names what the password is for, and the user of exec.yaml; `needed`: how long it must last. Nothing of a
/// secret reaches a message. Throws Error{file_..., credential_failed, credential_needs_dev, credential_entry_missing},
/// and what Vault throws.
LoadedLogin load_login(const Credential& credential, const PasswordQuery& query, const CredentialSources& sources,
                       Seconds needed);

/// A secret that is no password of a database: file, command, systemd or environment.
crypto::SecretBytes load_secret(const Credential& credential, const CredentialSources& sources);

/// Every file that a login's secrets are in.
std::vector<std::filesystem::path> secret_files_of(const Credential& credential);

}  // namespace dbw::workflow
