#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Text that came from outside, made safe to look at; and the few string helpers the standard library lacks.
namespace dbw {

/// Replaces control characters, ANSI escapes, bidirectional and zero-width code points and invalid UTF-8 by visible
/// `\x1b` / `\u202e` escapes. With `keep_lines` newline and tab stay, and a line's end of Windows becomes a newline.
/// Use on everything that came from a file, a commit or a server.
std::string printable(std::string_view text, bool keep_lines = false);

/// True for well-formed UTF-8 (no overlong forms, surrogates, or code points above U+10FFFF).
bool is_utf8(std::string_view text);

/// Byte offset of the first character that signed text must not hold (invalid UTF-8, CR, NUL and other controls except
/// LF, BOM, bidirectional and zero-width code points), or npos. `what` names it. `sql`: tabs are allowed, and CR right
/// before LF, as Windows ends lines.
std::size_t find_forbidden_character(std::string_view text, bool sql, std::string* what);

std::vector<std::string> split(std::string_view text, char separator);
/// Lines without their '\n'; a final newline does not start another line.
std::vector<std::string_view> split_lines(std::string_view text);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
/// At most `bytes_max` bytes, never cut inside a UTF-8 character.
std::string_view truncate_utf8(std::string_view text, std::size_t bytes_max);
std::string_view trim(std::string_view text);
/// In quotes of a shell.
std::string shell_quoted(std::string_view text);
/// The same, and as it is where no shell could read it otherwise.
std::string shell_word(std::string_view text);
std::string to_lower(std::string_view text);  ///< ASCII only
bool is_ascii(std::string_view text);
/// The whole text as a decimal number, with at most a minus sign before it; nullopt for anything else.
std::optional<std::int64_t> parse_decimal(std::string_view text);

}  // namespace dbw
