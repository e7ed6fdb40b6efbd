#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace dbw {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  ///< 0: not well-formed at this place
};

CodePoint decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(at);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t smallest = 0;
  if ((first & 0xE0u) == 0xC0u) {
    length = 2, value = first & 0x1Fu, smallest = 0x80;
  } else if ((first & 0xF0u) == 0xE0u) {
    length = 3, value = first & 0x0Fu, smallest = 0x800;
  } else if ((first & 0xF8u) == 0xF0u) {
    length = 4, value = first & 0x07u, smallest = 0x10000;
  } else {
    return {};
  }
  if (at + length > text.size()) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0u) != 0x80u) return {};
    value = (value << 6) | (byte(at + i) & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

/// Eight characters at a time, each in a byte of its own.
constexpr std::uint64_t k_each_byte = 0x0101010101010101;
constexpr std::uint64_t k_high_bits = 0x80 * k_each_byte;

std::uint64_t eight_bytes(const char* at) {
  std::uint64_t out;
  std::memcpy(&out, at, sizeof out);
  return out;
}

/// None of them below a blank, none above '~': additions and subtractions that carry into no other byte.
bool all_plain(std::uint64_t bytes) {
  const bool below_del = ((bytes | (bytes + k_each_byte)) & k_high_bits) == 0;
  return below_del && (((bytes | k_high_bits) - 0x20 * k_each_byte) & k_high_bits) == k_high_bits;
}

/// How many visible ASCII characters and blanks the text starts with: nearly all of most texts, and never an offence.
std::size_t plain_length(std::string_view text) {
  std::size_t at = 0;
  while (at + sizeof(std::uint64_t) <= text.size() && all_plain(eight_bytes(text.data() + at)))
    at += sizeof(std::uint64_t);
  while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F) ++at;
  return at;
}

constexpr std::uint32_t k_byte_order_mark = 0xFEFF;

/// How Windows ends a line.
bool is_crlf(std::string_view text, std::size_t at) { return text.substr(at, 2) == "\r\n"; }

/// Code points that change how text looks without being seen (Unicode 15: bidi controls, zero-width, BOM, line and
/// paragraph separators, invisible operators, variation of the tag block, soft hyphen, C1 controls).
bool is_hidden(std::uint32_t c) {
  return (c >= 0x80 && c <= 0x9F) || c == 0xAD || c == 0x34F || c == 0x61C || c == 0x115F || c == 0x1160 ||
         c == 0x17B4 || c == 0x17B5 || (c >= 0x180B && c <= 0x180F) || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0x3164 || c == 0xFEFF || c == 0xFFA0 ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0x1D173 && c <= 0x1D17A) || (c >= 0xE0000 && c <= 0xE0FFF);
}

}  // namespace

std::string printable(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t plain = plain_length(text.substr(i)); plain > 0) {
      out += text.substr(i, plain);
      i += plain;
      continue;
    }
    const CodePoint point = decode(text, i);
    if (point.length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text[i]));
      ++i;
      continue;
    }
    const std::uint32_t c = point.value;
    if (keep_lines && is_crlf(text, i)) {
      ++i;
      continue;
    }
    if ((c < 0x20 || c == 0x7F) && !(keep_lines && (c == '\n' || c == '\t'))) {
      out += fmt::format("\\x{:02x}", c);
    } else if (is_hidden(c)) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += text.substr(i, point.length);
    }
    i += point.length;
  }
  return out;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = decode(text, i);
    if (point.length == 0) return false;
    i += point.length;
  }
  return true;
}

std::size_t find_forbidden_character(std::string_view text, bool sql, std::string* what) {
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t plain = plain_length(text.substr(i)); plain > 0) {
      i += plain;
      continue;
    }
    const CodePoint point = decode(text, i);
    if (point.length == 0) {
      *what = "invalid UTF-8";
      return i;
    }
    const std::uint32_t c = point.value;
    const bool allowed_control = c == '\n' || (sql && (c == '\t' || is_crlf(text, i)));
    if ((c < 0x20 || c == 0x7F) && !allowed_control) {
      *what = c == '\r' ? "a carriage return alone" : fmt::format("control character 0x{:02x}", c);
      return i;
    }
    if (is_hidden(c)) {
      *what = c == k_byte_order_mark && i == 0 ? "a byte order mark: save the file as UTF-8 without one"
                                               : fmt::format("invisible or direction-changing character U+{:04X}", c);
      return i;
    }
    i += point.length;
  }
  return std::string_view::npos;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (;;) {
    const auto end = text.find(separator, start);
    parts.emplace_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string_view truncate_utf8(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0u) == 0x80u) --bytes_max;
  return text.substr(0, bytes_max);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '/' || c == '-';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), is_plain) ? std::string(text) : shell_quoted(text);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool is_ascii(std::string_view text) {
  std::uint64_t all = 0;
  std::size_t at = 0;
  for (; at + sizeof all <= text.size(); at += sizeof all) all |= eight_bytes(text.data() + at);
  for (; at < text.size(); ++at) all |= static_cast<unsigned char>(text[at]);
  return (all & k_high_bits) == 0;
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  std::int64_t out = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  if (error != std::errc() || stop != end) return std::nullopt;
  return out;
}

}  // namespace dbw
