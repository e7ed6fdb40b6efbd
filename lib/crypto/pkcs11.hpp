#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/keys.hpp"

/// Machine keys by reference: the path of a file, or a pkcs11: URI (RFC 7512) of an Ed25519 key pair in a token, which
/// the module named there signs with.
namespace dbw::crypto {

bool is_pkcs11(std::string_view reference);

/// The file that whoever can read it can sign with: the key file, or the file that holds the token's PIN. Nothing where
/// a token needs none. Throws Error{pkcs11_uri, pkcs11_pin_in_uri}.
std::optional<std::filesystem::path> secret_file_of(const std::string& reference);

/// A token's session lasts as long as the signer; every signature is verified before it is given out. Throws
/// Error{key_malformed, file_..., pkcs11_...}.
std::unique_ptr<MachineSigner> load_machine_signer(const std::string& reference);

}  // namespace dbw::crypto
