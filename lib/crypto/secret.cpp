#include "crypto/secret.hpp"

#include <cstring>
#include <new>
#include <string>
#include <utility>

#include <sodium.h>

#include "base/error.hpp"
#include "crypto/sodium.hpp"

namespace dbw::crypto {

void ensure_sodium() {
  static const bool k_ready = sodium_init() >= 0;
  if (!k_ready) throw Error(ErrorCode::internal_bug, "libsodium could not be started");
}

SecretBytes::SecretBytes(std::string_view bytes) : m_size(bytes.size()) {
  if (bytes.empty()) return;
  ensure_sodium();
  m_data = sodium_malloc(bytes.size());
  if (m_data == nullptr) throw std::bad_alloc();
  std::memcpy(m_data, bytes.data(), bytes.size());
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : m_data(std::exchange(other.m_data, nullptr)), m_size(std::exchange(other.m_size, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    sodium_free(m_data);
    m_data = std::exchange(other.m_data, nullptr);
    m_size = std::exchange(other.m_size, 0);
  }
  return *this;
}

SecretBytes::~SecretBytes() { sodium_free(m_data); }

void wipe(std::string& text) {
  text.resize(text.capacity());
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace dbw::crypto
