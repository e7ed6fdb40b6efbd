#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "base/time.hpp"
#include "model/web_token.hpp"
#include "workflow/host_config.hpp"

namespace dbw::workflow {

/// The key sets of issuers of CI tokens: from a pinned file, or by OpenID Connect discovery from the issuer alone, kept
/// in the state folder for as long as the configuration says.
class CiKeys {
 public:
  explicit CiKeys(const HostConfig& config) : m_config(config), m_folder(config.state / "ci-keys") {}

  /// Throws Error{ci_keys_unavailable} where they can neither be fetched nor are fresh enough in the cache,
  /// Error{ci_keys_malformed}, and what reading a pinned file throws.
  model::WebKeySet of(const std::string& issuer, Timestamp now);
  /// For a token by a key that is not among those: the issuer may have changed its keys. Asks once in a process; false
  /// where there is nothing newer to be had. Throws as of().
  bool renew(const std::string& issuer, Timestamp now);

 private:
  std::string fetch(const std::string& issuer, Timestamp now);

  const HostConfig& m_config;
  std::filesystem::path m_folder;
  std::set<std::string> m_fetched;  ///< by this process
};

}  // namespace dbw::workflow
