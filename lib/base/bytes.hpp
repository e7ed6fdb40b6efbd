#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

/// Bytes are `std::string` / `std::string_view` throughout: Git objects, files and SQL are byte strings, and only
/// codec gives them meaning. This header holds digests as values and the text encodings every floor needs.
namespace dbw {

/// A SHA-256 value. Computing one is `crypto::sha256`.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const Digest&, const Digest&) = default;
  friend auto operator<=>(const Digest&, const Digest&) = default;

  /// "sha256:<64 lower-case hex digits>".
  std::string text() const;
  /// The 64 hex digits alone, as `sha256sum` prints them and as evidence files are named.
  std::string hex() const;
  /// The 32 bytes.
  std::string raw() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  /// From text(); throws Error{bad_digest}.
  static Digest parse(std::string_view text);
  /// From exactly 32 bytes; throws Error{bad_digest}.
  static Digest from_raw(std::string_view raw);
};

std::string to_hex(std::string_view bytes);
/// Lower-case hex only; throws Error{bad_encoding}.
std::string from_hex(std::string_view text);
/// Standard alphabet with padding.
std::string to_base64(std::string_view bytes);
/// Strict: standard alphabet, padded, canonical trailing bits, no white space; throws Error{bad_encoding}.
std::string from_base64(std::string_view text);
/// URL alphabet without padding.
std::string to_base64url(std::string_view bytes);
/// Strict counterpart of to_base64url; throws Error{bad_encoding}.
std::string from_base64url(std::string_view text);

/// Pre-authentication encoding (PASETO, Common.md): little-endian 64-bit piece count, then each piece behind its
/// little-endian 64-bit length.
std::string pae(std::initializer_list<std::string_view> pieces);
template <typename Range>
std::string pae_range(const Range& pieces);
std::string le64(std::uint64_t value);

template <typename Range>
std::string pae_range(const Range& pieces) {
  std::string out = le64(static_cast<std::uint64_t>(std::size(pieces)));
  for (std::string_view piece : pieces) {
    out += le64(piece.size());
    out += piece;
  }
  return out;
}

}  // namespace dbw
