#pragma once

#include <string_view>

#include "crypto/keys.hpp"

/// ECDSA and RSA, which OpenSSL does. Inside crypto only; the shapes are checked by whoever parsed them.
namespace dbw::crypto {

/// `point`: 04 x y, 65 bytes.
bool is_p256_point(std::string_view point);
/// r or s of an ECDSA signature, 32 bytes big-endian: from 1 to the group's order - 1.
bool is_p256_scalar(std::string_view number);

/// `signature`: r and s, 32 bytes each, over SHA-256 of `message`.
bool verify_p256(std::string_view point, std::string_view message, std::string_view signature);
/// RSASSA-PKCS1-v1_5 with the exponent 65537; `signature` is as long as the modulus.
bool verify_rsa_sha256(std::string_view modulus, std::string_view message, std::string_view signature);
bool verify_rsa_sha512(std::string_view modulus, std::string_view message, std::string_view signature);

}  // namespace dbw::crypto
