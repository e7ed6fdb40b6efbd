#pragma once

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "crypto/keys.hpp"

/// ECDSA and RSA keys, and a FIDO2 authenticator in software: what ssh-keygen -Y sign would write, with every part open
/// to change. Header only: the support library does not link crypto.
namespace dbw::test {

struct SoftwareKey {
  std::shared_ptr<EVP_PKEY> secret;
  crypto::PublicKey key;
};

/// The parts of a signature that a test may want wrong.
struct SignChange {
  std::uint8_t flags = 5;      ///< of security keys: 1 touched, 4 PIN verified
  std::string algorithm = {};  ///< empty: the key's
  std::string digest = {};     ///< empty: the algorithm's
  bool other_s = false;        ///< n - s instead of s: verifies as well
  bool long_numbers = false;   ///< a zero byte too many before r
  std::string behind_numbers = {}, behind_signature = {};
};

inline std::string ssh_number(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>((n >> 16) & 0xFFu), static_cast<char>((n >> 8) & 0xFFu),
          static_cast<char>(n & 0xFFu)};
}
inline std::string ssh_string(std::string_view bytes) {
  return ssh_number(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
}
inline std::string ssh_mpint(const BIGNUM* number) {
  std::string out(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(out.data()));
  if (!out.empty() && (static_cast<std::uint8_t>(out[0]) & 0x80u) != 0) out.insert(out.begin(), '\0');
  return ssh_string(out);
}

inline std::string digest_of(const char* name, std::string_view bytes) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
                 EVP_get_digestbyname(name), nullptr) != 1)
    throw std::runtime_error("no digest");
  return out.substr(0, size);
}

inline SoftwareKey software_key(EVP_PKEY* secret, const std::string& type, const std::string& body) {
  return {std::shared_ptr<EVP_PKEY>(secret, EVP_PKEY_free),
          crypto::parse_public_key(type + " " + to_base64(ssh_string(type) + body))};
}

inline SoftwareKey make_ecdsa(bool security_key = false) {
  EVP_PKEY* secret = EVP_EC_gen("prime256v1");
  std::string point(65, '\0');
  std::size_t size = 0;
  EVP_PKEY_get_octet_string_param(secret, OSSL_PKEY_PARAM_PUB_KEY, reinterpret_cast<unsigned char*>(point.data()),
                                  point.size(), &size);
  const std::string body = ssh_string("nistp256") + ssh_string(point);
  return security_key ? software_key(secret, "sk-ecdsa-sha2-nistp256@openssh.com", body + ssh_string("ssh:"))
                      : software_key(secret, "ecdsa-sha2-nistp256", body);
}

inline SoftwareKey make_ed25519(bool security_key = false) {
  EVP_PKEY* secret = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  std::string raw(32, '\0');
  std::size_t size = raw.size();
  EVP_PKEY_get_raw_public_key(secret, reinterpret_cast<unsigned char*>(raw.data()), &size);
  return security_key ? software_key(secret, "sk-ssh-ed25519@openssh.com", ssh_string(raw) + ssh_string("ssh:"))
                      : software_key(secret, "ssh-ed25519", ssh_string(raw));
}

/// "ssh-rsa" and the key's bytes, whatever its size.
inline std::pair<std::shared_ptr<EVP_PKEY>, std::string> make_rsa_line(std::size_t bits) {
  EVP_PKEY* secret = EVP_RSA_gen(bits);
  BIGNUM* n = nullptr;
  BIGNUM* e = nullptr;
  EVP_PKEY_get_bn_param(secret, OSSL_PKEY_PARAM_RSA_N, &n);
  EVP_PKEY_get_bn_param(secret, OSSL_PKEY_PARAM_RSA_E, &e);
  const std::string blob = ssh_string("ssh-rsa") + ssh_mpint(e) + ssh_mpint(n);
  BN_free(n);
  BN_free(e);
  return {std::shared_ptr<EVP_PKEY>(secret, EVP_PKEY_free), "ssh-rsa " + to_base64(blob)};
}
inline SoftwareKey make_rsa() {
  const auto [secret, line] = make_rsa_line(3072);
  return {secret, crypto::parse_public_key(line)};
}

inline std::string sign_bytes(const SoftwareKey& key, const char* digest, std::string_view bytes) {
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string out(2048, '\0');
  std::size_t size = out.size();
  const EVP_MD* md = digest == nullptr ? nullptr : EVP_get_digestbyname(digest);
  if (EVP_DigestSignInit(context.get(), nullptr, md, nullptr, key.secret.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) != 1)
    throw std::runtime_error("cannot sign");
  return out.substr(0, size);
}

/// r and s as SSH writes them.
inline std::string ssh_ecdsa(const std::string& der, const SignChange& change) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> parts(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  BIGNUM* order = nullptr;
  BN_hex2bn(&order, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
  BN_sub(order, order, ECDSA_SIG_get0_s(parts.get()));
  std::string r = ssh_mpint(ECDSA_SIG_get0_r(parts.get()));
  if (change.long_numbers) r = ssh_string(std::string(1, '\0') + r.substr(4));
  const std::string s = ssh_mpint(change.other_s ? order : ECDSA_SIG_get0_s(parts.get()));
  BN_free(order);
  return r + s + change.behind_numbers;
}

inline std::string armoured(std::string_view blob) {
  const std::string body = to_base64(blob);
  std::string out = "-----BEGIN SSH SIGNATURE-----\n";
  for (std::size_t at = 0; at < body.size(); at += 70) out += body.substr(at, 70) + "\n";
  return out + "-----END SSH SIGNATURE-----\n";
}

/// The outer frame around an inner signature (algorithm, bytes, flags and counter).
inline std::string armoured_signature(const crypto::PublicKey& key, std::string_view name_space,
                                      std::string_view inner) {
  return armoured("SSHSIG" + ssh_number(1) + ssh_string(key.blob) + ssh_string(name_space) + ssh_string("") +
                  ssh_string("sha512") + ssh_string(inner));
}

inline std::string sign_with(const SoftwareKey& key, std::string_view name_space, std::string_view message,
                             const SignChange& change = {}) {
  std::string bytes = "SSHSIG" + ssh_string(name_space) + ssh_string("") + ssh_string("sha512") +
                      ssh_string(digest_of("SHA512", message));
  const std::string tail = static_cast<char>(change.flags) + ssh_number(7);
  if (key.key.is_security_key()) bytes = digest_of("SHA256", key.key.application) + tail + digest_of("SHA256", bytes);
  const bool rsa = key.key.kind == crypto::KeyKind::rsa;
  const std::string digest = !change.digest.empty() ? change.digest : rsa ? "SHA512" : "SHA256";
  std::string raw = sign_bytes(key, key.key.is_ed25519() ? nullptr : digest.c_str(), bytes);
  if (!rsa && !key.key.is_ed25519()) raw = ssh_ecdsa(raw, change);
  std::string inner = ssh_string(change.algorithm.empty() ? key.key.algorithm() : change.algorithm) + ssh_string(raw);
  if (key.key.is_security_key()) inner += tail;
  return armoured_signature(key.key, name_space, inner + change.behind_signature);
}

}  // namespace dbw::test
