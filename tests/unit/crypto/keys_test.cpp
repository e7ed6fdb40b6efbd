#include "crypto/keys.hpp"

#include <sys/stat.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/sshsig.hpp"
#include "support/paths.hpp"
#include "unit/forms/throws.hpp"

namespace dbw::crypto {
namespace {

using test::code_of;

nlohmann::json vectors(const std::string& name) {
  return nlohmann::json::parse(test::slurp(test::vectors_dir() / name));
}

TEST(Hash, Sha256AndStreaming) {
  EXPECT_EQ(sha256("abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256 hash;
  EXPECT_EQ(hash.update("a").update("").update("bc").finish(), sha256("abc"));
}

TEST(Hash, TupleHashSeparatesPieces) {
  EXPECT_NE(tuple_hash("l", {"ab", "c"}), tuple_hash("l", {"a", "bc"}));
  EXPECT_EQ(tuple_hash("l", {"a", "b"}), tuple_hash("l", std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(tuple_hash("l", {"a"}), sha256(pae({"l", "a"})));
}

TEST(Hash, RandomTextsHaveTheirAlphabet) {
  EXPECT_EQ(random_hex(16).size(), 32u);
  EXPECT_NE(random_hex(16), random_hex(16));
  EXPECT_EQ(random_base32(40).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), std::string::npos);
}

TEST(Hash, PasetoPae) {
  DBW_NEEDS_FOLDER(test::vectors_dir());
  for (const auto& each : vectors("paseto/pae.json")) {
    const auto pieces = each.at("pieces").get<std::vector<std::string>>();
    EXPECT_EQ(to_hex(pae_range(pieces)), each.at("pae_hex").get<std::string>());
  }
}

TEST(Ed25519, Rfc8032) {
  DBW_NEEDS_FOLDER(test::vectors_dir());
  const auto cases = vectors("rfc8032/ed25519.json");
  EXPECT_EQ(cases.size(), 5u);
  for (const auto& each : cases) {
    const std::string message = from_hex(each.at("message").get<std::string>());
    const std::string signature = from_hex(each.at("signature").get<std::string>());
    const MachineKey key = MachineKey::from_seed(from_hex(each.at("seed").get<std::string>()));
    EXPECT_EQ(to_hex(key.public_key().raw), each.at("publicKey").get<std::string>());
    EXPECT_EQ(key.sign(message), signature);
    EXPECT_TRUE(verify_ed25519(key.public_key().raw, message, signature));
    EXPECT_FALSE(verify_ed25519(key.public_key().raw, message + "x", signature));
  }
}

TEST(Ed25519, Wycheproof) {
  DBW_NEEDS_FOLDER(test::vectors_dir());
  std::size_t seen = 0;
  const auto document = vectors("ed25519-edge/wycheproof_ed25519_test.json");
  for (const auto& group : document.at("testGroups")) {
    const std::string key = from_hex(group.at("publicKey").at("pk").get<std::string>());
    for (const auto& each : group.at("tests")) {
      ++seen;
      const bool good =
          verify_ed25519(key, from_hex(each.at("msg").get<std::string>()), from_hex(each.at("sig").get<std::string>()));
      EXPECT_EQ(good, each.at("result") == "valid") << each.dump();
    }
  }
  EXPECT_EQ(seen, 151u);
}

TEST(Ed25519, SpecCheckOfSmallOrderAndNonCanonicalPoints) {
  DBW_NEEDS_FOLDER(test::vectors_dir());
  const auto cases = vectors("ed25519-edge/speccheck_cases.json");
  const auto expected = vectors("ed25519-edge/speccheck_expected.json").at("libsodium_1_0_18");
  ASSERT_EQ(cases.size(), 12u);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto part = [&](const char* name) { return from_hex(cases[i].at(name).get<std::string>()); };
    EXPECT_EQ(verify_ed25519(part("pub_key"), part("message"), part("signature")), expected[i].get<bool>()) << i;
  }
}

TEST(Ed25519, WrongSizesAreNotGood) {
  EXPECT_FALSE(verify_ed25519("", "", ""));
  EXPECT_FALSE(verify_ed25519(std::string(32, 'x'), "m", std::string(63, 'x')));
  EXPECT_FALSE(verify_ed25519(std::string(31, 'x'), "m", std::string(64, 'x')));
}

TEST(PublicKey, FingerprintIsTheOneOfSshKeygen) {
  const TemporaryFolder folder;
  const std::string path = folder.path() / "k";
  const auto run = [&](std::vector<std::string> argv) {
    const ProcessResult result = run_process({std::move(argv), clean_environment()});
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  };
  run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", path});
  const PublicKey key = parse_public_key(trim(read_file(path + ".pub", 1000)));
  EXPECT_NE(run({"ssh-keygen", "-l", "-f", path + ".pub"}).find(key.id.text()), std::string::npos);
  EXPECT_EQ(parse_public_key(key.text()), key);
  EXPECT_EQ(public_key_from_raw(key.raw), key);
}

TEST(PublicKey, StrictForm) {
  const std::string blob64 = "AAAAC3NzaC1lZDI1NTE5AAAAILSfXW6/6JIl0woKEiajwY7fXXh+Br1MpXSdMGql90iY";
  const std::pair<std::string, const char*> cases[] = {
      {"ssh-ed25519 " + blob64, "nothing"},
      {"ssh-ed25519 " + blob64 + " a comment", "nothing"},
      {"", "key_malformed"},
      {"ssh-ed25519", "key_malformed"},
      {"ssh-ed25519 ", "key_malformed"},
      {"ssh-ed25519  " + blob64, "key_malformed"},
      {" ssh-ed25519 " + blob64, "key_malformed"},
      {"ssh-ed25519 " + blob64 + "\n", "key_malformed"},
      {"ssh-ed25519 " + blob64 + "\nssh-ed25519 " + blob64, "key_malformed"},
      {"ssh-ed25519 " + blob64 + " \x1b[31m", "key_malformed"},
      {"ssh-ed25519 " + blob64.substr(0, 64), "key_malformed"},
      {"ssh-ed25519 " + blob64 + "AAAA", "key_malformed"},
      {"sk-ssh-ed25519@openssh.com " + blob64, "key_malformed"},
      {"restrict ssh-ed25519 " + blob64, "key_malformed"},
      {"ssh-ed25519 " + std::string(9000, 'A'), "key_malformed"},
  };
  for (const auto& [line, wanted] : cases) EXPECT_EQ(code_of([&, l = line] { parse_public_key(l); }), wanted) << line;
}

TEST(PublicKey, OpensshSamples) {
  const auto folder = test::vectors_dir() / "sshsig-openssh";
  DBW_NEEDS_FOLDER(folder);
  const auto load = [&](const char* name) { return parse_public_key(trim(test::slurp(folder / name))); };
  EXPECT_FALSE(load("ed25519.pub").is_security_key());
  const PublicKey security_key = load("ed25519_sk.pub");
  EXPECT_TRUE(security_key.is_security_key());
  EXPECT_EQ(security_key.application, "ssh:");
  EXPECT_TRUE(load("ecdsa_sk.pub").is_security_key());
  EXPECT_EQ(load("ecdsa.pub").algorithm(), "ecdsa-sha2-nistp256");
  EXPECT_EQ(load("rsa.pub").algorithm(), "rsa-sha2-512");
}

TEST(MachineKey, PemIsReadByOpenssl) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "token.pem";
  const MachineKey key = MachineKey::generate();
  write_file_atomic(path, key.pem().reveal(), 0600);
  const ProcessResult openssl =
      run_process({{"openssl", "pkey", "-in", path.string(), "-pubout", "-outform", "DER"}, clean_environment()});
  ASSERT_EQ(openssl.status, 0) << openssl.errors;
  EXPECT_EQ(openssl.output.substr(openssl.output.size() - 32), key.public_key().raw);
  const MachineKey again = MachineKey::load(path);
  EXPECT_EQ(again.public_key(), key.public_key());
  EXPECT_EQ(again.sign("m"), key.sign("m"));
}

TEST(MachineKey, ReadsWhatOpensslMakes) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "token.pem";
  ASSERT_EQ(
      run_process({{"openssl", "genpkey", "-algorithm", "ed25519", "-out", path.string()}, clean_environment()}).status,
      0);
  ::chmod(path.c_str(), 0600);
  const MachineKey key = MachineKey::load(path);
  EXPECT_EQ(key.pem().reveal(), test::slurp(path));
}

TEST(MachineKey, RefusesOtherFilesAndOpenModes) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "token.pem";
  const std::string good(MachineKey::generate().pem().reveal());
  const auto load = [&](std::string_view text, unsigned mode) {
    write_file_atomic(path, text, mode);
    return code_of([&] { MachineKey::load(path); });
  };
  EXPECT_EQ(load(good, 0600), "nothing");
  EXPECT_EQ(load(good, 0640), "file_permissions");
  EXPECT_EQ(load(good, 0604), "file_permissions");
  EXPECT_EQ(load(good + "x", 0600), "key_malformed");
  EXPECT_EQ(load("\n" + good, 0600), "key_malformed");
  EXPECT_EQ(load("", 0600), "key_malformed");
  EXPECT_EQ(load("-----BEGIN PRIVATE KEY-----\n\n-----END PRIVATE KEY-----\n", 0600), "key_malformed");
  std::string x25519 = good;
  x25519.replace(x25519.find("K2VwBCIE"), 8, "K2VuBCIE");  // the algorithm's last arc: 110 instead of 112
  EXPECT_EQ(load(x25519, 0600), "key_malformed");
  EXPECT_EQ(code_of([&] { MachineKey::load(folder.path() / "absent"); }), "file_missing");
  EXPECT_EQ(code_of([] { MachineKey::from_seed("short"); }), "key_malformed");
}

TEST(SecretBytes, MovesAndWipes) {
  SecretBytes a("secret");
  SecretBytes b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT: a moved-from secret must hold nothing
  EXPECT_EQ(b.reveal(), "secret");
  a = std::move(b);
  EXPECT_EQ(a.size(), 6u);
  EXPECT_TRUE(SecretBytes("").empty());
  std::string text = "password";
  wipe(text);
  EXPECT_TRUE(text.empty());
}

}  // namespace
}  // namespace dbw::crypto
