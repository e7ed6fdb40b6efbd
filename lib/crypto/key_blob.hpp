#pragma once

#include <string_view>

#include "crypto/keys.hpp"

/// Inside crypto only.
namespace dbw::crypto {

inline constexpr std::string_view k_type_ed25519 = "ssh-ed25519";
inline constexpr std::string_view k_type_sk_ed25519 = "sk-ssh-ed25519@openssh.com";
inline constexpr std::size_t k_ed25519_key_bytes = 32;
inline constexpr std::size_t k_ed25519_signature_bytes = 64;

/// A public key from its SSH wire form, re-encoded and compared. Throws Error{key_malformed, key_type_unsupported}.
PublicKey parse_key_blob(std::string_view blob);

}  // namespace dbw::crypto
