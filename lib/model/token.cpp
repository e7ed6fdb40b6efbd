#include "model/token.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "model/form.hpp"

namespace dbw::model {
namespace {

using codec::Reader;
using codec::Value;

constexpr std::string_view k_source = "token";
constexpr std::int64_t k_log_size_max = std::int64_t{1} << 52;

Value versioned_value(const VersionedDigest& digest) {
  return Value::Map{{"version", digest.version}, {"sha256", digest.sha256.text()}};
}

Value text_list(const std::vector<std::string>& texts) {
  Value::List items;
  for (const std::string& text : texts) items.emplace_back(text);
  return Value(std::move(items));
}

Reader require_map(Reader& parent, std::string_view field) {
  std::optional<Reader> reader = parent.map(field);
  if (!reader) throw parent.error(ErrorCode::field_missing, field, "the field is missing");
  return *reader;
}

VersionedDigest read_versioned(Reader& parent, std::string_view field) {
  Reader reader = require_map(parent, field);
  const VersionedDigest out{reader.integer("version", 1, k_version_max), reader.digest("sha256")};
  reader.finish();
  return out;
}

void read_log(Reader& parent, Token& token) {
  Reader reader = require_map(parent, "log");
  token.log_size = reader.integer("size", 0, k_log_size_max);
  token.log_root = reader.digest("root");
  reader.finish();
}

/// The id of a database, or the digest of a fleet's list.
std::string read_target(Reader& reader) {
  std::string target = reader.text("target");
  if (!is_name(target)) at_field(reader, "target", [&] { return Digest::parse(target); });
  return target;
}

void read_bindings(Reader& reader, Token& token) {
  token.repo_id = reader.hex("repo_id", 16);
  token.database = reader.name("database");
  token.environment = reader.name("environment");
  token.target = read_target(reader);
  token.mode = *parse_mode(reader.one_of("mode", {"apply", "dry_run", "break_glass"}));
  token.request_sha256 = reader.digest("request_sha256");
  token.verdict_sha256 = reader.digest("verdict_sha256");
  token.terms_sha256 = reader.digest("terms_sha256");
  const std::vector<std::string> approvals = reader.texts("approvals");
  require_distinct(reader, "approvals", approvals);
  for (const std::string& approval : approvals)
    token.approvals.push_back(at_field(reader, "approvals", [&] { return Digest::parse(approval); }));
  token.root = read_versioned(reader, "root");
  token.roster = read_versioned(reader, "roster");
  token.policy = read_versioned(reader, "policy");
  token.steps = required_names(reader, "steps");
}

}  // namespace

Token parse_token_payload(std::string_view json) {
  const Value document = codec::parse_json(json, k_source, k_token_bytes_max);
  Reader reader(document, std::string(k_source));
  Token token;
  token.issuer = reader.name("issuer");
  const std::string request = reader.text("request");
  token.request = at_field(reader, "request", [&] { return RequestId(request); });
  token.audience = reader.name("audience");
  token.jti = reader.hex("jti", 16);
  token.issued_at = reader.time("issued_at");
  token.not_before = reader.time("not_before");
  token.expires_at = reader.time("expires_at");
  read_bindings(reader, token);
  read_log(reader, token);
  reader.finish();
  // The readers forgive a number written as text; the signed form does not.
  if (emit_token_payload(token) != json)
    throw Error(ErrorCode::token_malformed, "the token's payload is not written as dbw writes it");
  return token;
}

std::string emit_token_payload(const Token& token) {
  Value::List approvals;
  for (const Digest& approval : token.approvals) approvals.emplace_back(approval.text());
  return codec::emit_json(Value::Map{{"issuer", token.issuer},
                                     {"request", token.request.text()},
                                     {"audience", token.audience},
                                     {"jti", token.jti},
                                     {"issued_at", token.issued_at.text()},
                                     {"not_before", token.not_before.text()},
                                     {"expires_at", token.expires_at.text()},
                                     {"repo_id", token.repo_id},
                                     {"database", token.database},
                                     {"environment", token.environment},
                                     {"target", token.target},
                                     {"mode", mode_name(token.mode)},
                                     {"request_sha256", token.request_sha256.text()},
                                     {"verdict_sha256", token.verdict_sha256.text()},
                                     {"terms_sha256", token.terms_sha256.text()},
                                     {"approvals", std::move(approvals)},
                                     {"root", versioned_value(token.root)},
                                     {"roster", versioned_value(token.roster)},
                                     {"policy", versioned_value(token.policy)},
                                     {"steps", text_list(token.steps)},
                                     {"log", Value::Map{{"size", token.log_size}, {"root", token.log_root.text()}}}});
}

Envelope parse_envelope(std::string_view json, std::size_t bytes_max) {
  constexpr std::string_view source = "envelope";
  const Value document = codec::parse_json(json, source, bytes_max);
  Reader reader(document, std::string(source));
  Envelope out;
  out.payload_type = reader.text("payloadType");
  const std::string payload = reader.text("payload");
  out.payload = at_field(reader, "payload", [&] { return from_base64(payload); });
  std::size_t signatures = 0;
  reader.list_if("signatures", [&](Reader& signature) {
    if (++signatures > 1) throw Error(ErrorCode::envelope_malformed, "the envelope carries more than one signature");
    out.key_id = signature.text("keyid");
    const std::string sig = signature.text("sig");
    out.signature = at_field(signature, "sig", [&] { return from_base64(sig); });
    signature.finish();
  });
  reader.finish();
  if (signatures != 1) throw Error(ErrorCode::envelope_malformed, "the envelope carries no signature");
  if (out.signature.size() != 64)
    throw Error(ErrorCode::envelope_malformed, "the envelope's signature is not 64 bytes long");
  return out;
}

std::string emit_envelope(const Envelope& envelope) {
  const Value signature = Value::Map{{"keyid", envelope.key_id}, {"sig", to_base64(envelope.signature)}};
  return codec::emit_json(Value::Map{{"payloadType", envelope.payload_type},
                                     {"payload", to_base64(envelope.payload)},
                                     {"signatures", Value::List{signature}}});
}

std::string encode_envelope_line(const Envelope& envelope) { return to_base64url(emit_envelope(envelope)); }

Envelope decode_envelope_line(std::string_view line) {
  if (line.size() > k_token_bytes_max) {
    throw Error(ErrorCode::document_too_large,
                fmt::format("the token has {} bytes, allowed are {}", line.size(), k_token_bytes_max));
  }
  return parse_envelope(from_base64url(line));
}

}  // namespace dbw::model
