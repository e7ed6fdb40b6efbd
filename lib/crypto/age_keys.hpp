#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "crypto/age.hpp"
#include "crypto/age_header.hpp"

/// Keys of age: HKDF, HMAC, and the file key wrapped for one recipient. Inside crypto only.
namespace dbw::crypto {

/// A secret on the stack that is overwritten when it goes.
template <std::size_t N>
struct WipedKey {
  std::array<unsigned char, N> bytes{};
  WipedKey() = default;
  WipedKey(const WipedKey&) = default;
  WipedKey& operator=(const WipedKey&) = default;
  ~WipedKey();
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};
using FileKey = WipedKey<16>;
using DerivedKey = WipedKey<32>;

const unsigned char* octets(std::string_view text);
unsigned char* octets(std::string& text);

FileKey random_file_key();
/// HKDF-SHA-256 (RFC 5869), 32 bytes.
DerivedKey age_derive(std::string_view key, std::string_view salt, std::string_view info);
/// HMAC-SHA-256 of the header.
std::string age_header_mac(const FileKey& key, std::string_view header);

/// Encrypts the file key for one recipient. Throws Error{age_weak_point}.
AgeStanza wrap_file_key(const FileKey& key, const AgeRecipient& recipient);
/// nullopt: of another kind, or for another key. Throws Error{age_header} for an X25519 stanza that is not in its form,
/// Error{age_weak_point} for a share that gives the secret away.
std::optional<FileKey> unwrap_file_key(const AgeStanza& stanza, const AgeIdentity& identity);

/// The nonces of one payload's chunks in order: an 11-byte big-endian counter, and a byte that marks the last chunk.
class ChunkNonce {
 public:
  /// 12 bytes, valid until the next call.
  const unsigned char* next(bool last);
  bool at_start() const { return m_count == 0; }

 private:
  std::uint64_t m_count = 0;
  std::array<unsigned char, 12> m_bytes{};
};

}  // namespace dbw::crypto
