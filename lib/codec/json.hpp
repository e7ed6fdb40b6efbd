#pragma once

#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "codec/value.hpp"

namespace dbw::codec {

/// The JSON profile of signed payloads (docs/format/json.md): UTF-8, RFC 8785 byte form, ASCII keys, integers up to
/// 2^53-1, no floats, no null, no duplicate keys, depth <= 8. Parses, re-emits and compares bytes. The root is a map.
/// Throws Error with a 01xx code.
Value parse_json(std::string_view bytes, std::string_view source, std::size_t bytes_max = k_yaml_bytes_max);

/// RFC 8785 bytes of the profile: sorted keys, no white space. Throws Error{json_profile} for what the profile
/// excludes.
std::string emit_json(const Value& value);
/// Two-space indented for people; map order as built. `depth_max`: forms of others (SARIF) nest deeper than ours.
std::string emit_json_pretty(const Value& value, int depth_max = k_document_depth_max);
/// For input that is not signed (a tool's own configuration, `classify --jsonl` lines): valid JSON in any layout, still
/// no duplicate keys; null and floats refused.
Value parse_json_relaxed(std::string_view bytes, std::string_view source, std::size_t bytes_max);

/// What strangers write (a token's claims, a server's answer): as relaxed, and an empty text stands for null, the
/// literal as text for a number that is no integer of the profile.
Value parse_json_foreign(std::string_view bytes, std::string_view source, std::size_t bytes_max);

}  // namespace dbw::codec
