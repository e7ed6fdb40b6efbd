#include "crypto/hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include "base/error.hpp"
#include "crypto/sodium.hpp"

namespace dbw::crypto {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

void require(bool ok) {
  if (!ok) throw Error(ErrorCode::internal_bug, "OpenSSL could not compute SHA-256");
}

}  // namespace

struct Sha256::Impl {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : m_impl(std::make_unique<Impl>()) {
  require(m_impl->context && EVP_DigestInit_ex(m_impl->context.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(m_impl->context.get(), bytes.data(), bytes.size()) == 1);
  return *this;
}

Digest Sha256::finish() {
  Digest digest;
  unsigned length = 0;
  require(EVP_DigestFinal_ex(m_impl->context.get(), digest.bytes.data(), &length) == 1 &&
          length == digest.bytes.size());
  return digest;
}

Digest sha256(std::string_view bytes) {
  Sha256 hash;
  return hash.update(bytes).finish();
}

namespace {

template <typename Pieces>
Digest hash_pieces(std::string_view label, const Pieces& pieces) {
  std::vector<std::string_view> all = {label};
  all.insert(all.end(), pieces.begin(), pieces.end());
  return sha256(pae_range(all));
}

}  // namespace

Digest tuple_hash(std::string_view label, std::initializer_list<std::string_view> pieces) {
  return hash_pieces(label, pieces);
}
Digest tuple_hash(std::string_view label, const std::vector<std::string>& pieces) { return hash_pieces(label, pieces); }

std::string random_bytes(std::size_t count) {
  ensure_sodium();
  std::string out(count, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

std::string random_hex(std::size_t bytes) { return to_hex(random_bytes(bytes)); }

std::string random_base32(std::size_t count) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out = random_bytes(count);
  for (char& c : out) c = alphabet[static_cast<std::uint8_t>(c) & 31u];
  return out;
}

}  // namespace dbw::crypto
