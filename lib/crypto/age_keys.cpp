#include "crypto/age_keys.hpp"

#include <algorithm>
#include <limits>

#include <sodium.h>

#include "base/error.hpp"
#include "crypto/bech32.hpp"
#include "crypto/hash.hpp"
#include "crypto/sodium.hpp"

namespace dbw::crypto {
namespace {

constexpr std::string_view k_recipient_prefix = "age";
constexpr std::string_view k_identity_prefix = "age-secret-key-";
constexpr std::string_view k_x25519 = "X25519";
constexpr std::string_view k_x25519_info = "age-encryption.org/v1/X25519";
constexpr std::size_t k_point_bytes = crypto_scalarmult_BYTES;
constexpr std::size_t k_wrapped_bytes = 16 + crypto_aead_chacha20poly1305_ietf_ABYTES;
/// A wrap key is used once.
constexpr std::array<unsigned char, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> k_wrap_nonce{};

std::string public_half(std::string_view scalar) {
  ensure_sodium();
  std::string raw(k_point_bytes, '\0');
  if (crypto_scalarmult_base(octets(raw), octets(scalar)) != 0)
    throw Error(ErrorCode::internal_bug, "libsodium could not compute a public key");
  return raw;
}

/// The number is below the field's prime and the unused bit is clear: one point, one text. Otherwise the sealer's salt
/// would differ from the one that the owner computes.
bool is_canonical_point(std::string_view raw) {
  const auto* bytes = octets(raw);
  if ((bytes[31] & 0x80u) != 0) return false;
  const bool top = bytes[31] == 0x7f && std::all_of(bytes + 1, bytes + 31, [](unsigned char b) { return b == 0xff; });
  return !top || bytes[0] < 0xed;
}

/// Throws where the other side's point takes part in nothing: its order is low, and the secret would be known to all.
DerivedKey shared_secret(std::string_view scalar, std::string_view point) {
  ensure_sodium();
  DerivedKey shared;
  if (crypto_scalarmult(shared.bytes.data(), octets(scalar), octets(point)) != 0)
    throw Error(ErrorCode::age_weak_point, "a point of low order");
  return shared;
}

DerivedKey wrap_key(const DerivedKey& shared, std::string_view share, const AgeRecipient& recipient) {
  return age_derive(shared.view(), std::string(share) + recipient.raw, k_x25519_info);
}

}  // namespace

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* octets(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

template <std::size_t N>
WipedKey<N>::~WipedKey() {
  sodium_memzero(bytes.data(), bytes.size());
}
template struct WipedKey<16>;
template struct WipedKey<32>;

FileKey random_file_key() {
  ensure_sodium();
  FileKey key;
  randombytes_buf(key.bytes.data(), key.bytes.size());
  return key;
}

DerivedKey age_derive(std::string_view key, std::string_view salt, std::string_view info) {
  const auto hmac = [](DerivedKey& out, std::string_view secret, std::string_view text, std::string_view more) {
    crypto_auth_hmacsha256_state state;
    // libsodium wants a place to read from, also where there is nothing to read.
    for (std::string_view* each : {&secret, &text, &more}) {
      if (each->empty()) *each = "";
    }
    crypto_auth_hmacsha256_init(&state, octets(secret), secret.size());
    crypto_auth_hmacsha256_update(&state, octets(text), text.size());
    crypto_auth_hmacsha256_update(&state, octets(more), more.size());
    crypto_auth_hmacsha256_final(&state, out.bytes.data());
    sodium_memzero(&state, sizeof state);
  };
  DerivedKey extracted, out;
  hmac(extracted, salt, key, {});
  hmac(out, extracted.view(), info, std::string_view("\x01", 1));
  return out;
}

std::string age_header_mac(const FileKey& key, std::string_view header) {
  const DerivedKey mac_key = age_derive(key.view(), {}, "header");
  std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256(octets(mac), octets(header), header.size(), mac_key.bytes.data());
  return mac;
}

std::string AgeRecipient::text() const { return bech32_encode(k_recipient_prefix, raw).text; }

AgeRecipient parse_age_recipient(std::string_view text) {
  AgeRecipient recipient{bech32_decode(k_recipient_prefix, text).text};
  if (recipient.raw.size() != k_point_bytes || !is_canonical_point(recipient.raw))
    throw Error(ErrorCode::age_recipient, "expected age1 and 58 more characters in lower case, with a right checksum");
  // Multiplication clears the factor that points of low order consist of, whatever the scalar.
  shared_secret(std::string(k_point_bytes, '\x01'), recipient.raw);
  return recipient;
}

AgeIdentity AgeIdentity::generate() {
  DerivedKey scalar;
  ensure_sodium();
  randombytes_buf(scalar.bytes.data(), scalar.bytes.size());
  return {SecretBytes(scalar.view()), AgeRecipient{public_half(scalar.view())}};
}

AgeIdentity AgeIdentity::parse(std::string_view text) {
  Wiped lower{std::string(text)};
  for (char& c : lower.text) {
    // Lower case would be another text for the same key.
    if (c >= 'a' && c <= 'z') c = '?';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const Wiped scalar = bech32_decode(k_identity_prefix, lower.text);
  if (scalar.text.size() != k_point_bytes)
    throw Error(ErrorCode::age_identity,
                "expected AGE-SECRET-KEY-1 and 58 more characters in upper case, with a right checksum");
  return {SecretBytes(scalar.text), AgeRecipient{public_half(scalar.text)}};
}

SecretBytes AgeIdentity::text() const {
  Wiped out = bech32_encode(k_identity_prefix, m_scalar.reveal());
  for (char& c : out.text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return SecretBytes(out.text);
}

AgeStanza wrap_file_key(const FileKey& key, const AgeRecipient& recipient) {
  ensure_sodium();
  DerivedKey ephemeral;
  randombytes_buf(ephemeral.bytes.data(), ephemeral.bytes.size());
  const std::string share = public_half(ephemeral.view());
  const DerivedKey wrap = wrap_key(shared_secret(ephemeral.view(), recipient.raw), share, recipient);
  std::string body(k_wrapped_bytes, '\0');
  crypto_aead_chacha20poly1305_ietf_encrypt(octets(body), nullptr, key.bytes.data(), key.bytes.size(), nullptr, 0,
                                            nullptr, k_wrap_nonce.data(), wrap.bytes.data());
  return {{std::string(k_x25519), to_raw_base64(share)}, std::move(body)};
}

std::optional<FileKey> unwrap_file_key(const AgeStanza& stanza, const AgeIdentity& identity) {
  if (stanza.arguments.front() != k_x25519) return std::nullopt;
  const auto share = stanza.arguments.size() == 2 ? from_raw_base64(stanza.arguments[1]) : std::nullopt;
  if (!share || share->size() != k_point_bytes || stanza.body.size() != k_wrapped_bytes)
    throw Error(ErrorCode::age_header, "an X25519 recipient is not a share of 32 bytes and a key of 32 bytes");
  const DerivedKey wrap = wrap_key(shared_secret(identity.scalar(), *share), *share, identity.recipient());
  FileKey key;
  const int opened =
      crypto_aead_chacha20poly1305_ietf_decrypt(key.bytes.data(), nullptr, nullptr, octets(stanza.body),
                                                stanza.body.size(), nullptr, 0, k_wrap_nonce.data(), wrap.bytes.data());
  return opened == 0 ? std::optional(key) : std::nullopt;
}

const unsigned char* ChunkNonce::next(bool last) {
  static_assert(sizeof m_bytes == crypto_aead_chacha20poly1305_ietf_NPUBBYTES);
  if (m_count == std::numeric_limits<std::uint64_t>::max())
    throw Error(ErrorCode::age_payload, "it has more chunks than can be counted");
  for (std::size_t i = 0; i < 8; ++i) m_bytes[10 - i] = static_cast<unsigned char>(m_count >> (8 * i));
  m_bytes[11] = last ? 1 : 0;
  ++m_count;
  return m_bytes.data();
}

}  // namespace dbw::crypto
