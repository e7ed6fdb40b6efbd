#include "crypto/sshsig.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_blob.hpp"
#include "crypto/public_key_check.hpp"
#include "crypto/sodium.hpp"
#include "crypto/wire.hpp"

namespace dbw::crypto {
namespace {

constexpr std::string_view k_magic = "SSHSIG";
constexpr std::uint32_t k_version = 1;
constexpr std::string_view k_hash = "sha512";
constexpr std::string_view k_begin = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view k_end = "-----END SSH SIGNATURE-----\n";
constexpr std::size_t k_columns = 70;
/// An Ed25519 signature takes 300 bytes, one of the largest RSA key 3 KiB.
constexpr std::size_t k_armour_bytes_max = 8 * 1024;

[[noreturn]] void bad(ErrorCode code, std::string message) { throw Error(code, std::move(message)); }

std::string wrap(std::string_view blob) {
  const std::string body = to_base64(blob);
  std::string out(k_begin);
  for (std::size_t at = 0; at < body.size(); at += k_columns) {
    out += std::string_view(body).substr(at, k_columns);
    out += '\n';
  }
  return out.append(k_end);
}

/// What people who sign with gpg or gpgsm give; the general message would leave them guessing.
void refuse_other_armour(std::string_view armour) {
  const auto begins = [&](std::string_view text) { return armour.substr(0, text.size()) == text; };
  if (begins("-----BEGIN PGP ")) bad(ErrorCode::signature_openpgp, "this is an OpenPGP signature");
  if (begins("-----BEGIN SIGNED MESSAGE-----") || begins("-----BEGIN PKCS7-----") || begins("-----BEGIN CMS-----"))
    bad(ErrorCode::signature_x509, "this is an X.509 (CMS) signature");
}

/// The armour's bytes; whether it is wrapped canonically is compared at the end, over everything.
std::string unwrap(std::string_view armour) {
  refuse_other_armour(armour);
  if (armour.size() > k_armour_bytes_max) bad(ErrorCode::sshsig_armor, "the signature is too long");
  std::string text(armour);
  if (text.empty() || text.back() != '\n') text += '\n';
  const std::string_view view = text;
  const bool framed = view.size() > k_begin.size() + k_end.size() && view.substr(0, k_begin.size()) == k_begin &&
                      view.substr(view.size() - k_end.size()) == k_end;
  if (!framed) bad(ErrorCode::sshsig_armor, "expected one block from BEGIN to END SSH SIGNATURE and nothing else");
  std::string body;
  for (const std::string_view line :
       split_lines(view.substr(k_begin.size(), view.size() - k_begin.size() - k_end.size())))
    body += line;
  try {
    return from_base64(body);
  } catch (const Error& error) {
    bad(ErrorCode::sshsig_armor, error.message());
  }
}

template <typename T>
T need(std::optional<T> piece, std::string_view what) {
  if (!piece) bad(ErrorCode::sshsig_malformed, fmt::format("the signature ends inside its {}", what));
  return *piece;
}

/// r and s, each an mpint; to 32 bytes each.
std::string read_ecdsa(std::string_view blob) {
  WireReader reader(blob);
  std::string raw;
  for (int i = 0; i < 2; ++i) {
    const auto number = reader.positive();
    if (!number || number->size() > k_p256_bytes)
      bad(ErrorCode::sshsig_malformed, "r and s of an ECDSA signature are positive numbers in shortest form");
    raw.append(k_p256_bytes - number->size(), '\0').append(*number);
    if (!is_p256_scalar(std::string_view(raw).substr(raw.size() - k_p256_bytes)))
      bad(ErrorCode::sshsig_malformed, "r or s of an ECDSA signature is out of range");
  }
  if (!reader.at_end()) bad(ErrorCode::sshsig_not_canonical, "there are bytes behind r and s");
  return raw;
}

std::string read_raw(const PublicKey& key, std::string_view blob) {
  if (key.kind == KeyKind::ecdsa_p256 || key.kind == KeyKind::sk_ecdsa_p256) return read_ecdsa(blob);
  const std::size_t size = key.kind == KeyKind::rsa ? key.raw.size() : k_ed25519_signature_bytes;
  if (blob.size() != size)
    bad(ErrorCode::sshsig_malformed, fmt::format("a signature by this {} key has {} bytes", key.type, size));
  return std::string(blob);
}

std::string wire_raw(const SshSignature& signature) {
  if (signature.key.kind != KeyKind::ecdsa_p256 && signature.key.kind != KeyKind::sk_ecdsa_p256) return signature.raw;
  const auto half = [&](std::size_t at) {
    const std::string_view number = std::string_view(signature.raw).substr(at, k_p256_bytes);
    return wire_positive(number.substr(number.find_first_not_of('\0')));
  };
  return half(0) + half(k_p256_bytes);
}

void parse_inner(std::string_view blob, SshSignature& out) {
  WireReader reader(blob);
  const std::string_view algorithm = need(reader.string(), "algorithm");
  if (algorithm != out.key.algorithm()) {
    bad(ErrorCode::sshsig_algorithm,
        fmt::format("signed with {} by a key that signs with {}", printable(algorithm), out.key.algorithm()));
  }
  out.raw = read_raw(out.key, need(reader.string(), "signature"));
  if (out.key.is_security_key()) {
    out.flags = static_cast<std::uint8_t>(need(reader.bytes(1), "flags")[0]);
    out.counter = need(reader.u32(), "counter");
  }
  if (!reader.at_end()) bad(ErrorCode::sshsig_not_canonical, "there are bytes behind the signature");
}

std::string encode(const SshSignature& signature) {
  std::string inner = wire_string(signature.key.algorithm()) + wire_string(wire_raw(signature));
  if (signature.key.is_security_key()) inner += static_cast<char>(signature.flags) + wire_u32(signature.counter);
  return std::string(k_magic) + wire_u32(k_version) + wire_string(signature.key.blob) +
         wire_string(signature.name_space) + wire_string("") + wire_string(k_hash) + wire_string(inner);
}

std::string sha512(std::string_view bytes) {
  std::string out(crypto_hash_sha512_BYTES, '\0');
  crypto_hash_sha512(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                     bytes.size());
  return out;
}

/// What the key signed: PROTOCOL.sshsig, section 3; for security keys inside the FIDO frame of PROTOCOL.u2f.
std::string signed_bytes(const SshSignature& signature, std::string_view message) {
  const std::string inner = std::string(k_magic) + wire_string(signature.name_space) + wire_string("") +
                            wire_string(k_hash) + wire_string(sha512(message));
  if (!signature.key.is_security_key()) return inner;
  return sha256(signature.key.application).raw() + static_cast<char>(signature.flags) + wire_u32(signature.counter) +
         sha256(inner).raw();
}

bool verify(const PublicKey& key, std::string_view bytes, std::string_view raw) {
  switch (key.kind) {
    case KeyKind::ed25519:
    case KeyKind::sk_ed25519:
      return verify_ed25519(key.raw, bytes, raw);
    case KeyKind::ecdsa_p256:
    case KeyKind::sk_ecdsa_p256:
      return verify_p256(key.raw, bytes, raw);
    case KeyKind::rsa:
      return verify_rsa_sha512(key.raw, bytes, raw);
  }
  return false;
}

}  // namespace

SshSignature parse_sshsig(std::string_view armour) {
  const std::string blob = unwrap(armour);
  WireReader reader(blob);
  SshSignature out;
  if (reader.bytes(k_magic.size()) != k_magic)
    bad(ErrorCode::sshsig_malformed, "the signature does not begin with SSHSIG");
  if (need(reader.u32(), "version") != k_version) bad(ErrorCode::sshsig_malformed, "another version of SSH signatures");
  const std::string_view key = need(reader.string(), "key");
  const std::string_view name_space = need(reader.string(), "namespace");
  const std::string_view reserved = need(reader.string(), "reserved field");
  const std::string_view hash = need(reader.string(), "hash name");
  const std::string_view inner = need(reader.string(), "signature");
  if (!reader.at_end()) bad(ErrorCode::sshsig_not_canonical, "there are bytes behind the signature");
  out.key = parse_key_blob(key);
  if (name_space.empty() || !is_ascii(name_space) || printable(name_space) != name_space)
    bad(ErrorCode::sshsig_malformed, "the namespace is not printable text");
  out.name_space = name_space;
  if (!reserved.empty()) bad(ErrorCode::sshsig_not_canonical, "the reserved field is not empty");
  if (hash != k_hash) bad(ErrorCode::sshsig_hash, fmt::format("hash {} instead of sha512", printable(hash)));
  parse_inner(inner, out);
  const std::string again = wrap(encode(out));
  const std::string_view without_newline = std::string_view(again).substr(0, again.size() - 1);
  if (armour != again && armour != without_newline)
    bad(ErrorCode::sshsig_not_canonical, "the armour is not wrapped as ssh-keygen wraps it");
  return out;
}

void require_sshsig(const SshSignature& signature, const PublicKey& key, std::string_view name_space,
                    std::string_view message) {
  if (!(signature.key == key)) {
    bad(ErrorCode::sshsig_wrong_key, fmt::format("signed by {}, expected {}", signature.key.id.text(), key.id.text()));
  }
  if (signature.name_space != name_space) {
    bad(ErrorCode::sshsig_namespace,
        fmt::format("signed for \"{}\", expected \"{}\"", printable(signature.name_space), printable(name_space)));
  }
  if (key.is_security_key() && !signature.touched())
    bad(ErrorCode::sshsig_no_touch, "the security key was not touched");
  if (!verify(key, signed_bytes(signature, message), signature.raw)) {
    bad(ErrorCode::sshsig_bad_signature, fmt::format("the signature by {} does not match", key.id.text()));
  }
}

}  // namespace dbw::crypto
