#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "model/trust_documents.hpp"
#include "model/web_token.hpp"

namespace dbw::trust {

/// A job that a CI host has vouched for, and that is the one that policy demands.
struct CiRun {
  std::string identity;  ///< name in the policy
  std::string issuer, jti;
  Timestamp expires_at;
  /// What the log keeps: which repository, commit, job, runner, actor. At most 256 bytes of each, and "..." where it
  /// was longer; what policy demands was compared whole.
  std::map<std::string, std::string> facts;
};

/// What a job must show: claim and the texts of which it must be one. What policy writes, and what every job of the
/// provider must show besides: GitLab a protected branch, the same project as the job's own, no merge request pipeline;
/// GitHub a branch and an event that strangers cannot cause.
std::vector<std::pair<std::string, std::vector<std::string>>> demanded_claims(const model::CiIdentity& identity);

/// True where issuer and audience are those of `identity`: of several tokens the one to judge.
bool is_meant_for(const model::WebToken& token, const model::CiIdentity& identity);
/// True where that is its one audience. Nothing else of it is judged.
bool has_audience(const model::WebToken& token, std::string_view audience);

/// Algorithm, key and signature; issuer, audience, times; every demanded claim, to the byte. Throws
/// Error{ci_token_algorithm, ci_token_key, ci_token_signature, ci_token_issuer, ci_token_time, ci_token_expired,
/// ci_token_claim}. That a token is used once is the caller's to see to.
CiRun verify_ci_token(const model::CiIdentity& identity, const model::WebToken& token, const model::WebKeySet& keys,
                      Timestamp now);

}  // namespace dbw::trust
