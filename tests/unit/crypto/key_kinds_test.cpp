#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "crypto/sshsig.hpp"
#include "support/paths.hpp"
#include "support/software_keys.hpp"
#include "unit/forms/throws.hpp"

namespace dbw::crypto {
namespace {

using namespace test;

/// Made once: RSA keys take their time.
const SoftwareKey& key_of_kind(KeyKind kind) {
  static const std::map<KeyKind, SoftwareKey> k_keys{{KeyKind::ed25519, make_ed25519()},
                                                     {KeyKind::sk_ed25519, make_ed25519(true)},
                                                     {KeyKind::ecdsa_p256, make_ecdsa()},
                                                     {KeyKind::sk_ecdsa_p256, make_ecdsa(true)},
                                                     {KeyKind::rsa, make_rsa()}};
  return k_keys.at(kind);
}

std::string blob_of(const std::string& armour) {
  std::string body;
  for (const std::string_view line : split_lines(armour)) {
    if (line.front() != '-') body += line;
  }
  return from_base64(body);
}

std::string verify_code(const std::string& armour, const PublicKey& key, std::string_view message = "message") {
  return code_of([&] { require_sshsig(parse_sshsig(armour), key, "git", message); });
}

class EveryKind : public testing::TestWithParam<KeyKind> {
 protected:
  const SoftwareKey& m_key = key_of_kind(GetParam());
};

TEST_P(EveryKind, VerifiesItsOwnSignatureOnly) {
  const std::string armour = sign_with(m_key, "git", "message");
  const SshSignature signature = parse_sshsig(armour);
  EXPECT_EQ(signature.key, m_key.key);
  EXPECT_EQ(code_of([&] { require_sshsig(signature, m_key.key, "git", "message"); }), "nothing");
  EXPECT_EQ(code_of([&] { require_sshsig(signature, m_key.key, "git", "massage"); }), "sshsig_bad_signature");
  EXPECT_EQ(code_of([&] { require_sshsig(signature, m_key.key, "dbw-request-v1", "message"); }), "sshsig_namespace");
  const KeyKind other = GetParam() == KeyKind::ecdsa_p256 ? KeyKind::rsa : KeyKind::ecdsa_p256;
  EXPECT_EQ(code_of([&] { require_sshsig(signature, key_of_kind(other).key, "git", "message"); }), "sshsig_wrong_key");
  EXPECT_EQ(parse_public_key(m_key.key.text() + " comment"), m_key.key);
}

/// Every byte, in every kind: nothing that differs from the signature verifies.
TEST_P(EveryKind, NoFlippedByteVerifies) {
  const std::string blob = blob_of(sign_with(m_key, "git", "message"));
  for (std::size_t at = 0; at < blob.size(); ++at) {
    for (const int bit : {0x01, 0x80}) {
      std::string changed = blob;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      EXPECT_NE(verify_code(armoured(changed), m_key.key), "nothing") << "byte " << at;
    }
  }
}

TEST_P(EveryKind, NoTruncationAndNoTailVerifies) {
  const std::string blob = blob_of(sign_with(m_key, "git", "message"));
  for (std::size_t size = 0; size < blob.size(); ++size)
    EXPECT_NE(verify_code(armoured(blob.substr(0, size)), m_key.key), "nothing") << size;
  EXPECT_EQ(verify_code(armoured(blob + "x"), m_key.key), "sshsig_not_canonical");
  EXPECT_EQ(verify_code(sign_with(m_key, "git", "message", {.behind_signature = "x"}), m_key.key),
            "sshsig_not_canonical");
}

TEST_P(EveryKind, AlgorithmsComeFromTheKey) {
  for (const char* algorithm : {"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-256", "ssh-rsa", "rsa-sha2-512",
                                "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", ""}) {
    if (algorithm == m_key.key.algorithm() || *algorithm == '\0') continue;
    EXPECT_EQ(verify_code(sign_with(m_key, "git", "message", {.algorithm = algorithm}), m_key.key), "sshsig_algorithm")
        << algorithm;
  }
}

INSTANTIATE_TEST_SUITE_P(Crypto, EveryKind,
                         testing::Values(KeyKind::ed25519, KeyKind::sk_ed25519, KeyKind::ecdsa_p256,
                                         KeyKind::sk_ecdsa_p256, KeyKind::rsa));

TEST(SecurityKeys, NeedATouchAndReportThePin) {
  for (const KeyKind kind : {KeyKind::sk_ed25519, KeyKind::sk_ecdsa_p256}) {
    const SoftwareKey& key = key_of_kind(kind);
    for (int flags = 0; flags < 8; ++flags) {
      const std::string armour = sign_with(key, "git", "message", {.flags = static_cast<std::uint8_t>(flags)});
      EXPECT_EQ(verify_code(armour, key.key), (flags & 1) != 0 ? "nothing" : "sshsig_no_touch") << flags;
      EXPECT_EQ(parse_sshsig(armour).verified_user(), (flags & 4) != 0);
    }
  }
}

TEST(Rsa, OnlySha512WithAnAdmissibleKey) {
  const SoftwareKey& key = key_of_kind(KeyKind::rsa);
  EXPECT_EQ(verify_code(sign_with(key, "git", "message", {.digest = "SHA256"}), key.key), "sshsig_bad_signature");
  EXPECT_EQ(verify_code(sign_with(key, "git", "message", {.digest = "SHA1"}), key.key), "sshsig_bad_signature");
  EXPECT_EQ(verify_code(sign_with(key, "git", "message", {.algorithm = "rsa-sha2-256", .digest = "SHA256"}), key.key),
            "sshsig_algorithm");
  EXPECT_EQ(code_of([] { parse_public_key(make_rsa_line(2048).second); }), "key_weak");
  EXPECT_EQ(code_of([] { parse_public_key(make_rsa_line(3064).second); }), "key_weak");
}

/// An RSA key line from its numbers.
std::string rsa_line(std::string_view exponent, std::string_view modulus) {
  return "ssh-rsa " + to_base64(ssh_string("ssh-rsa") + ssh_string(exponent) + ssh_string(modulus));
}

TEST(Rsa, KeysAreStrict) {
  using namespace std::string_literals;
  const std::string modulus = "\0"s + key_of_kind(KeyKind::rsa).key.raw;
  const std::string exponent = "\x01\x00\x01"s;
  std::string even = modulus;
  even.back() = static_cast<char>(even.back() & 0xFE);
  const std::tuple<std::string, std::string, const char*> cases[] = {
      {exponent, modulus, "nothing"},
      {"\x03"s, modulus, "key_weak"},
      {"\0"s + exponent, modulus, "key_weak"},
      {"", modulus, "key_weak"},
      {exponent, "", "key_malformed"},
      {exponent, modulus.substr(1), "key_malformed"},
      {exponent, "\0"s + modulus, "key_malformed"},
      {exponent, even, "key_malformed"},
      {exponent, "\0"s + std::string(1025, '\xFF'), "key_malformed"},
  };
  for (const auto& [e, n, wanted] : cases)
    EXPECT_EQ(code_of([&, a = e, b = n] { parse_public_key(rsa_line(a, b)); }), wanted) << to_hex(e);
}

std::string ecdsa_line(std::string_view type, std::string_view curve, std::string_view point, std::string_view tail) {
  return fmt::format("{} {}", type,
                     to_base64(ssh_string(type) + ssh_string(curve) + ssh_string(point) + std::string(tail)));
}

TEST(Ecdsa, KeysAreStrict) {
  const std::string point = key_of_kind(KeyKind::ecdsa_p256).key.raw;
  std::string off_curve = point;
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  const std::string compressed = (point.back() & 1) != 0 ? "\x03" : "\x02";
  const std::string k_type = "ecdsa-sha2-nistp256";
  const std::tuple<std::string, std::string, std::string, const char*> cases[] = {
      {"nistp256", point, "", "nothing"},
      {"nistp384", point, "", "key_malformed"},
      {"nistp256", off_curve, "", "key_malformed"},
      {"nistp256", point.substr(0, 64), "", "key_malformed"},
      {"nistp256", compressed + point.substr(1, 32), "", "key_malformed"},
      {"nistp256", std::string(1, '\0'), "", "key_malformed"},
      {"nistp256", '\x04' + std::string(64, '\0'), "", "key_malformed"},
      {"nistp256", '\x04' + std::string(64, '\xFF'), "", "key_malformed"},
      {"nistp256", point, "x", "key_malformed"},
  };
  for (const auto& [curve, raw, tail, wanted] : cases)
    EXPECT_EQ(code_of([&, c = curve, r = raw, t = tail] { parse_public_key(ecdsa_line(k_type, c, r, t)); }), wanted)
        << to_hex(raw);
  const std::string sk = "sk-ecdsa-sha2-nistp256@openssh.com";
  EXPECT_EQ(code_of([&] { parse_public_key(ecdsa_line(sk, "nistp256", point, ssh_string("ssh:"))); }), "nothing");
  EXPECT_EQ(code_of([&] { parse_public_key(ecdsa_line(sk, "nistp256", point, "")); }), "key_malformed");
  EXPECT_EQ(code_of([&] { parse_public_key(ecdsa_line(sk, "nistp256", point, ssh_string(""))); }), "key_malformed");
  for (const char* type : {"ecdsa-sha2-nistp384", "ssh-dss", "ecdsa-sha2-nistp256-cert-v01@openssh.com"})
    EXPECT_EQ(code_of([&] { parse_public_key(ecdsa_line(type, "nistp256", point, "")); }), "key_type_unsupported");
}

/// r and s, as SSH strings, in an otherwise good frame.
std::string with_numbers(std::string_view r, std::string_view s) {
  const PublicKey& key = key_of_kind(KeyKind::ecdsa_p256).key;
  return verify_code(armoured_signature(key, "git", ssh_string(key.type) + ssh_string(ssh_string(r) + ssh_string(s))),
                     key);
}

TEST(Ecdsa, SignaturesAreStrict) {
  using namespace std::string_literals;
  const SoftwareKey& key = key_of_kind(KeyKind::ecdsa_p256);
  const std::string order = "\0"s + from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const std::string below = "\0"s + from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550");
  EXPECT_EQ(with_numbers("\x01", "\x01"), "sshsig_bad_signature");
  EXPECT_EQ(with_numbers(below, below), "sshsig_bad_signature");
  for (const std::string& wrong : {""s, "\0"s, order, "\0"s + std::string(32, '\xFF'), "\0\x01"s, "\xFF"s,
                                   "\x01"s + std::string(32, '\0'), std::string(40, '\x11')}) {
    EXPECT_EQ(with_numbers(wrong, "\x01"), "sshsig_malformed") << to_hex(wrong);
    EXPECT_EQ(with_numbers("\x01", wrong), "sshsig_malformed") << to_hex(wrong);
  }
  EXPECT_EQ(verify_code(sign_with(key, "git", "message", {.long_numbers = true}), key.key), "sshsig_malformed");
  EXPECT_EQ(verify_code(sign_with(key, "git", "message", {.behind_numbers = "x"}), key.key), "sshsig_not_canonical");
  EXPECT_EQ(verify_code(sign_with(key, "git", "message", {.digest = "SHA512"}), key.key), "sshsig_bad_signature");
}

/// ECDSA has two good signatures for one; OpenSSH does not choose, so both are read. What must not happen is that they
/// count twice: decisions are known by what was signed.
TEST(Ecdsa, TheOtherSVerifiesAsWell) {
  const SoftwareKey& key = key_of_kind(KeyKind::ecdsa_p256);
  EXPECT_EQ(verify_code(sign_with(key, "git", "message", {.other_s = true}), key.key), "nothing");
}

TEST(OtherArmours, AreNamed) {
  EXPECT_EQ(code_of([] { parse_sshsig("-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"); }),
            "signature_openpgp");
  for (const char* name : {"SIGNED MESSAGE", "PKCS7", "CMS"}) {
    EXPECT_EQ(code_of([&] { parse_sshsig(fmt::format("-----BEGIN {0}-----\nMII=\n-----END {0}-----\n", name)); }),
              "signature_x509");
  }
}

class SshKeygenPeer : public testing::TestWithParam<const char*> {
 protected:
  ProcessResult keygen(std::vector<std::string> arguments, std::string_view input = {}) const {
    arguments.insert(arguments.begin(), "ssh-keygen");
    ProcessRequest request{std::move(arguments), clean_environment()};
    request.input = input;
    return run_process(request);
  }
  std::string path(const char* name) const { return m_folder.path() / name; }

  TemporaryFolder m_folder;
};

/// What ssh-keygen signs, we verify.
TEST_P(SshKeygenPeer, ItsSignaturesVerifyHere) {
  ASSERT_EQ(keygen({"-q", "-t", GetParam(), "-N", "", "-f", path("id")}).status, 0);
  SshKeygenSigner signer(path("id"));
  const std::string armour = signer.sign("git", "message");
  EXPECT_EQ(verify_code(armour, signer.public_key()), "nothing");
  EXPECT_EQ(verify_code(armour, signer.public_key(), "massage"), "sshsig_bad_signature");
  EXPECT_NE(keygen({"-l", "-f", path("id.pub")}).output.find(signer.public_key().id.text()), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Crypto, SshKeygenPeer, testing::Values("ed25519", "ecdsa", "rsa"));

/// What our software keys sign, security keys too, ssh-keygen verifies: so the tests above speak OpenSSH's form.
TEST_P(EveryKind, SshKeygenVerifiesIt) {
  const TemporaryFolder folder;
  const std::string path = folder.path();
  write_file_atomic(folder.path() / "sig", sign_with(m_key, "git", "message"));
  write_file_atomic(folder.path() / "allowed", "me namespaces=\"git\" " + m_key.key.text() + "\n");
  ProcessRequest request{
      {"ssh-keygen", "-Y", "verify", "-f", path + "/allowed", "-I", "me", "-n", "git", "-s", path + "/sig"},
      clean_environment()};
  request.input = "message";
  const ProcessResult result = run_process(request);
  EXPECT_EQ(result.status, 0) << result.errors;
}

}  // namespace
}  // namespace dbw::crypto
