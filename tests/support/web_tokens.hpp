#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/bytes.hpp"

/// A CI host in a test: signs JSON Web Tokens with OpenSSL alone, with every part open to change. Header only: the
/// support library does not link OpenSSL.
namespace dbw::test {

class WebSigner {
 public:
  static WebSigner rsa(unsigned bits = 2048) { return WebSigner(EVP_RSA_gen(bits), true); }
  static WebSigner p256() { return WebSigner(EVP_EC_gen("prime256v1"), false); }

  /// The key as an entry of a key set.
  std::string jwk(const std::string& id) const {
    const std::string head = "{\"kid\":\"" + id + "\",\"use\":\"sig\",";
    if (m_rsa)
      return head + "\"kty\":\"RSA\",\"alg\":\"RS256\",\"n\":\"" + number(OSSL_PKEY_PARAM_RSA_N, 0) + "\",\"e\":\"" +
             number(OSSL_PKEY_PARAM_RSA_E, 0) + "\"}";
    return head + "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + number(OSSL_PKEY_PARAM_EC_PUB_X, 32) + "\",\"y\":\"" +
           number(OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"}";
  }

  /// header.claims.signature; both JSON texts are taken as they are.
  std::string sign(const std::string& header, const std::string& claims) const {
    const std::string message = to_base64url(header) + "." + to_base64url(claims);
    return message + "." + to_base64url(signature(message));
  }

 private:
  WebSigner(EVP_PKEY* key, bool rsa) : m_key(key, EVP_PKEY_free), m_rsa(rsa) {}

  std::string number(const char* name, int bytes) const {
    BIGNUM* raw = nullptr;
    EVP_PKEY_get_bn_param(m_key.get(), name, &raw);
    const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> value(raw, BN_free);
    const int size = bytes == 0 ? BN_num_bytes(raw) : bytes;
    std::string out(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(out.data()), size);
    return to_base64url(out);
  }

  std::string signature(const std::string& message) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string out(2048, '\0');
    std::size_t size = out.size();
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, m_key.get()) != 1 ||
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()) != 1)
      throw std::runtime_error("cannot sign");
    out.resize(size);
    return m_rsa ? out : plain_ecdsa(out);
  }

  /// r and s of 32 bytes each, as RFC 7518 wants them.
  static std::string plain_ecdsa(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> parts(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
    std::string out(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), reinterpret_cast<unsigned char*>(out.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), reinterpret_cast<unsigned char*>(out.data()) + 32, 32);
    return out;
  }

  std::shared_ptr<EVP_PKEY> m_key;
  bool m_rsa;
};

inline std::string key_set(const std::string& keys) { return "{\"keys\":[" + keys + "]}"; }

}  // namespace dbw::test
