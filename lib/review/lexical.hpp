#pragma once

#include <cstddef>
#include <string_view>

#include "base/sql_types.hpp"

namespace dbw::review {

/// Behind the comment, literal or quoted name that starts at `at`; `at` where none starts there. Good enough for
/// comments and bodies, whose reading never lowers a verdict; sqlparse decides what a statement is.
std::size_t skip_opaque(Engine engine, std::string_view sql, std::size_t at);
constexpr bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

}  // namespace dbw::review
