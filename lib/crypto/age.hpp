#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.hpp"

/// The age v1 file format (c2sp.org/age) with X25519 recipients: what is written here opens with the program age, and
/// the other way round. Passphrases, plugins, SSH keys and the armour are left out.
namespace dbw::crypto {

/// The public half of a seal key. Whoever knows it can seal for its owner; that says nothing about who sealed.
struct AgeRecipient {
  std::string raw;           ///< 32 bytes
  std::string text() const;  ///< "age1..."
  friend bool operator==(const AgeRecipient&, const AgeRecipient&) = default;
};
/// Strict: one text for one key, and a point that keeps a secret. Throws Error{age_recipient, age_weak_point}.
AgeRecipient parse_age_recipient(std::string_view text);

/// A seal key.
class AgeIdentity {
 public:
  static AgeIdentity generate();
  /// "AGE-SECRET-KEY-1..."; throws Error{age_identity}, which never shows the text.
  static AgeIdentity parse(std::string_view text);
  const AgeRecipient& recipient() const { return m_recipient; }
  SecretBytes text() const;
  std::string_view scalar() const { return m_scalar.reveal(); }  ///< 32 bytes

 private:
  AgeIdentity(SecretBytes scalar, AgeRecipient recipient)
      : m_scalar(std::move(scalar)), m_recipient(std::move(recipient)) {}
  SecretBytes m_scalar;
  AgeRecipient m_recipient;
};

/// Receives pieces in order.
using ByteSink = std::function<void(std::string_view piece)>;

/// Seals a stream of bytes with constant memory. Only finish() makes a whole file of it.
class AgeWriter {
 public:
  /// Hands the header to `sink` at once. At least one recipient; each gets the same file key.
  AgeWriter(const std::vector<AgeRecipient>& recipients, ByteSink sink);
  ~AgeWriter();
  AgeWriter(const AgeWriter&) = delete;
  AgeWriter& operator=(const AgeWriter&) = delete;
  void write(std::string_view plain);
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

/// Opens a stream of sealed bytes with constant memory. Every piece that `sink` receives is authentic and in its place;
/// that nothing is missing is known when finish() returns. Unknown kinds of recipients are passed over, everything else
/// in the header is refused unless it is exactly in its form.
class AgeReader {
 public:
  /// The identities must outlive the reader.
  AgeReader(const std::vector<AgeIdentity>& identities, ByteSink sink);
  ~AgeReader();
  AgeReader(const AgeReader&) = delete;
  AgeReader& operator=(const AgeReader&) = delete;
  /// Throws Error{age_header, age_no_key, age_weak_point, age_header_mac, age_payload}; the reader is of no use
  /// afterwards.
  void write(std::string_view sealed);
  /// Throws as write() does.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

/// Whole files.
std::string age_seal(const std::vector<AgeRecipient>& recipients, std::string_view plain);
std::string age_open(const std::vector<AgeIdentity>& identities, std::string_view sealed);

}  // namespace dbw::crypto
