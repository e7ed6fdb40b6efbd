#include "crypto/wire.hpp"

namespace dbw::crypto {

std::string wire_u32(std::uint32_t number) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 255u);
  return out;
}

std::string wire_string(std::string_view bytes) {
  return wire_u32(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
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

}  // namespace dbw::crypto
