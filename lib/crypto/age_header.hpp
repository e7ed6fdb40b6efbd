#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The textual header of an age v1 file: its grammar and nothing else. Inside crypto only.
namespace dbw::crypto {

/// Of one recipient.
struct AgeStanza {
  std::vector<std::string> arguments;  ///< at least one; the first is the kind
  std::string body;                    ///< decoded
};

struct AgeHeader {
  std::vector<AgeStanza> stanzas;
  std::string signed_part;  ///< what the MAC covers: up to and including "---"
  std::string mac;          ///< 32 bytes
  std::size_t size = 0;     ///< bytes of the whole header
};

/// Version line, stanzas and "---", without the MAC.
std::string emit_age_header(const std::vector<AgeStanza>& stanzas);
/// " <mac>" and the line's end: what follows emit_age_header().
std::string emit_age_mac(std::string_view mac);
/// The header at the beginning of `bytes`; nullopt where more bytes are needed to say. Throws Error{age_header}.
std::optional<AgeHeader> parse_age_header(std::string_view bytes);
/// Base64 without padding, canonical; nullopt for anything else.
std::optional<std::string> from_raw_base64(std::string_view text);
std::string to_raw_base64(std::string_view bytes);

}  // namespace dbw::crypto
