#pragma once

#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "codec/value.hpp"

namespace dbw::codec {

/// Strict YAML (docs/format/yaml.md): byte checks first, then yaml-cpp events; refuses aliases, anchors, tags,
/// directives, duplicate keys, a second document, nulls, block scalars, `?` keys and everything whose echo check fails.
/// The root is a map. Throws Error with a 01xx code, `at(source, position)` named.
Value parse_yaml(std::string_view bytes, std::string_view source, std::size_t bytes_max = k_yaml_bytes_max);

/// A scalar so written that parse_yaml reads the same text back: plain, "v" or 'v' without escapes. Throws
/// Error{yaml_unwritable} where none of the three can hold it (line breaks, both kinds of quotes together with
/// characters that forbid the plain form).
std::string yaml_scalar(std::string_view text);

}  // namespace dbw::codec
