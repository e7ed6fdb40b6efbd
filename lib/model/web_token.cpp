#include "model/web_token.hpp"

#include <optional>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"

namespace dbw::model {
namespace {

using codec::Value;

[[noreturn]] void bad_token(std::string_view what) { throw Error(ErrorCode::ci_token_malformed, std::string(what)); }

std::string decoded(std::string_view part, std::string_view name) {
  try {
    return from_base64url(part);
  } catch (const Error&) {
    bad_token(fmt::format("the {} is not base64url without padding", name));
  }
}

Value object(std::string_view part, std::string_view name) {
  const std::string json = decoded(part, name);
  try {
    Value value = codec::parse_json_foreign(json, name, k_web_token_bytes_max);
    if (value.kind() == Value::Kind::map) return value;
  } catch (const Error& error) {
    bad_token(fmt::format("the {} cannot be read: {}", name, error.message()));
  }
  bad_token(fmt::format("the {} is not a JSON object", name));
}

/// The text of that name; nullopt where it is absent or no text.
std::optional<std::string> text_of(const Value& map, std::string_view name) {
  const Value* value = map.find(name);
  if (value == nullptr || value->kind() != Value::Kind::text || value->text().empty()) return std::nullopt;
  return value->text();
}

std::string key_bytes(const Value& key, std::string_view name) {
  const auto text = text_of(key, name);
  if (!text) throw Error(ErrorCode::key_malformed, fmt::format("no {}", name));
  return from_base64url(*text);
}

/// Nullopt for a key that is none of ours to use.
std::optional<crypto::WebKey> web_key(const Value& key) {
  if (text_of(key, "use").value_or("sig") != "sig") return std::nullopt;
  const std::string type = text_of(key, "kty").value_or("");
  const std::string algorithm = text_of(key, "alg").value_or("");
  if (type == "RSA" && (algorithm.empty() || algorithm == "RS256"))
    return crypto::WebKey::rsa(key_bytes(key, "n"), key_bytes(key, "e"));
  const bool p256 = type == "EC" && text_of(key, "crv").value_or("") == "P-256";
  if (p256 && (algorithm.empty() || algorithm == "ES256"))
    return crypto::WebKey::p256(key_bytes(key, "x"), key_bytes(key, "y"));
  return std::nullopt;
}

}  // namespace

WebToken parse_web_token(std::string_view compact) {
  if (compact.size() > k_web_token_bytes_max)
    bad_token(fmt::format("{} bytes, at most {} are allowed", compact.size(), k_web_token_bytes_max));
  const std::vector<std::string> parts = split(compact, '.');
  if (parts.size() != 3) bad_token("expected three parts with dots between them");
  const Value header = object(parts[0], "header");
  if (header.find("crit") != nullptr || header.find("b64") != nullptr)
    bad_token("the header asks for an extension that dbw does not know");
  const auto algorithm = text_of(header, "alg");
  const auto key_id = text_of(header, "kid");
  if (!algorithm || !key_id) bad_token("the header names no algorithm (alg) or no key (kid)");
  if (to_lower(text_of(header, "typ").value_or("JWT")) != "jwt") bad_token("the header's typ is not JWT");
  WebToken token;
  token.algorithm = *algorithm;
  token.key_id = *key_id;
  token.claims = object(parts[1], "claims");
  token.signed_part = parts[0] + "." + parts[1];
  token.signature = decoded(parts[2], "signature");
  return token;
}

WebKeySet parse_web_key_set(std::string_view json, std::string_view source) {
  WebKeySet keys;
  try {
    const Value document = codec::parse_json_foreign(json, source, k_web_key_set_bytes_max);
    const Value* list = document.kind() == Value::Kind::map ? document.find("keys") : nullptr;
    if (list == nullptr || list->kind() != Value::Kind::list)
      throw Error(ErrorCode::ci_keys_malformed, fmt::format("{}: expected an object with a list of keys", source));
    for (const Value& each : list->items()) {
      const bool map = each.kind() == Value::Kind::map;
      const auto id = map ? text_of(each, "kid") : std::nullopt;
      const auto key = id ? web_key(each) : std::nullopt;
      if (key && !keys.emplace(*id, *key).second)
        throw Error(ErrorCode::ci_keys_malformed, fmt::format("{}: two keys with the id {}", source, printable(*id)));
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::ci_keys_malformed) throw;
    throw Error(ErrorCode::ci_keys_malformed, fmt::format("{}: {}", source, error.message()));
  }
  if (keys.empty()) throw Error(ErrorCode::ci_keys_malformed, fmt::format("{}: no key that signs tokens", source));
  return keys;
}

}  // namespace dbw::model
