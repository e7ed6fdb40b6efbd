#include "crypto/bech32.hpp"

#include <array>
#include <cstdint>

namespace dbw::crypto {
namespace {

constexpr std::string_view k_bech32_alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t k_bech32_checksum = 6;

/// The checksum's polynomial (BIP 173, section "Checksum").
std::uint32_t bech32_step(std::uint32_t state, std::uint32_t value) {
  constexpr std::array<std::uint32_t, 5> k_generator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
  const std::uint32_t top = state >> 25;
  state = ((state & 0x1ffffffu) << 5) ^ value;
  for (std::size_t i = 0; i < k_generator.size(); ++i) {
    if (((top >> i) & 1u) != 0) state ^= k_generator[i];
  }
  return state;
}

std::uint32_t bech32_prefix_state(std::string_view prefix) {
  std::uint32_t state = 1;
  for (const char c : prefix) state = bech32_step(state, static_cast<std::uint8_t>(c) >> 5);
  state = bech32_step(state, 0);
  for (const char c : prefix) state = bech32_step(state, static_cast<std::uint8_t>(c) & 31u);
  return state;
}

}  // namespace

Wiped bech32_encode(std::string_view prefix, std::string_view bytes) {
  Wiped out;
  // Reserved, so that no half-written copy of a secret stays behind.
  out.text.reserve(prefix.size() + 1 + (bytes.size() * 8 + 4) / 5 + k_bech32_checksum);
  out.text.append(prefix).append("1");
  std::uint32_t state = bech32_prefix_state(prefix);
  const auto put = [&](std::uint32_t value) {
    out.text += k_bech32_alphabet[value];
    state = bech32_step(state, value);
  };
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : bytes) {
    pending = (pending << 8) | static_cast<std::uint8_t>(c);
    bits += 8;
    for (; bits >= 5; bits -= 5) put((pending >> (bits - 5)) & 31u);
  }
  if (bits > 0) put((pending << (5 - bits)) & 31u);
  for (std::size_t i = 0; i < k_bech32_checksum; ++i) state = bech32_step(state, 0);
  state ^= 1u;
  for (std::size_t i = 0; i < k_bech32_checksum; ++i)
    out.text += k_bech32_alphabet[(state >> (5 * (k_bech32_checksum - 1 - i))) & 31u];
  return out;
}

Wiped bech32_decode(std::string_view prefix, std::string_view text) {
  Wiped out;
  const std::size_t frame = prefix.size() + 1;
  if (text.size() < frame + k_bech32_checksum || text.substr(0, prefix.size()) != prefix || text[prefix.size()] != '1')
    return out;
  const std::string_view data = text.substr(frame, text.size() - frame - k_bech32_checksum);
  out.text.reserve(data.size() * 5 / 8 + 1);
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : data) {
    const auto value = k_bech32_alphabet.find(c);
    if (value == std::string_view::npos) return {};
    pending = (pending << 5) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.text += static_cast<char>(pending >> bits);
  }
  // One text for one key: writing it again checks the checksum, the padding and the letters' case.
  if (bech32_encode(prefix, out.text).text != text) return {};
  return out;
}

}  // namespace dbw::crypto
