#include "crypto/sshsig.hpp"

#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "support/paths.hpp"
#include "unit/forms/throws.hpp"

namespace dbw::crypto {
namespace {

using test::code_of;

std::string u32(std::size_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)};
}
std::string str(std::string_view s) { return u32(s.size()) + std::string(s); }

/// Builds signatures, right ones and wrong ones, from their parts.
struct Parts {
  MachineKey key = MachineKey::from_seed(std::string(32, 's'));
  std::string magic = "SSHSIG";
  std::size_t version = 1;
  std::string name_space = "git";
  std::string reserved;
  std::string hash = "sha512";
  std::string inner_type = "ssh-ed25519";
  std::string inner_tail;
  std::string tail;
  std::size_t columns = 70;

  std::string armour() const {
    const std::string blob = magic + u32(version) + str(key.public_key().blob) + str(name_space) + str(reserved) +
                             str(hash) + str(str(inner_type) + str(std::string(64, 'r')) + inner_tail) + tail;
    const std::string body = to_base64(blob);
    std::string out = "-----BEGIN SSH SIGNATURE-----\n";
    for (std::size_t at = 0; at < body.size(); at += columns) out += body.substr(at, columns) + "\n";
    return out + "-----END SSH SIGNATURE-----\n";
  }
};

std::string parse_code(const std::string& armour) {
  return code_of([&] { parse_sshsig(armour); });
}

template <typename Change>
std::string parse_code_with(Change change) {
  Parts parts;
  change(parts);
  return parse_code(parts.armour());
}

TEST(Sshsig, EveryDeviationHasItsOwnCode) {
  const std::string good = Parts{}.armour();
  EXPECT_EQ(parse_code(good), "nothing");
  EXPECT_EQ(parse_code(good.substr(0, good.size() - 1)), "nothing");
  EXPECT_EQ(parse_code(""), "sshsig_armor");
  EXPECT_EQ(parse_code("\n" + good), "sshsig_armor");
  EXPECT_EQ(parse_code(good + "\n"), "sshsig_armor");
  EXPECT_EQ(parse_code(good + "x"), "sshsig_armor");
  EXPECT_EQ(parse_code(good + good), "sshsig_armor");
  EXPECT_EQ(parse_code(good + std::string(9000, 'x')), "sshsig_armor");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.columns = 76; }), "sshsig_not_canonical");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.columns = 1000; }), "sshsig_not_canonical");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.reserved = "x"; }), "sshsig_not_canonical");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.tail = "x"; }), "sshsig_not_canonical");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.inner_tail = "x"; }), "sshsig_not_canonical");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.hash = "sha256"; }), "sshsig_hash");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.magic = "SSHSIX"; }), "sshsig_malformed");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.version = 2; }), "sshsig_malformed");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.name_space = ""; }), "sshsig_malformed");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.name_space = "g\x1bt"; }), "sshsig_malformed");
  EXPECT_EQ(parse_code_with([](Parts& p) { p.inner_type = "ssh-rsa"; }), "sshsig_algorithm");
}

TEST(Sshsig, RefusesEveryTruncation) {
  const std::string good = Parts{}.armour();
  std::string body;
  for (const std::string_view line : split_lines(good)) {
    if (line.front() != '-') body += line;
  }
  const std::string blob = from_base64(body);
  for (std::size_t size = 0; size < blob.size(); ++size) {
    const std::string text = "-----BEGIN SSH SIGNATURE-----\n" + to_base64(std::string_view(blob).substr(0, size)) +
                             "\n-----END SSH SIGNATURE-----\n";
    EXPECT_NE(parse_code(text), "nothing") << size;
  }
}

class OpensshVectors : public testing::Test {
 protected:
  void SetUp() override { DBW_NEEDS_FOLDER(m_folder); }
  std::string file(const std::string& name) const { return test::slurp(m_folder / name); }
  PublicKey key(const std::string& name) const { return parse_public_key(trim(file(name + ".pub"))); }

  std::filesystem::path m_folder = test::vectors_dir() / "sshsig-openssh";
};

TEST_F(OpensshVectors, Ed25519AndSecurityKeyAreGood) {
  for (const char* name : {"ed25519", "ed25519_sk"}) {
    const SshSignature signature = parse_sshsig(file(std::string(name) + ".sig"));
    EXPECT_EQ(signature.name_space, "unittest");
    require_sshsig(signature, key(name), "unittest", file("signed-data"));
    EXPECT_EQ(code_of([&] { require_sshsig(signature, key(name), "git", file("signed-data")); }), "sshsig_namespace");
    EXPECT_EQ(code_of([&] { require_sshsig(signature, key(name), "unittest", file("signed-data") + "x"); }),
              "sshsig_bad_signature");
    const char* other = std::string_view(name) == "ed25519" ? "ed25519_sk" : "ed25519";
    EXPECT_EQ(code_of([&] { require_sshsig(signature, key(other), "unittest", file("signed-data")); }),
              "sshsig_wrong_key");
  }
  const SshSignature touched = parse_sshsig(file("ed25519_sk.sig"));
  EXPECT_TRUE(touched.touched());
  EXPECT_FALSE(touched.verified_user());
  EXPECT_EQ(touched.counter, 0x12345678u);
}

TEST_F(OpensshVectors, AlteredSecurityKeySignaturesAreRefused) {
  SshSignature signature = parse_sshsig(file("ed25519_sk.sig"));
  const auto code = [&] {
    return code_of([&] { require_sshsig(signature, key("ed25519_sk"), "unittest", file("signed-data")); });
  };
  signature.flags = 0;
  EXPECT_EQ(code(), "sshsig_no_touch");
  signature.flags = 5;
  EXPECT_EQ(code(), "sshsig_bad_signature");
  signature.flags = 1;
  ++signature.counter;
  EXPECT_EQ(code(), "sshsig_bad_signature");
}

TEST_F(OpensshVectors, EcdsaAndRsaAreGood) {
  for (const char* name : {"ecdsa", "ecdsa_sk", "rsa"}) {
    const SshSignature signature = parse_sshsig(file(std::string(name) + ".sig"));
    require_sshsig(signature, key(name), "unittest", file("signed-data"));
    EXPECT_EQ(code_of([&] { require_sshsig(signature, key(name), "unittest", "other"); }), "sshsig_bad_signature");
  }
}

TEST_F(OpensshVectors, MalleableEncodingsAreRefused) {
  const auto folder = test::vectors_dir() / "generated/sshsig-malleable";
  EXPECT_EQ(parse_code(test::slurp(folder / "ed25519_reserved_nonempty.sig")), "sshsig_not_canonical");
  EXPECT_EQ(parse_code(test::slurp(folder / "ed25519_trailing_text.sig")), "sshsig_armor");
}

class SignerTest : public testing::Test {
 protected:
  void SetUp() override { keygen({"-q", "-t", "ed25519", "-N", "", "-C", "me", "-f", m_key}); }
  static void keygen(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "ssh-keygen");
    const ProcessResult result = run_process({std::move(arguments), clean_environment()});
    ASSERT_EQ(result.status, 0) << result.errors;
  }

  TemporaryFolder m_folder;
  std::string m_key = m_folder.path() / "id";
};

TEST_F(SignerTest, SignsWhatSshKeygenVerifies) {
  SshKeygenSigner signer(m_key);
  const std::string armour = signer.sign("dbw-request-v1", "the message\n");
  require_sshsig(parse_sshsig(armour), signer.public_key(), "dbw-request-v1", "the message\n");
  write_file_atomic(m_folder.path() / "sig", armour);
  write_file_atomic(m_folder.path() / "allowed", "me " + signer.public_key().text() + "\n");
  ProcessRequest verify{{"ssh-keygen", "-Y", "verify", "-f", m_folder.path() / "allowed", "-I", "me", "-n",
                         "dbw-request-v1", "-s", m_folder.path() / "sig"},
                        clean_environment()};
  verify.input = "the message\n";
  EXPECT_EQ(run_process(verify).status, 0);
}

TEST_F(SignerTest, FindsThePublicKeyWithoutItsFile) {
  const PublicKey expected = SshKeygenSigner(m_key).public_key();
  std::filesystem::remove(m_key + ".pub");
  SshKeygenSigner signer(m_key);
  EXPECT_EQ(signer.public_key(), expected);
  EXPECT_EQ(parse_sshsig(signer.sign("git", "m")).key, expected);
}

TEST_F(SignerTest, UsesTheAgentForAPublicKeyFile) {
  const std::string socket = m_folder.path() / "agent";
  ProcessRequest agent{{"ssh-agent", "-a", socket}, clean_environment()};
  const ProcessResult started = run_process(agent);
  ASSERT_EQ(started.status, 0) << started.errors;
  ProcessRequest add{{"ssh-add", "-q", m_key}, clean_environment()};
  add.environment["SSH_AUTH_SOCK"] = socket;
  ASSERT_EQ(run_process(add).status, 0);
  std::filesystem::remove(m_key);
  ::setenv("SSH_AUTH_SOCK", socket.c_str(), 1);
  SshKeygenSigner signer(m_key + ".pub");
  EXPECT_EQ(code_of([&] { signer.sign("git", "m"); }), "nothing");
  ::unsetenv("SSH_AUTH_SOCK");
  EXPECT_EQ(code_of([&] { signer.sign("git", "m"); }), "signing_failed");
  const auto pid_at = started.output.find("SSH_AGENT_PID=") + 14;
  run_process(
      {{"kill", started.output.substr(pid_at, started.output.find(';', pid_at) - pid_at)}, clean_environment()});
}

TEST_F(SignerTest, RefusesASignatureByAnotherKey) {
  const std::string other = m_folder.path() / "other";
  keygen({"-q", "-t", "ed25519", "-N", "", "-f", other});
  const std::string program = m_folder.path() / "program";
  write_file_atomic(program, "#!/bin/sh\nexec ssh-keygen -Y sign -n git -f '" + other + "'\n", 0700);
  SshKeygenSigner signer(m_key, program);
  EXPECT_EQ(code_of([&] { signer.sign("git", "m"); }), "sshsig_wrong_key");
}

TEST_F(SignerTest, ProblemsSayWhatHappened) {
  EXPECT_EQ(code_of([&] { SshKeygenSigner(m_folder.path() / "absent"); }), "file_missing");
  const std::string rsa = m_folder.path() / "rsa";
  keygen({"-q", "-t", "ecdsa", "-b", "384", "-N", "", "-f", rsa});
  EXPECT_EQ(code_of([&] { SshKeygenSigner{rsa}; }), "key_type_unsupported");
  EXPECT_EQ(code_of([&] { SshKeygenSigner(m_key, "no-such-program-dbw").sign("git", "m"); }), "process_missing");
  std::string message;
  EXPECT_EQ(code_of([&] { SshKeygenSigner(m_key, "false").sign("git", "m"); }, &message), "signing_failed");
  EXPECT_THAT(message, testing::HasSubstr(m_key));
  EXPECT_EQ(code_of([&] { SshKeygenSigner(m_key, "true").sign("git", "m"); }), "sshsig_armor");
}

}  // namespace
}  // namespace dbw::crypto
