#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The SSH wire form (RFC 4251, section 5): big-endian 32-bit numbers, strings behind their length. Inside crypto only.
namespace dbw::crypto {

std::string wire_u32(std::uint32_t number);
std::string wire_string(std::string_view bytes);
/// A positive number, its big-endian bytes without leading zeros: an mpint.
std::string wire_positive(std::string_view magnitude);

/// Takes pieces off the front; nullopt where the bytes end too early.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : m_rest(bytes) {}
  std::optional<std::string_view> bytes(std::size_t count);
  std::optional<std::uint32_t> u32();
  std::optional<std::string_view> string();
  /// An mpint that is positive and in its shortest form; its bytes without the sign's.
  std::optional<std::string_view> positive();
  bool at_end() const { return m_rest.empty(); }

 private:
  std::string_view m_rest;
};

}  // namespace dbw::crypto
