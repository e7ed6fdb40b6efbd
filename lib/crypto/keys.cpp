#include "crypto/keys.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sodium.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_blob.hpp"
#include "crypto/sodium.hpp"
#include "crypto/wire.hpp"

namespace dbw::crypto {
namespace {

/// An RSA key of 16384 bits needs less; longer lines are not keys.
constexpr std::size_t k_key_line_bytes_max = 8 * 1024;

[[noreturn]] void malformed(std::string_view why) {
  throw Error(ErrorCode::key_malformed, fmt::format("not a public key: {}", why));
}

bool is_type_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '@' || c == '.';
  });
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

KeyId fingerprint(std::string_view blob) {
  std::string text = to_base64(sha256(blob).raw());
  while (text.back() == '=') text.pop_back();
  return KeyId("SHA256:" + text);
}

std::string encode(const PublicKey& key) {
  std::string blob = wire_string(key.type) + wire_string(key.raw);
  if (key.is_security_key()) blob += wire_string(key.application);
  return blob;
}

}  // namespace

std::string PublicKey::text() const { return fmt::format("{} {}", type, to_base64(blob)); }
bool PublicKey::is_security_key() const { return type == k_type_sk_ed25519; }

PublicKey parse_key_blob(std::string_view blob) {
  WireReader reader(blob);
  const auto type = reader.string();
  if (!type || !is_type_name(*type)) malformed("the key's bytes name no type");
  if (*type != k_type_ed25519 && *type != k_type_sk_ed25519) {
    throw Error(ErrorCode::key_type_unsupported, fmt::format("keys of type {} are not supported", *type));
  }
  PublicKey key;
  key.type = *type;
  const auto raw = reader.string();
  if (!raw || raw->size() != k_ed25519_key_bytes) malformed("an Ed25519 key has 32 bytes");
  key.raw = *raw;
  if (key.is_security_key()) {
    const auto application = reader.string();
    if (!application || application->empty() || !is_printable_ascii(*application))
      malformed("the security key names no application");
    key.application = *application;
  }
  key.blob = encode(key);
  if (key.blob != blob) malformed("there are bytes behind the key");
  key.id = fingerprint(key.blob);
  return key;
}

PublicKey parse_public_key(std::string_view line) {
  if (line.size() > k_key_line_bytes_max) malformed("the line is too long");
  std::string what;
  if (find_forbidden_character(line, false, &what) != std::string_view::npos) malformed(what);
  if (line.find('\n') != std::string_view::npos) malformed("it must be one line");
  const auto first_blank = line.find(' ');
  if (first_blank == std::string_view::npos || !is_type_name(line.substr(0, first_blank)))
    malformed("expected `type base64 comment`");
  const std::string_view type = line.substr(0, first_blank);
  std::string_view encoded = line.substr(first_blank + 1);
  encoded = encoded.substr(0, encoded.find(' '));
  std::string blob;
  try {
    blob = from_base64(encoded);
  } catch (const Error& error) {
    malformed(error.message());
  }
  PublicKey key = parse_key_blob(blob);
  if (key.type != type) malformed("the line and the key's bytes name different types");
  return key;
}

PublicKey public_key_from_raw(std::string_view raw) {
  return parse_key_blob(wire_string(k_type_ed25519) + wire_string(raw));
}

bool verify_ed25519(std::string_view raw_key, std::string_view message, std::string_view signature) {
  static_assert(k_ed25519_key_bytes == crypto_sign_PUBLICKEYBYTES && k_ed25519_signature_bytes == crypto_sign_BYTES);
  if (raw_key.size() != k_ed25519_key_bytes || signature.size() != k_ed25519_signature_bytes) return false;
  ensure_sodium();
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  return crypto_sign_verify_detached(bytes(signature), bytes(message), message.size(), bytes(raw_key)) == 0;
}

}  // namespace dbw::crypto
