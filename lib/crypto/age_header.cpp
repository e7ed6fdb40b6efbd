#include "crypto/age_header.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace dbw::crypto {
namespace {

constexpr std::string_view k_age_version = "age-encryption.org/v1";
constexpr std::string_view k_stanza_mark = "-> ";
constexpr std::string_view k_mac_mark = "---";
constexpr std::size_t k_stanza_columns = 64;
constexpr std::size_t k_mac_bytes = 32;

[[noreturn]] void bad_header(std::string_view why) { throw Error(ErrorCode::age_header, std::string(why)); }

/// Hands out the lines of a header that may not be all there yet.
class HeaderLines {
 public:
  explicit HeaderLines(std::string_view bytes) : m_bytes(bytes) {}

  /// nullopt: the line has not ended yet.
  std::optional<std::string_view> next() {
    const auto end = m_bytes.find('\n', m_at);
    if (std::min(end, m_bytes.size()) > k_age_header_bytes_max)
      bad_header(fmt::format("its header is longer than {} bytes", k_age_header_bytes_max));
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = m_bytes.substr(m_at, end - m_at);
    m_at = end + 1;
    return line;
  }
  std::size_t at() const { return m_at; }

 private:
  std::string_view m_bytes;
  std::size_t m_at = 0;
};

std::vector<std::string> parse_arguments(std::string_view line) {
  std::vector<std::string> arguments = split(line.substr(k_stanza_mark.size()), ' ');
  for (const std::string& argument : arguments) {
    const bool visible = std::all_of(argument.begin(), argument.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (argument.empty() || !visible) bad_header("a recipient's line is not words with one blank between them");
  }
  return arguments;
}

/// False: more bytes are needed.
bool parse_body(HeaderLines& lines, std::string& body) {
  std::string text;
  for (;;) {
    const auto line = lines.next();
    if (!line) return false;
    if (line->size() > k_stanza_columns) bad_header("a line of a recipient's body is longer than 64 columns");
    text += *line;
    if (line->size() < k_stanza_columns) break;
  }
  auto decoded = from_raw_base64(text);
  if (!decoded) bad_header("a recipient's body is not canonical base64");
  body = std::move(*decoded);
  return true;
}

void parse_mac(std::string_view line, AgeHeader& header) {
  if (line.substr(0, k_mac_mark.size() + 1) != "--- ") bad_header("neither a recipient nor the header's end");
  const auto mac = from_raw_base64(line.substr(k_mac_mark.size() + 1));
  if (!mac || mac->size() != k_mac_bytes) bad_header("the header's end is not 32 bytes in canonical base64");
  if (header.stanzas.empty()) bad_header("it names no recipient");
  header.mac = *mac;
}

}  // namespace

std::string to_raw_base64(std::string_view bytes) {
  std::string text = to_base64(bytes);
  text.erase(std::min(text.find('='), text.size()));
  return text;
}

std::optional<std::string> from_raw_base64(std::string_view text) {
  if (text.size() % 4 == 1 || text.find('=') != std::string_view::npos) return std::nullopt;
  std::string padded(text);
  padded.append((4 - padded.size() % 4) % 4, '=');
  try {
    return from_base64(padded);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string emit_age_header(const std::vector<AgeStanza>& stanzas) {
  std::string out = std::string(k_age_version) + "\n";
  for (const AgeStanza& stanza : stanzas) {
    out += std::string(k_stanza_mark) + join(stanza.arguments, " ") + "\n";
    const std::string body = to_raw_base64(stanza.body);
    // The body ends with a line shorter than 64 columns, an empty one if need be.
    for (std::size_t at = 0; at <= body.size(); at += k_stanza_columns) out += body.substr(at, k_stanza_columns) + "\n";
  }
  return out + std::string(k_mac_mark);
}

std::string emit_age_mac(std::string_view mac) { return " " + to_raw_base64(mac) + "\n"; }

std::optional<AgeHeader> parse_age_header(std::string_view bytes) {
  HeaderLines lines(bytes);
  const auto version = lines.next();
  if (!version) {
    // Said at once, so that a large file of another kind is not taken for a long header.
    const std::string_view start = bytes.substr(0, k_age_version.size());
    if (start != k_age_version.substr(0, start.size())) bad_header("it does not begin as an age file does");
    return std::nullopt;
  }
  if (*version != k_age_version) bad_header("it does not begin as an age v1 file does");
  AgeHeader header;
  for (;;) {
    const std::size_t start = lines.at();
    const auto line = lines.next();
    if (!line) return std::nullopt;
    if (line->substr(0, k_stanza_mark.size()) != k_stanza_mark) {
      parse_mac(*line, header);
      header.signed_part = bytes.substr(0, start + k_mac_mark.size());
      header.size = lines.at();
      return header;
    }
    AgeStanza stanza{parse_arguments(*line), {}};
    if (!parse_body(lines, stanza.body)) return std::nullopt;
    header.stanzas.push_back(std::move(stanza));
  }
}

}  // namespace dbw::crypto
