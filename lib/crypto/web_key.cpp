#include "crypto/web_key.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "crypto/key_blob.hpp"
#include "crypto/public_key_check.hpp"

namespace dbw::crypto {

WebKey WebKey::rsa(std::string_view modulus, std::string_view exponent) {
  if (exponent != k_rsa_exponent) throw Error(ErrorCode::key_weak, "an RSA key with another exponent than 65537");
  const bool odd = !modulus.empty() && (static_cast<unsigned char>(modulus.back()) & 1u) != 0;
  if (!odd || modulus.front() == '\0' || modulus.size() * 8 > k_rsa_bits_max)
    throw Error(ErrorCode::key_malformed, fmt::format("{} bytes are no RSA modulus", modulus.size()));
  // A first byte below 0x80 shortens the key.
  const bool long_enough =
      modulus.size() * 8 > k_web_rsa_bits_min ||
      (modulus.size() * 8 == k_web_rsa_bits_min && (static_cast<unsigned char>(modulus[0]) >> 7) == 1);
  if (!long_enough)
    throw Error(ErrorCode::key_weak, fmt::format("an RSA key of less than {} bits", k_web_rsa_bits_min));
  return {true, std::string(modulus)};
}

WebKey WebKey::p256(std::string_view x, std::string_view y) {
  const std::string point = "\x04" + std::string(x) + std::string(y);
  if (x.size() != k_p256_bytes || y.size() != k_p256_bytes || !is_p256_point(point))
    throw Error(ErrorCode::key_malformed, "not a point on P-256");
  return {false, point};
}

bool WebKey::verify(std::string_view message, std::string_view signature) const {
  return m_rsa ? verify_rsa_sha256(m_bytes, message, signature) : verify_p256(m_bytes, message, signature);
}

}  // namespace dbw::crypto
