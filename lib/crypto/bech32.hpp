#pragma once

#include <string>
#include <string_view>

#include "crypto/secret.hpp"

/// Bech32 (BIP 173) without its length limit, as age writes keys. Inside crypto only.
namespace dbw::crypto {

/// `prefix` in lower case; the text is in lower case.
Wiped bech32_encode(std::string_view prefix, std::string_view bytes);
/// The bytes of a text in lower case with that prefix; empty where it is anything else, the wrong checksum included.
Wiped bech32_decode(std::string_view prefix, std::string_view text);

}  // namespace dbw::crypto
