#pragma once

#include <string>
#include <vector>

#include "trust/ci_identity.hpp"
#include "workflow/ci_keys.hpp"

namespace dbw::workflow {

/// The CI tokens that one process was given, and what they prove. A token counts for one process: its jti is remembered
/// in the state folder until it has ended.
class CiProof {
 public:
  /// `tokens`: compact JSON Web Tokens of any issuer.
  CiProof(const HostConfig& config, std::vector<std::string> tokens)
      : m_config(config), m_keys(config), m_tokens(std::move(tokens)) {}

  /// Judged anew each time, for time goes on. Throws Error{ci_token_missing, ci_token_used}, and what
  /// trust::verify_ci_token and CiKeys throw.
  trust::CiRun require(const model::CiIdentity& identity, Timestamp now);

 private:
  model::WebToken token_for(const model::CiIdentity& identity) const;
  void use_up(const trust::CiRun& run, Timestamp now);

  const HostConfig& m_config;
  CiKeys m_keys;
  std::vector<std::string> m_tokens;
  std::set<std::string> m_used;  ///< by this process, as named in the state folder
};

/// True for JSON Web Tokens, which have dots; execution tokens never do.
bool looks_like_web_token(std::string_view line);

}  // namespace dbw::workflow
