#include "trust/ci_identity.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace dbw::trust {
namespace {

using codec::Value;

/// Which repository, commit, job, runner and actor: names as GitLab and GitHub write them.
constexpr std::array<std::string_view, 18> k_recorded{
    "sub",         "project_id", "project_path", "repository_id", "repository", "ref",
    "sha",         "commit",     "environment",  "pipeline_id",   "job_id",     "run_id",
    "run_attempt", "runner_id",  "user_id",      "user_login",    "actor_id",   "actor"};
constexpr std::size_t k_fact_bytes_max = 256;

const Value* claim_of(const model::WebToken& token, std::string_view name) { return token.claims.find(name); }

/// Ids are texts with one host and numbers with another; nothing else is compared.
std::optional<std::string> text_claim(const model::WebToken& token, std::string_view name) {
  const Value* value = claim_of(token, name);
  if (value == nullptr) return std::nullopt;
  if (value->kind() == Value::Kind::text && !value->text().empty()) return value->text();
  if (value->kind() == Value::Kind::integer) return std::to_string(value->integer());
  return std::nullopt;
}

/// `aud` is a text, or a list of exactly one.
std::optional<std::string> audience_of(const model::WebToken& token) {
  const Value* value = claim_of(token, "aud");
  if (value != nullptr && value->kind() == Value::Kind::list && value->items().size() == 1)
    value = &value->items().front();
  if (value == nullptr || value->kind() != Value::Kind::text) return std::nullopt;
  return value->text();
}

std::optional<std::string> issuer_of(const model::WebToken& token) {
  const Value* value = claim_of(token, "iss");
  if (value == nullptr || value->kind() != Value::Kind::text) return std::nullopt;
  return value->text();
}

/// Seconds since 1970 as far as dbw's calendar goes.
std::optional<Timestamp> time_claim(const model::WebToken& token, std::string_view name) {
  constexpr std::int64_t last = 253'402'300'799;  // 9999-12-31T23:59:59Z
  const Value* value = claim_of(token, name);
  if (value == nullptr || value->kind() != Value::Kind::integer || value->integer() < 0 || value->integer() > last)
    return std::nullopt;
  return Timestamp{value->integer()};
}

void require_signature(const model::CiIdentity& identity, const model::WebToken& token, const model::WebKeySet& keys) {
  const auto& admitted = identity.algorithms;
  if (std::find(admitted.begin(), admitted.end(), token.algorithm) == admitted.end()) {
    throw Error(ErrorCode::ci_token_algorithm,
                fmt::format("the token is signed with {}; the CI identity {} takes {}", printable(token.algorithm),
                            identity.name, join(admitted, ", ")));
  }
  const auto key = keys.find(token.key_id);
  if (key == keys.end()) {
    throw Error(ErrorCode::ci_token_key,
                fmt::format("{} does not publish the key {}", identity.issuer, printable(token.key_id)));
  }
  if (key->second.algorithm() != token.algorithm) {
    throw Error(ErrorCode::ci_token_algorithm,
                fmt::format("the key {} is for {}, the token says {}", printable(token.key_id), key->second.algorithm(),
                            printable(token.algorithm)));
  }
  if (!key->second.verify(token.signed_part, token.signature)) {
    throw Error(ErrorCode::ci_token_signature, fmt::format("the signature does not verify with the key {} of {}",
                                                           printable(token.key_id), identity.issuer));
  }
}

Timestamp require_times(const model::CiIdentity& identity, const model::WebToken& token, Timestamp now) {
  const Seconds skew(k_clock_skew_seconds);
  const auto issued = time_claim(token, "iat");
  const auto expires = time_claim(token, "exp");
  const bool early_known = claim_of(token, "nbf") == nullptr || time_claim(token, "nbf").has_value();
  if (!issued || !expires || !early_known)
    throw Error(ErrorCode::ci_token_time, "iat, exp or nbf is missing or no time in seconds");
  const Timestamp from = std::max(*issued, time_claim(token, "nbf").value_or(*issued));
  if (now + skew < from) {
    throw Error(ErrorCode::ci_token_time,
                fmt::format("the token is valid from {}, now is {}", from.text(), now.text()));
  }
  if (*expires + skew < now)
    throw Error(ErrorCode::ci_token_expired, fmt::format("the token ended at {}", expires->text()));
  if (now - *issued > identity.max_age + skew) {
    throw Error(ErrorCode::ci_token_time, fmt::format("the token was issued at {}, more than {} ago", issued->text(),
                                                      format_duration(identity.max_age)));
  }
  return *expires;
}

void require_claim(const model::CiIdentity& identity, const model::WebToken& token, const std::string& claim,
                   const std::vector<std::string>& wanted) {
  const auto found = text_claim(token, claim);
  if (found && std::find(wanted.begin(), wanted.end(), *found) != wanted.end()) return;
  throw Error(ErrorCode::ci_token_claim,
              fmt::format("{} is {}, the CI identity {} demands {}", claim,
                          found ? "\"" + printable(truncate_utf8(*found, k_fact_bytes_max)) + "\"" : "not there",
                          identity.name, join(wanted, " or ")));
}

}  // namespace

std::vector<std::pair<std::string, std::vector<std::string>>> demanded_claims(const model::CiIdentity& identity) {
  std::map<std::string, std::vector<std::string>> demanded = identity.claims;
  demanded["ref_type"] = {"branch"};
  if (identity.provider == "gitlab") {
    demanded["ref_protected"] = {"true"};
    // In a merge request pipeline of a fork, project_* may name one project and the job run for another.
    demanded.emplace("job_project_id", demanded.at("project_id"));
    demanded.emplace("pipeline_source", std::vector<std::string>{"push", "schedule", "web"});
    if (demanded.contains("environment")) demanded["environment_protected"] = {"true"};
  } else {
    demanded.emplace("event_name", std::vector<std::string>{"push", "schedule", "workflow_dispatch"});
  }
  return {demanded.begin(), demanded.end()};
}

bool is_meant_for(const model::WebToken& token, const model::CiIdentity& identity) {
  return issuer_of(token) == identity.issuer && audience_of(token) == identity.audience;
}

bool has_audience(const model::WebToken& token, std::string_view audience) { return audience_of(token) == audience; }

CiRun verify_ci_token(const model::CiIdentity& identity, const model::WebToken& token, const model::WebKeySet& keys,
                      Timestamp now) {
  require_signature(identity, token, keys);
  if (!is_meant_for(token, identity)) {
    throw Error(ErrorCode::ci_token_issuer,
                fmt::format("the token is by \"{}\" for \"{}\"; the CI identity {} takes \"{}\" for \"{}\"",
                            printable(issuer_of(token).value_or("")), printable(audience_of(token).value_or("")),
                            identity.name, identity.issuer, identity.audience));
  }
  CiRun run;
  run.identity = identity.name;
  run.issuer = identity.issuer;
  run.expires_at = require_times(identity, token, now);
  const Value* jti = claim_of(token, "jti");
  if (jti == nullptr || jti->kind() != Value::Kind::text || jti->text().empty() ||
      jti->text().size() > k_fact_bytes_max)
    throw Error(ErrorCode::ci_token_claim, "jti, which makes a token count once, is missing, empty or too long");
  run.jti = jti->text();
  for (const auto& [claim, wanted] : demanded_claims(identity)) require_claim(identity, token, claim, wanted);
  for (const std::string_view name : k_recorded) {
    const auto fact = text_claim(token, name);
    if (!fact) continue;
    const std::string_view kept = truncate_utf8(*fact, k_fact_bytes_max);
    run.facts[std::string(name)] = std::string(kept) + (kept.size() < fact->size() ? "..." : "");
  }
  return run;
}

}  // namespace dbw::trust
