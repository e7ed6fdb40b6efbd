#pragma once

#include <string>
#include <string_view>

/// Public keys of JSON Web Tokens: what a CI host signs its tokens with. Nothing else in dbw may use one.
namespace dbw::crypto {

/// A key and the one algorithm (RFC 7518) that it counts for.
class WebKey {
 public:
  /// RS256, from the big-endian bytes of modulus and exponent. Throws Error{key_weak} below 2048 bits or for another
  /// exponent than 65537, Error{key_malformed} for a modulus with leading zeros, even, or of more than 8192 bits.
  static WebKey rsa(std::string_view modulus, std::string_view exponent);
  /// ES256, from the coordinates of a point on P-256, 32 bytes each. Throws Error{key_malformed}.
  static WebKey p256(std::string_view x, std::string_view y);

  std::string_view algorithm() const { return m_rsa ? "RS256" : "ES256"; }
  bool verify(std::string_view message, std::string_view signature) const;

 private:
  WebKey(bool rsa, std::string bytes) : m_rsa(rsa), m_bytes(std::move(bytes)) {}
  bool m_rsa;
  std::string m_bytes;  ///< modulus, or 04 x y
};

}  // namespace dbw::crypto
