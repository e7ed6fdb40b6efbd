#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "crypto/secret.hpp"

namespace dbw::crypto {

enum class KeyKind { ed25519, sk_ed25519, ecdsa_p256, sk_ecdsa_p256, rsa };

/// A public key in OpenSSH form ("ssh-ed25519 AAAA... comment"). People's keys and machines' keys are both written so.
struct PublicKey {
  KeyKind kind = KeyKind::ed25519;
  std::string type;         ///< "ssh-ed25519", "sk-ssh-ed25519@openssh.com", "ssh-rsa", ...
  std::string blob;         ///< the SSH wire form
  std::string raw;          ///< Ed25519: 32 bytes; ECDSA: the point, 04 x y; RSA: the modulus, big-endian
  std::string application;  ///< of security keys ("ssh:")
  KeyId id;                 ///< recomputed SHA-256 fingerprint
  /// "ssh-ed25519 AAAA...", no comment.
  std::string text() const;
  bool is_security_key() const { return kind == KeyKind::sk_ed25519 || kind == KeyKind::sk_ecdsa_p256; }
  bool is_ed25519() const { return kind == KeyKind::ed25519 || kind == KeyKind::sk_ed25519; }
  /// The one signature algorithm that this key may use: its type; "rsa-sha2-512" for RSA keys.
  std::string algorithm() const;
  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.blob == b.blob; }
};

/// Strict: one line, known type, exact blob (re-encoded and compared), a point on its curve, RSA long enough; the
/// comment is dropped. Throws Error{key_malformed, key_type_unsupported, key_weak}.
PublicKey parse_public_key(std::string_view line);
/// Algorithms beyond Ed25519. They count only where a policy lists them.
const std::vector<std::string>& optional_algorithms();
/// From 32 raw bytes, type ssh-ed25519.
PublicKey public_key_from_raw(std::string_view raw);

/// libsodium's crypto_sign_verify_detached: the one acceptance rule for Ed25519. `raw_key` 32 bytes, `signature` 64
/// bytes.
bool verify_ed25519(std::string_view raw_key, std::string_view message, std::string_view signature);

/// Signs for a machine (token, review, execute, witness), wherever its key is.
class MachineSigner {
 public:
  virtual ~MachineSigner() = default;
  virtual const PublicKey& public_key() const = 0;
  virtual std::string sign(std::string_view message) const = 0;  ///< 64 raw bytes
};

/// A machine's key in a file.
class MachineKey : public MachineSigner {
 public:
  /// From a PKCS#8 PEM file ("-----BEGIN PRIVATE KEY-----", RFC 8410) of mode 0600. Throws Error{key_malformed,
  /// file_...}.
  static MachineKey load(const std::filesystem::path& path);
  static MachineKey generate();
  static MachineKey from_seed(std::string_view seed);  ///< 32 bytes
  /// PEM text for write_file_atomic(path, ..., 0600).
  SecretBytes pem() const;
  const PublicKey& public_key() const override { return m_public; }
  std::string sign(std::string_view message) const override;

 private:
  MachineKey(SecretBytes secret, PublicKey key) : m_secret(std::move(secret)), m_public(std::move(key)) {}
  SecretBytes m_secret;  ///< libsodium's 64-byte form
  PublicKey m_public;
};

}  // namespace dbw::crypto
