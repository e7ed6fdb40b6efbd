#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "crypto/secret.hpp"

namespace dbw::crypto {

/// A public key in OpenSSH form ("ssh-ed25519 AAAA... comment"). People's keys and machines' keys are both written so.
struct PublicKey {
  std::string type;         ///< "ssh-ed25519", "sk-ssh-ed25519@openssh.com"
  std::string blob;         ///< the SSH wire form
  std::string raw;          ///< the 32 Ed25519 bytes
  std::string application;  ///< of security keys ("ssh:")
  KeyId id;                 ///< recomputed SHA-256 fingerprint
  /// "ssh-ed25519 AAAA...", no comment.
  std::string text() const;
  bool is_security_key() const;
  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.blob == b.blob; }
};

/// Strict: one line, known type, exact blob (re-encoded and compared); the comment is dropped. Throws
/// Error{key_malformed, key_type_unsupported}.
PublicKey parse_public_key(std::string_view line);
/// From 32 raw bytes, type ssh-ed25519.
PublicKey public_key_from_raw(std::string_view raw);

/// libsodium's crypto_sign_verify_detached: the one acceptance rule for Ed25519. `raw_key` 32 bytes, `signature` 64
/// bytes.
bool verify_ed25519(std::string_view raw_key, std::string_view message, std::string_view signature);

/// A machine's signing key (token, review, execute, witness).
class MachineKey {
 public:
  /// From a PKCS#8 PEM file ("-----BEGIN PRIVATE KEY-----", RFC 8410) of mode 0600. Throws Error{key_malformed,
  /// file_...}.
  static MachineKey load(const std::filesystem::path& path);
  static MachineKey generate();
  static MachineKey from_seed(std::string_view seed);  ///< 32 bytes
  /// PEM text for write_file_atomic(path, ..., 0600).
  SecretBytes pem() const;
  const PublicKey& public_key() const { return m_public; }
  std::string sign(std::string_view message) const;  ///< 64 raw bytes

 private:
  MachineKey(SecretBytes secret, PublicKey key) : m_secret(std::move(secret)), m_public(std::move(key)) {}
  SecretBytes m_secret;  ///< libsodium's 64-byte form
  PublicKey m_public;
};

}  // namespace dbw::crypto
