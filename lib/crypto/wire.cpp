#include "crypto/wire.hpp"

namespace dbw::crypto {
namespace {

/// An mpint's first bit is its sign.
bool is_negative(char first) { return (static_cast<std::uint8_t>(first) & 0x80u) != 0; }

}  // namespace

std::string wire_u32(std::uint32_t number) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 255u);
  return out;
}

std::string wire_string(std::string_view bytes) {
  return wire_u32(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
}

std::string wire_positive(std::string_view magnitude) {
  const bool sign_byte = !magnitude.empty() && is_negative(magnitude.front());
  return wire_string(sign_byte ? std::string(1, '\0').append(magnitude) : std::string(magnitude));
}

std::optional<std::string_view> WireReader::bytes(std::size_t count) {
  if (count > m_rest.size()) return std::nullopt;
  const std::string_view out = m_rest.substr(0, count);
  m_rest.remove_prefix(count);
  return out;
}

std::optional<std::uint32_t> WireReader::u32() {
  const auto four = bytes(4);
  if (!four) return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : *four) number = (number << 8) | static_cast<std::uint8_t>(c);
  return number;
}

std::optional<std::string_view> WireReader::string() {
  const auto length = u32();
  return length ? bytes(*length) : std::nullopt;
}

std::optional<std::string_view> WireReader::positive() {
  const auto text = string();
  if (!text || text->empty() || is_negative(text->front())) return std::nullopt;
  if (text->front() != '\0') return text;
  if (text->size() < 2 || !is_negative((*text)[1])) return std::nullopt;
  return text->substr(1);
}

}  // namespace dbw::crypto
