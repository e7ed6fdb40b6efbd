#pragma once

#include <string_view>

#include "crypto/keys.hpp"

/// Inside crypto only.
namespace dbw::crypto {

inline constexpr std::string_view k_curve_p256 = "nistp256";
inline constexpr std::string_view k_algorithm_rsa = "rsa-sha2-512";
/// The one public exponent that OpenSSH, tokens and everybody else have used for twenty years: 65537.
inline constexpr std::string_view k_rsa_exponent{"\x01\x00\x01", 3};
/// A coordinate of P-256, and each half of a signature on it.
inline constexpr std::size_t k_p256_bytes = 32;
inline constexpr std::size_t k_ed25519_key_bytes = 32;
inline constexpr std::size_t k_ed25519_signature_bytes = 64;

/// A public key from its SSH wire form, re-encoded and compared. Throws Error{key_malformed, key_type_unsupported,
/// key_weak}.
PublicKey parse_key_blob(std::string_view blob);

}  // namespace dbw::crypto
