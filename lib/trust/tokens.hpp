#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/keys.hpp"
#include "model/token.hpp"
#include "trust/decisions.hpp"

namespace dbw::trust {

/// How much of the executor's log somebody has seen.
struct LogHead {
  std::int64_t size = 0;
  Digest root;
};

/// What issuer and executor each work out for themselves; a token must agree with all of it.
struct TokenFacts {
  std::string audience;  ///< executor machine
  std::string repo_id, database, environment, target;
  RequestId request;
  model::RequestMode mode = model::RequestMode::apply;
  Digest request_sha256, verdict_sha256, terms_sha256;
  std::vector<Digest> approvals;  ///< JudgedDecisions::approvals
  TrustMarks marks;
  std::vector<std::string> steps;  ///< of the request, in order
  LogHead log;
  Seconds ttl_max{0};  ///< the workflow's token_ttl
};
/// What a token says of where it may be used: the id of the one database, of a fleet H("dbw/fleet/v1", member, id, ...)
/// over all of its members in the order of their names.
std::string target_text(const model::EnvironmentEntry& place);
TokenFacts token_facts(const Authority& authority, const VerifiedRequest& request, const Match& match,
                       const Bindings& bindings, const JudgedDecisions& judged, const LogHead& log);

/// `jti` is 32 hex digits; `ttl` within facts.ttl_max, else Error{trust_token_life}.
model::Token make_token(const TokenFacts& facts, std::string_view issuer, std::string_view jti, Timestamp now,
                        Seconds ttl);
model::Envelope sign_token(const model::Token& token, const crypto::MachineSigner& key);

/// Exact payload type; key id of an unsuspended roster machine of use token for that environment; Ed25519 over the DSSE
/// PAE; canonical payload; lifetime bounds; every field equal to `facts`. The log may have grown since: a token that
/// knows more of it than we do is refused, and that its head is an ancestor of ours is the caller's to check. Throws
/// Error{trust_token_type, trust_token_key, trust_token_signature, trust_token_life, trust_token_early, token_expired,
/// trust_token_mismatch, trust_token_audience, trust_token_log, token_malformed}. `trace` receives the checks of stage
/// `token`.
Verified<model::Token> verify_token(const Authority& authority, const model::Envelope& envelope,
                                    const TokenFacts& facts, Timestamp now, model::Trace* trace = nullptr);

/// H("dbw/evidence/v1", request, verdict, terms, approvals..., token): digests in text form; `token` is the SHA-256 of
/// the envelope's canonical JSON, an empty piece where the environment needs none.
Digest evidence_digest(const Digest& request, const Digest& verdict, const Digest& terms,
                       const std::vector<Digest>& approvals, const model::Envelope* token);

}  // namespace dbw::trust
