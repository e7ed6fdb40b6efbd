#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace dbw::audit {

/// A text that stands in a line only as its commitment, with what opens it.
struct Opening {
  std::string path;  ///< what the text is: "sql", "error.message"
  std::string salt;  ///< 32 random bytes
  std::string text;  ///< any bytes
};

/// H("dbw/redact/v1", path, salt, text). Throws Error{audit_redaction_mismatch} where the salt is not 32 bytes.
Digest commitment(const Opening& opening);
/// With a fresh salt.
Opening new_opening(std::string_view path, std::string_view text);
bool verify_opening(const Opening& opening, const Digest& expected);

/// The evidence blob that holds a run's openings: canonical JSON
/// {"openings":[{"path","salt","text"|"text_base64"}],"v":1}, salts in hex.
std::string emit_openings(const std::vector<Opening>& openings);
/// Strict; throws Error with a 01xx code or audit_redaction_mismatch.
std::vector<Opening> parse_openings(std::string_view json);

}  // namespace dbw::audit
