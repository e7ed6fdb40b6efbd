#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

/// crypto computes and checks; it knows no document and no policy.
namespace dbw::crypto {

Digest sha256(std::string_view bytes);

/// Streaming SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(std::string_view bytes);
  /// Ends it; call once.
  Digest finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

/// H(label, p1..pn) = SHA-256(PAE(label, p1..pn)).
Digest tuple_hash(std::string_view label, std::initializer_list<std::string_view> pieces);
Digest tuple_hash(std::string_view label, const std::vector<std::string>& pieces);

/// `bytes` random bytes from libsodium as lower-case hex.
std::string random_hex(std::size_t bytes);
/// `count` characters of A-Z and 2-7.
std::string random_base32(std::size_t count);
std::string random_bytes(std::size_t count);

}  // namespace dbw::crypto
