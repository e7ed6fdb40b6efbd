#include "base/bytes.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"

namespace dbw {
namespace {

constexpr std::string_view k_base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view k_base64url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view k_hex_digits = "0123456789abcdef";

std::string encode64(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<std::uint8_t>(c);
    count += 8;
    while (count >= 6) {
      count -= 6;
      out += alphabet[(bits >> count) & 63u];
    }
  }
  if (count > 0) out += alphabet[(bits << (6 - count)) & 63u];
  return out;
}

std::string decode64(std::string_view text, std::string_view alphabet) {
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) throw Error(ErrorCode::bad_encoding, "not base64: unexpected character");
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 255u);
    }
  }
  if (count >= 6 || (bits & ((1u << count) - 1u)) != 0) {
    throw Error(ErrorCode::bad_encoding, "not base64: stray bits at the end");
  }
  return out;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    out += k_hex_digits[byte >> 4];
    out += k_hex_digits[byte & 15u];
  }
  return out;
}

std::string from_hex(std::string_view text) {
  if (text.size() % 2 != 0) throw Error(ErrorCode::bad_encoding, "not hexadecimal: odd number of digits");
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = k_hex_digits.find(text[i]);
    const auto low = k_hex_digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
      throw Error(ErrorCode::bad_encoding, "not lower-case hexadecimal");
    }
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string to_base64(std::string_view bytes) {
  std::string out = encode64(bytes, k_base64_alphabet);
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string from_base64(std::string_view text) {
  if (text.size() % 4 != 0) throw Error(ErrorCode::bad_encoding, "not base64: length is not a multiple of four");
  std::string_view body = text;
  for (int i = 0; i < 2 && !body.empty() && body.back() == '='; ++i) body.remove_suffix(1);
  return decode64(body, k_base64_alphabet);
}

std::string to_base64url(std::string_view bytes) { return encode64(bytes, k_base64url_alphabet); }
std::string from_base64url(std::string_view text) { return decode64(text, k_base64url_alphabet); }

std::string Digest::hex() const { return to_hex(raw()); }
std::string Digest::text() const { return "sha256:" + hex(); }

Digest Digest::parse(std::string_view text) {
  constexpr std::string_view prefix = "sha256:";
  const auto bad = [&] { return Error(ErrorCode::bad_digest, fmt::format("not a digest ({} bytes)", text.size())); };
  if (text.substr(0, prefix.size()) != prefix || text.size() != prefix.size() + 64) throw bad();
  try {
    return from_raw(from_hex(text.substr(prefix.size())));
  } catch (const Error&) {
    throw bad();
  }
}

Digest Digest::from_raw(std::string_view raw) {
  Digest digest;
  if (raw.size() != digest.bytes.size()) throw Error(ErrorCode::bad_digest, "a digest has 32 bytes");
  std::transform(raw.begin(), raw.end(), digest.bytes.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return digest;
}

std::string le64(std::uint64_t value) {
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>((value >> (8 * i)) & 255u);
  return out;
}

std::string pae(std::initializer_list<std::string_view> pieces) { return pae_range(pieces); }

}  // namespace dbw
