#include <array>

#include <fmt/format.h>
#include <sodium.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/file_access.hpp"
#include "base/files.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_blob.hpp"
#include "crypto/keys.hpp"
#include "crypto/sodium.hpp"

namespace dbw::crypto {
namespace {

/// PKCS#8 version 0, algorithm 1.3.101.112, the seed as an OCTET STRING in an OCTET STRING (RFC 8410, section 7).
constexpr std::array<unsigned char, 16> k_pkcs8_prefix = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                                          0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
constexpr std::string_view k_pem_begin = "-----BEGIN PRIVATE KEY-----\n";
constexpr std::string_view k_pem_end = "\n-----END PRIVATE KEY-----\n";
constexpr std::size_t k_pem_bytes_max = 4096;
constexpr std::size_t k_seed_bytes = crypto_sign_SEEDBYTES;

std::string_view prefix() { return {reinterpret_cast<const char*>(k_pkcs8_prefix.data()), k_pkcs8_prefix.size()}; }

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

[[noreturn]] void malformed(const std::filesystem::path& path, std::string_view why) {
  throw Error(ErrorCode::key_malformed, fmt::format("{} is not an Ed25519 private key: {}", path.string(), why),
              "Make machine keys with `dbw-sign keygen`.");
}

void decode_pem(const std::filesystem::path& path, std::string_view pem, Wiped& der) {
  const std::size_t frame = k_pem_begin.size() + k_pem_end.size();
  const bool framed = pem.size() > frame && pem.substr(0, k_pem_begin.size()) == k_pem_begin &&
                      pem.substr(pem.size() - k_pem_end.size()) == k_pem_end;
  if (!framed) malformed(path, "expected one PEM block, PRIVATE KEY, not encrypted");
  try {
    der.text = from_base64(pem.substr(k_pem_begin.size(), pem.size() - frame));
  } catch (const Error&) {
    malformed(path, "its base64 is damaged");
  }
  const std::string_view view = der.text;
  if (view.size() != prefix().size() + k_seed_bytes || view.substr(0, prefix().size()) != prefix()) {
    malformed(path, "another algorithm or form");
  }
}

}  // namespace

MachineKey MachineKey::from_seed(std::string_view seed) {
  if (seed.size() != k_seed_bytes) throw Error(ErrorCode::key_malformed, "an Ed25519 seed has 32 bytes");
  ensure_sodium();
  std::string raw(crypto_sign_PUBLICKEYBYTES, '\0');
  Wiped secret{std::string(crypto_sign_SECRETKEYBYTES, '\0')};
  crypto_sign_seed_keypair(bytes_of(raw), bytes_of(secret.text), bytes_of(seed));
  return {SecretBytes(secret.text), public_key_from_raw(raw)};
}

MachineKey MachineKey::generate() {
  const Wiped seed{random_bytes(k_seed_bytes)};
  return from_seed(seed.text);
}

MachineKey MachineKey::load(const std::filesystem::path& path) {
  require_private_file(path);
  const Wiped pem{read_file(path, k_pem_bytes_max)};
  Wiped der;
  decode_pem(path, pem.text, der);
  return from_seed(std::string_view(der.text).substr(prefix().size()));
}

SecretBytes MachineKey::pem() const {
  Wiped der;
  der.text.reserve(prefix().size() + k_seed_bytes);
  der.text.append(prefix()).append(m_secret.reveal().substr(0, k_seed_bytes));
  const Wiped body{to_base64(der.text)};
  Wiped text;
  text.text.reserve(k_pem_begin.size() + body.text.size() + k_pem_end.size());
  text.text.append(k_pem_begin).append(body.text).append(k_pem_end);
  return SecretBytes(text.text);
}

std::string MachineKey::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  if (crypto_sign_detached(bytes_of(signature), nullptr, bytes_of(message), message.size(),
                           bytes_of(m_secret.reveal())) != 0) {
    throw Error(ErrorCode::internal_bug, "libsodium could not sign");
  }
  return signature;
}

}  // namespace dbw::crypto
