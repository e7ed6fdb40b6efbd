#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "crypto/keys.hpp"

namespace dbw::crypto {

/// A decoded SSHSIG (openssh PROTOCOL.sshsig), strict and canonical.
struct SshSignature {
  PublicKey key;           ///< the key it claims; trust looks it up by key.id
  std::string name_space;  ///< "git", "dbw-request-v1"
  std::string raw;         ///< Ed25519: 64 bytes; ECDSA: r and s, 32 bytes each; RSA: as long as the modulus
  std::uint8_t flags = 0;  ///< of security keys: 0x01 touch, 0x04 verified (PIN)
  std::uint32_t counter = 0;
  bool touched() const { return (flags & 0x01u) != 0; }
  bool verified_user() const { return (flags & 0x04u) != 0; }
};

/// One armour block exactly as ssh-keygen writes it (70 columns), empty `reserved`, hash sha512, nothing before or
/// behind; decode, re-encode, compare. `final_newline`: whether the armour ends in '\n' is the caller's to say (commits
/// strip it). Throws Error{sshsig_..., signature_openpgp, signature_x509, key_...}.
SshSignature parse_sshsig(std::string_view armour);

/// True where `signature` is over `message` in `name_space` by `key` (compares the key blob, the name space and
/// verifies). The algorithm follows from `key` alone. Security keys need the touch flag. Whether a policy admits the
/// key's kind is not asked here. Throws Error{sshsig_...} that says what is wrong; returns normally when good.
void require_sshsig(const SshSignature& signature, const PublicKey& key, std::string_view name_space,
                    std::string_view message);

/// Signs for a person.
class Signer {
 public:
  virtual ~Signer() = default;
  virtual const PublicKey& public_key() const = 0;
  /// The armour, ending in '\n'.
  virtual std::string sign(std::string_view name_space, std::string_view message) = 0;
};

/// `ssh-keygen -Y sign -n <namespace> -f <key>`, or a program of the same interface (git's gpg.ssh.program). Agents,
/// FIDO2 touch and passphrases work as they do for git.
class SshKeygenSigner : public Signer {
 public:
  /// `key_file`: private key file, or public key file whose private half is in the agent. Throws Error{file_missing,
  /// key_...}.
  explicit SshKeygenSigner(std::filesystem::path key_file, std::string program = "ssh-keygen");
  const PublicKey& public_key() const override { return m_public; }
  std::string sign(std::string_view name_space, std::string_view message) override;

 private:
  std::filesystem::path m_key_file;
  std::string m_program;
  PublicKey m_public;
};

}  // namespace dbw::crypto
