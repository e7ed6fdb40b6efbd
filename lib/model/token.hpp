#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/limits.hpp"
#include "base/time.hpp"
#include "model/request.hpp"

namespace dbw::model {

struct VersionedDigest {
  std::int64_t version = 0;
  Digest sha256;
  friend bool operator==(const VersionedDigest&, const VersionedDigest&) = default;
};

inline constexpr std::string_view k_token_payload_type = "application/vnd.dbw.token.v1+json";

struct Token {
  std::string issuer;
  RequestId request;
  std::string audience;  ///< executor machine name
  std::string jti;       ///< 128 random bits, hex
  Timestamp issued_at, not_before, expires_at;
  std::string repo_id, database, environment, target;
  RequestMode mode = RequestMode::apply;
  Digest request_sha256, verdict_sha256, terms_sha256;
  std::vector<Digest> approvals;  ///< payload digests of all valid ones, sorted by (step, human, digest)
  VersionedDigest root, roster, policy;
  std::vector<std::string> steps;
  std::int64_t log_size = 0;
  Digest log_root;
};
Token parse_token_payload(std::string_view json);
std::string emit_token_payload(const Token& token);

/// A DSSE envelope with exactly one signature.
struct Envelope {
  std::string payload_type;
  std::string payload;
  std::string key_id;
  std::string signature;  ///< 64 raw bytes
};
/// Strict: exactly the fields payload, payloadType, signatures[1]{keyid, sig}; canonical JSON. Throws
/// Error{envelope_...}.
Envelope parse_envelope(std::string_view json, std::size_t bytes_max = k_token_bytes_max);
std::string emit_envelope(const Envelope& envelope);
/// The one-line base64url form that CI variables carry.
std::string encode_envelope_line(const Envelope& envelope);
Envelope decode_envelope_line(std::string_view line);

}  // namespace dbw::model
