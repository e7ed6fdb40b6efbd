#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dbw::crypto {

/// Secret bytes in sodium_malloc memory: guarded, locked, wiped. There is no formatter and no copy.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::string_view bytes);
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();
  std::string_view reveal() const { return {static_cast<const char*>(m_data), m_size}; }
  std::size_t size() const { return m_size; }
  bool empty() const { return m_size == 0; }

 private:
  void* m_data = nullptr;
  std::size_t m_size = 0;
};

/// Overwrites a string that held a secret.
void wipe(std::string& text);

/// A string that is overwritten when it goes.
struct Wiped {
  std::string text;
  ~Wiped() { wipe(text); }
};

}  // namespace dbw::crypto
