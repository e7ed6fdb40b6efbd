#include "crypto/keys.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <sodium.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_blob.hpp"
#include "crypto/public_key_check.hpp"
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

struct KeyType {
  std::string_view name;
  KeyKind kind;
};
constexpr KeyType k_types[] = {{"ssh-ed25519", KeyKind::ed25519},
                               {"sk-ssh-ed25519@openssh.com", KeyKind::sk_ed25519},
                               {"ecdsa-sha2-nistp256", KeyKind::ecdsa_p256},
                               {"sk-ecdsa-sha2-nistp256@openssh.com", KeyKind::sk_ecdsa_p256},
                               {"ssh-rsa", KeyKind::rsa}};

std::string encode(const PublicKey& key) {
  std::string blob = wire_string(key.type);
  if (key.kind == KeyKind::rsa) return blob + wire_string(k_rsa_exponent) + wire_positive(key.raw);
  if (!key.is_ed25519()) blob += wire_string(k_curve_p256);
  blob += wire_string(key.raw);
  if (key.is_security_key()) blob += wire_string(key.application);
  return blob;
}

std::string read_ed25519(WireReader& reader) {
  const auto raw = reader.string();
  if (!raw || raw->size() != k_ed25519_key_bytes) malformed("an Ed25519 key has 32 bytes");
  return std::string(*raw);
}

std::string read_p256(WireReader& reader) {
  if (reader.string() != k_curve_p256) malformed("the key's bytes name another curve");
  const auto point = reader.string();
  if (!point || point->size() != 1 + 2 * k_p256_bytes || point->front() != '\x04')
    malformed("a point of P-256 has 65 bytes and is not compressed");
  if (!is_p256_point(*point)) malformed("the point is not on the curve");
  return std::string(*point);
}

std::string read_rsa(WireReader& reader) {
  const auto exponent = reader.string();
  const auto modulus = reader.positive();
  if (!exponent || !modulus) malformed("exponent and modulus of an RSA key are positive numbers in shortest form");
  const auto bits =
      static_cast<int>(modulus->size() * 8) - std::countl_zero(static_cast<std::uint8_t>(modulus->front()));
  if (bits < k_rsa_bits_min) {
    throw Error(ErrorCode::key_weak,
                fmt::format("an RSA key of {} bits, at least {} are needed", bits, k_rsa_bits_min));
  }
  if (bits > k_rsa_bits_max) malformed(fmt::format("an RSA key of {} bits, at most {} are read", bits, k_rsa_bits_max));
  if (*exponent != k_rsa_exponent) throw Error(ErrorCode::key_weak, "an RSA key with another exponent than 65537");
  if ((static_cast<std::uint8_t>(modulus->back()) & 1u) == 0) malformed("the modulus is even");
  return std::string(*modulus);
}

}  // namespace

std::string PublicKey::text() const { return fmt::format("{} {}", type, to_base64(blob)); }
std::string PublicKey::algorithm() const { return kind == KeyKind::rsa ? std::string(k_algorithm_rsa) : type; }

const std::vector<std::string>& optional_algorithms() {
  static const std::vector<std::string> k_all{"ecdsa-sha2-nistp256", "sk-ecdsa-sha2-nistp256@openssh.com",
                                              std::string(k_algorithm_rsa)};
  return k_all;
}

PublicKey parse_key_blob(std::string_view blob) {
  WireReader reader(blob);
  const auto type = reader.string();
  if (!type || !is_type_name(*type)) malformed("the key's bytes name no type");
  const auto known =
      std::find_if(std::begin(k_types), std::end(k_types), [&](const KeyType& each) { return each.name == *type; });
  if (known == std::end(k_types))
    throw Error(ErrorCode::key_type_unsupported, fmt::format("keys of type {} are not supported", *type));
  PublicKey key;
  key.kind = known->kind;
  key.type = *type;
  key.raw = key.is_ed25519() ? read_ed25519(reader) : key.kind == KeyKind::rsa ? read_rsa(reader) : read_p256(reader);
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
  return parse_key_blob(wire_string(k_types[0].name) + wire_string(raw));
}

bool verify_ed25519(std::string_view raw_key, std::string_view message, std::string_view signature) {
  static_assert(k_ed25519_key_bytes == crypto_sign_PUBLICKEYBYTES && k_ed25519_signature_bytes == crypto_sign_BYTES);
  if (raw_key.size() != k_ed25519_key_bytes || signature.size() != k_ed25519_signature_bytes) return false;
  ensure_sodium();
  const auto bytes = [](std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); };
  return crypto_sign_verify_detached(bytes(signature), bytes(message), message.size(), bytes(raw_key)) == 0;
}

}  // namespace dbw::crypto
