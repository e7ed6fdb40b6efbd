#include "crypto/public_key_check.hpp"

#include <memory>
#include <string>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/key_blob.hpp"

namespace dbw::crypto {
namespace {

template <auto Function>
struct Free {
  template <typename T>
  void operator()(T* pointer) const {
    Function(pointer);
  }
};
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using EcdsaSignature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

/// The order of P-256 (SEC 2, section 2.4.2).
constexpr std::string_view k_p256_order{
    "\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
    "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51",
    k_p256_bytes};

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// What OpenSSL refuses to do although everything was checked before: out of memory, or no such algorithm.
void require_openssl(bool good) {
  if (good) return;
  ERR_clear_error();
  throw Error(ErrorCode::internal_bug, "OpenSSL could not be asked to verify");
}

Number number_of(std::string_view bytes) {
  Number number(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr));
  require_openssl(number != nullptr);
  return number;
}

/// Nullptr where OpenSSL does not take the parts for a public key.
Key make_key(const char* algorithm, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, algorithm, nullptr));
  require_openssl(parameters && context && EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* raw = nullptr;
  const int made = EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, parameters.get());
  Key key(raw);
  if (made != 1) key.reset();
  ERR_clear_error();
  return key;
}

Key p256_key(std::string_view point) {
  const Builder builder(OSSL_PARAM_BLD_new());
  require_openssl(
      builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1);
  return make_key("EC", builder.get());
}

Key rsa_key(std::string_view modulus) {
  const Builder builder(OSSL_PARAM_BLD_new());
  const Number n = number_of(modulus);
  const Number e = number_of(k_rsa_exponent);
  require_openssl(builder && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
                  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  return make_key("RSA", builder.get());
}

bool verify(EVP_PKEY* key, const EVP_MD* digest, std::string_view message, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;  // owned by the digest context
  require_openssl(context && EVP_DigestVerifyInit(context.get(), &parameters, digest, nullptr, key) == 1);
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
    require_openssl(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) == 1);
  const int result =
      EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size());
  ERR_clear_error();
  return result == 1;
}

bool verify_rsa(std::string_view modulus, const EVP_MD* digest, std::string_view message, std::string_view signature) {
  if (signature.size() != modulus.size()) return false;
  const Key key = rsa_key(modulus);
  return key && verify(key.get(), digest, message, signature);
}

/// What EVP wants an ECDSA signature to look like.
std::string der_of(std::string_view signature) {
  const EcdsaSignature parts(ECDSA_SIG_new());
  Number r = number_of(signature.substr(0, k_p256_bytes));
  Number s = number_of(signature.substr(k_p256_bytes));
  require_openssl(parts && ECDSA_SIG_set0(parts.get(), r.get(), s.get()) == 1);
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* out = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &out);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(out, [](unsigned char* p) { OPENSSL_free(p); });
  require_openssl(size > 0);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(size)};
}

}  // namespace

bool is_p256_point(std::string_view point) { return p256_key(point) != nullptr; }

bool is_p256_scalar(std::string_view number) {
  return number.size() == k_p256_bytes && number.find_first_not_of('\0') != std::string_view::npos &&
         number < k_p256_order;
}

bool verify_p256(std::string_view point, std::string_view message, std::string_view signature) {
  if (signature.size() != 2 * k_p256_bytes || !is_p256_scalar(signature.substr(0, k_p256_bytes)) ||
      !is_p256_scalar(signature.substr(k_p256_bytes)))
    return false;
  const Key key = p256_key(point);
  return key && verify(key.get(), EVP_sha256(), message, der_of(signature));
}

bool verify_rsa_sha256(std::string_view modulus, std::string_view message, std::string_view signature) {
  return verify_rsa(modulus, EVP_sha256(), message, signature);
}

bool verify_rsa_sha512(std::string_view modulus, std::string_view message, std::string_view signature) {
  return verify_rsa(modulus, EVP_sha512(), message, signature);
}

}  // namespace dbw::crypto
