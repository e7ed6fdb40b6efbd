#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// Inside crypto only.
namespace dbw::crypto {

inline constexpr std::string_view k_pkcs11_scheme = "pkcs11:";

/// A key in a token (RFC 7512); what is absent fits everything.
struct Pkcs11Uri {
  std::optional<std::string> token, serial, model, manufacturer;  ///< of the token
  std::optional<std::string> object, id;                          ///< of the key: label and CKA_ID; at least one
  std::filesystem::path module;                                   ///< module-path, absolute
  std::optional<std::filesystem::path> pin_file;                  ///< pin-source, absolute
};

/// Strict: known attributes once each, no PIN. Messages never repeat a value. Throws Error{pkcs11_uri,
/// pkcs11_pin_in_uri}.
Pkcs11Uri parse_pkcs11_uri(std::string_view text);

}  // namespace dbw::crypto
