#pragma once

#include <string>
#include <string_view>

#include "codec/value.hpp"
#include "crypto/secret.hpp"
#include "workflow/credential_config.hpp"

/// The few calls of Vault's HTTP API (version 1; OpenBao's is the same) that lend database credentials: one function a
/// call, each with a clear error for what can go wrong. It keeps nothing, and must not decide when to call.
namespace dbw::workflow {

struct VaultToken {
  crypto::SecretBytes token;
  Seconds duration{0};  ///< 0: does not end
  bool renewable = false;
};

/// What a database role lends. Static roles have no lease.
struct VaultLoan {
  std::string user;
  crypto::SecretBytes password;
  std::string lease;  ///< id; empty: none
  Seconds duration{0};
  bool renewable = false;
};

/// How long a renewed lease or token lasts from now on, and whether it can be renewed again.
struct VaultExtension {
  Seconds duration{0};
  bool renewable = false;
};

inline constexpr int k_vault_tries_max = 3;

/// Tries again, k_vault_tries_max times in all, where the server is out of reach or overloaded. Every call throws
/// Error{vault_unreachable, vault_sealed, vault_denied, vault_answer (malformed, oversized or with another status)} and
/// Error{net_untrusted}; none of them holds a secret.
class VaultApi {
 public:
  explicit VaultApi(const VaultConfig& config, int tries_max = k_vault_tries_max)
      : m_config(config), m_tries_max(tries_max) {}

  /// `proof`: the secret_id or JSON Web Token. Throws Error{vault_login_refused}.
  VaultToken login(const crypto::SecretBytes& proof) const;
  /// Throws Error{vault_role_unknown}.
  VaultLoan lend(const VaultToken& token, const std::string& role, bool static_role) const;
  /// `wish`: how long it shall last from now on. Throw Error{vault_renewal_denied}.
  VaultExtension renew_lease(const VaultToken& token, const std::string& lease, Seconds wish) const;
  VaultExtension renew_token(const VaultToken& token, Seconds wish) const;
  /// Returns when the credential is gone, not when its end is queued. Throws Error{vault_revocation_failed}.
  void revoke_lease(const VaultToken& token, const std::string& lease) const;
  void revoke_token(const VaultToken& token) const;

 private:
  struct Answer;
  Answer ask(std::string_view method, const std::string& path, const VaultToken* token, const codec::Value& body,
             std::string_view secret) const;

  const VaultConfig& m_config;
  int m_tries_max;
};

}  // namespace dbw::workflow
