#include "trust/tokens.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "trust/refusals.hpp"
#include "trust/verifier.hpp"

namespace dbw::trust {
namespace {

/// The machine whose key the envelope names; the id is looked up, never used as a path or believed.
const model::Machine& require_issuer(const Authority& authority, const model::Envelope& envelope,
                                     const std::string& environment) {
  std::optional<KeyOwner> owner;
  for (const auto& [name, candidate] : authority.roster().machines) {
    if (candidate.key.id.text() == envelope.key_id) owner = authority.find_key(candidate.key.id);
  }
  if (!owner || owner->machine == nullptr) {
    throw Error(ErrorCode::trust_token_key, fmt::format("key {} belongs to no machine of roster {}",
                                                        printable(envelope.key_id), authority.roster().version));
  }
  const model::Machine& machine = *owner->machine;
  if (machine.use != "token")
    throw Error(ErrorCode::trust_token_key, fmt::format("machine {} has use {}, not token", machine.name, machine.use));
  if (std::find(machine.environments.begin(), machine.environments.end(), environment) == machine.environments.end()) {
    throw Error(ErrorCode::trust_token_key,
                fmt::format("machine {} issues no tokens for {}", machine.name, environment));
  }
  if (authority.machine_suspended(machine.name) || authority.key_suspended(machine.key.id)) {
    throw Error(ErrorCode::trust_suspended, fmt::format("machine {} is suspended", machine.name));
  }
  return machine;
}

void require_times(const model::Token& token, Seconds ttl_max, Timestamp now) {
  const Seconds skew(k_clock_skew_seconds);
  const Timestamp from = std::min(token.issued_at, token.not_before);
  if (token.expires_at <= token.not_before || token.expires_at - from > ttl_max) {
    throw Error(ErrorCode::trust_token_life, fmt::format("it lives from {} to {}; the workflow allows {}", from.text(),
                                                         token.expires_at.text(), format_duration(ttl_max)));
  }
  if (now + skew < token.not_before || now + skew < token.issued_at) {
    throw Error(ErrorCode::trust_token_early, fmt::format("it was issued at {} and begins at {}, now it is {}",
                                                          token.issued_at.text(), token.not_before.text(), now.text()));
  }
  if (now > token.expires_at + skew)
    throw Error(ErrorCode::token_expired,
                fmt::format("it expired at {}, now it is {}", token.expires_at.text(), now.text()));
}

std::vector<Refusal> compare(const model::Token& token, const model::Machine& issuer, const TokenFacts& facts) {
  std::vector<Refusal> out;
  const auto require = [&](bool equal, ErrorCode code, std::string_view field) {
    if (!equal) out.push_back({code, fmt::format("its {} differs from what was verified here", field)});
  };
  const auto same = [&](bool equal, std::string_view field) { require(equal, ErrorCode::trust_token_mismatch, field); };
  require(token.audience == facts.audience, ErrorCode::trust_token_audience, "audience");
  require(token.target == facts.target, ErrorCode::trust_token_audience, "target");
  same(token.issuer == issuer.name, "issuer");
  same(token.request == facts.request, "request");
  same(token.repo_id == facts.repo_id, "repo_id");
  same(token.database == facts.database, "database");
  same(token.environment == facts.environment, "environment");
  same(token.mode == facts.mode, "mode");
  same(token.request_sha256 == facts.request_sha256, "request_sha256");
  same(token.verdict_sha256 == facts.verdict_sha256, "verdict_sha256");
  same(token.terms_sha256 == facts.terms_sha256, "terms_sha256");
  same(token.approvals == facts.approvals, "approvals");
  same(token.root == facts.marks.root, "root");
  same(token.roster == facts.marks.roster, "roster");
  same(token.policy == facts.marks.policy, "policy");
  same(token.steps == facts.steps, "steps");
  const bool known =
      token.log_size < facts.log.size || (token.log_size == facts.log.size && token.log_root == facts.log.root);
  require(known, ErrorCode::trust_token_log, "log head");
  return out;
}

const model::Machine& require_signature(const Authority& authority, const model::Envelope& envelope,
                                        const std::string& environment) {
  if (envelope.payload_type != model::k_token_payload_type) {
    throw Error(ErrorCode::trust_token_type,
                fmt::format("its payload type is \"{}\"", printable(envelope.payload_type)));
  }
  const model::Machine& issuer = require_issuer(authority, envelope, environment);
  if (!crypto::verify_ed25519(issuer.key.raw, crypto::dsse_pae(envelope.payload_type, envelope.payload),
                              envelope.signature)) {
    throw Error(ErrorCode::trust_token_signature, fmt::format("the signature of {} does not match", issuer.name));
  }
  return issuer;
}

model::TraceInputs time_inputs(const model::Token& token) {
  return {{"issued_at", token.issued_at.text()},
          {"not_before", token.not_before.text()},
          {"expires_at", token.expires_at.text()}};
}

model::TraceInputs fact_inputs(const model::Token& token, const TokenFacts& facts) {
  return {{"issuer", token.issuer},
          {"jti", token.jti},
          {"audience", token.audience},
          {"target", token.target},
          {"expected_audience", facts.audience},
          {"expected_target", facts.target},
          {"log_size", std::to_string(token.log_size)}};
}

}  // namespace

std::string target_text(const model::EnvironmentEntry& place) {
  if (!place.is_fleet()) return place.targets.at("");
  std::vector<std::string> pieces;
  for (const auto& [member, target] : place.targets) pieces.insert(pieces.end(), {member, target});
  return crypto::tuple_hash("dbw/fleet/v1", pieces).text();
}

TokenFacts token_facts(const Authority& authority, const VerifiedRequest& verified, const Match& match,
                       const Bindings& bindings, const JudgedDecisions& judged, const LogHead& log) {
  const model::Request& request = verified->request;
  const model::EnvironmentEntry& place = authority.environment(request.database, request.environment);
  TokenFacts facts;
  facts.audience = place.executor;
  facts.repo_id = request.repo_id;
  facts.database = request.database;
  facts.environment = request.environment;
  facts.target = target_text(place);
  facts.request = request.id;
  facts.mode = request.mode;
  facts.request_sha256 = verified->sha256;
  facts.verdict_sha256 = bindings.verdict_sha256;
  facts.terms_sha256 = bindings.terms_sha256;
  facts.approvals = judged.approvals;
  facts.marks = authority.marks();
  for (const model::RequestStep& step : request.steps) facts.steps.push_back(step.id);
  facts.log = log;
  facts.ttl_max = std::min(match.workflow.token_ttl, Seconds(k_token_seconds_max));
  return facts;
}

model::Token make_token(const TokenFacts& facts, std::string_view issuer, std::string_view jti, Timestamp now,
                        Seconds ttl) {
  if (ttl <= Seconds(0) || ttl > facts.ttl_max) {
    throw Error(ErrorCode::trust_token_life,
                fmt::format("the workflow lets a token live {} at most", format_duration(facts.ttl_max)));
  }
  model::Token token;
  token.issuer = std::string(issuer);
  token.request = facts.request;
  token.audience = facts.audience;
  token.jti = std::string(jti);
  token.issued_at = now;
  token.not_before = now;
  token.expires_at = now + ttl;
  token.repo_id = facts.repo_id;
  token.database = facts.database;
  token.environment = facts.environment;
  token.target = facts.target;
  token.mode = facts.mode;
  token.request_sha256 = facts.request_sha256;
  token.verdict_sha256 = facts.verdict_sha256;
  token.terms_sha256 = facts.terms_sha256;
  token.approvals = facts.approvals;
  token.root = facts.marks.root;
  token.roster = facts.marks.roster;
  token.policy = facts.marks.policy;
  token.steps = facts.steps;
  token.log_size = facts.log.size;
  token.log_root = facts.log.root;
  return token;
}

model::Envelope sign_token(const model::Token& token, const crypto::MachineSigner& key) {
  const std::string type(model::k_token_payload_type);
  const std::string payload = model::emit_token_payload(token);
  return {type, payload, key.public_key().id.text(), key.sign(crypto::dsse_pae(type, payload))};
}

Verified<model::Token> verify_token(const Authority& authority, const model::Envelope& envelope,
                                    const TokenFacts& facts, Timestamp now, model::Trace* trace) {
  if (authority.supposed()) throw Error(ErrorCode::trust_supposed, "a token was to be judged by a draft");
  model::Trace unread;
  model::Trace& checks = trace == nullptr ? unread : *trace;
  const std::string subject = crypto::sha256(model::emit_envelope(envelope)).text();
  const model::Machine& issuer =
      *checks.run("token.signature", subject, {{"key", envelope.key_id}},
                  [&](model::TraceInputs&) { return &require_signature(authority, envelope, facts.environment); });
  const model::Token token = model::parse_token_payload(envelope.payload);
  checks.run("token.time", subject, time_inputs(token),
             [&](model::TraceInputs&) { require_times(token, facts.ttl_max, now); });
  const std::vector<Refusal> refusals = compare(token, issuer, facts);
  checks.judged("token.facts", subject, fact_inputs(token, facts), refusals);
  if (!refusals.empty()) throw_refusals(refusals);
  return Verifier::vouch(token);
}

Digest evidence_digest(const Digest& request, const Digest& verdict, const Digest& terms,
                       const std::vector<Digest>& approvals, const model::Envelope* token) {
  std::vector<std::string> pieces{request.text(), verdict.text(), terms.text()};
  for (const Digest& approval : approvals) pieces.push_back(approval.text());
  pieces.push_back(token == nullptr ? "" : crypto::sha256(model::emit_envelope(*token)).text());
  return crypto::tuple_hash("dbw/evidence/v1", pieces);
}

}  // namespace dbw::trust
