#include "crypto/pkcs11.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "crypto/pkcs11_uri.hpp"
#include "support/paths.hpp"
#include "unit/forms/throws.hpp"

// Absent without a leak sanitizer.
extern "C" {
void __lsan_disable() __attribute__((weak));  // NOLINT
void __lsan_enable() __attribute__((weak));   // NOLINT
}

namespace dbw::crypto {
namespace {

using test::code_of;

TEST(Pkcs11Uri, TakesWhatTokensNeed) {
  const Pkcs11Uri uri = parse_pkcs11_uri(
      "pkcs11:token=My%20token;serial=12%3B;model=m;manufacturer=v;object=executor;id=%01%fF;type=private"
      "?module-path=/usr/lib/x%20y.so&pin-source=file:/etc/dbw/pin");
  EXPECT_EQ(uri.token, "My token");
  EXPECT_EQ(uri.serial, "12;");
  EXPECT_EQ(uri.model, "m");
  EXPECT_EQ(uri.manufacturer, "v");
  EXPECT_EQ(uri.object, "executor");
  EXPECT_EQ(uri.id, "\x01\xFF");
  EXPECT_EQ(uri.module, "/usr/lib/x y.so");
  EXPECT_EQ(uri.pin_file, "/etc/dbw/pin");
  EXPECT_EQ(parse_pkcs11_uri("pkcs11:id=1?pin-source=/p&module-path=file:///m").pin_file, "/p");
  EXPECT_EQ(parse_pkcs11_uri("pkcs11:id=1?module-path=file:///m").module, "/m");
  EXPECT_FALSE(parse_pkcs11_uri("pkcs11:id=1?module-path=/m").pin_file);
}

TEST(Pkcs11Uri, IsStrict) {
  for (const char* wrong : {"pkcs11:",
                            "pkcs11:object=a",
                            "pkcs11:object=a?",
                            "pkcs11:token=t?module-path=/m",
                            "pkcs11:?module-path=/m",
                            "PKCS11:object=a?module-path=/m",
                            "pkcs11:object=a;object=b?module-path=/m",
                            "pkcs11:object=?module-path=/m",
                            "pkcs11:object?module-path=/m",
                            "pkcs11:slot-id=1;object=a?module-path=/m",
                            "pkcs11:object=a;?module-path=/m",
                            "pkcs11:object=a?module-path=m",
                            "pkcs11:object=a?module-path=//m",
                            "pkcs11:object=a?module-path=/",
                            "pkcs11:object=a?module-path=/m&module-path=/n",
                            "pkcs11:object=a?module-name=m",
                            "pkcs11:object=a b?module-path=/m",
                            "pkcs11:object=%4?module-path=/m",
                            "pkcs11:object=%zz?module-path=/m",
                            "pkcs11:object=%00?module-path=/m",
                            "pkcs11:object=a?module-path=/m&pin-source=pin",
                            "pkcs11:object=a?module-path=/m&pin-source=|cmd",
                            "pkcs11:object=a?module-path=/m&pin-source=%7Ccmd",
                            "pkcs11:object=a;type=public?module-path=/m",
                            "pkcs11:object=a?module-path=/m#x",
                            "pkcs11:object=\x1b?module-path=/m"}) {
    EXPECT_EQ(code_of([&] { parse_pkcs11_uri(wrong); }), "pkcs11_uri") << wrong;
  }
  EXPECT_EQ(code_of([] { parse_pkcs11_uri("pkcs11:id=1?module-path=/" + std::string(3000, 'm')); }), "pkcs11_uri");
}

TEST(Pkcs11Uri, APinInItIsNeitherUsedNorRepeated) {
  for (const char* wrong : {"pkcs11:object=a?module-path=/m&pin-value=4711", "pkcs11:object=a?pin-value=4711",
                            "pkcs11:pin-value=4711", "pkcs11:object=a?module-path=/m&PIN-VALUE=4711"}) {
    std::string message;
    EXPECT_EQ(code_of([&] { parse_pkcs11_uri(wrong); }, &message), "pkcs11_pin_in_uri") << wrong;
    EXPECT_EQ(message.find("4711"), std::string::npos);
  }
}

TEST(MachineSigner, SecretsAreTheKeyFileOrThePinFile) {
  EXPECT_EQ(secret_file_of("/etc/dbw/key.pem"), "/etc/dbw/key.pem");
  EXPECT_EQ(secret_file_of("pkcs11:id=1?module-path=/m&pin-source=/etc/dbw/pin"), "/etc/dbw/pin");
  EXPECT_EQ(secret_file_of("pkcs11:id=1?module-path=/m"), std::nullopt);
  const TemporaryFolder folder;
  const MachineKey key = MachineKey::generate();
  write_file_atomic(folder.path() / "key.pem", key.pem().reveal(), 0600);
  EXPECT_EQ(load_machine_signer((folder.path() / "key.pem").string())->sign("m"), key.sign("m"));
}

/// A token that misbehaves on demand: tests/support/pkcs11_module.
class FakeToken : public testing::Test {
 protected:
  void SetUp() override { write_file_atomic(m_folder.path() / "pin", "1234\n", 0600); }
  void TearDown() override { ::unsetenv("DBW_FAKE_PKCS11"); }

  std::string uri(std::string_view path = "token=fake;object=key") const {
    return fmt::format("pkcs11:{}?module-path={}&pin-source=file:{}", path, m_module, m_pin);
  }
  std::string code(const char* mode, const std::string& reference) const {
    ::setenv("DBW_FAKE_PKCS11", mode, 1);
    return code_of([&] { load_machine_signer(reference)->sign("message"); });
  }

  TemporaryFolder m_folder;
  std::string m_pin = m_folder.path() / "pin";
  std::string m_module = test::bin_dir() / "fake_pkcs11.so";
};

TEST_F(FakeToken, Signs) {
  const std::unique_ptr<MachineSigner> signer = load_machine_signer(uri());
  EXPECT_EQ(signer->public_key(), MachineKey::from_seed(std::string(32, 'p')).public_key());
  EXPECT_EQ(signer->sign("message"), MachineKey::from_seed(std::string(32, 'p')).sign("message"));
  // Two at once share the module; the first to go must not end the other's session.
  { const std::unique_ptr<MachineSigner> other = load_machine_signer(uri("object=key")); }
  EXPECT_EQ(signer->sign("again").size(), 64u);
}

TEST_F(FakeToken, EveryFailureHasItsCode) {
  const std::pair<const char*, const char*> cases[] = {
      {"good", "nothing"},
      {"no-init", "pkcs11_module"},
      {"no-token", "pkcs11_no_token"},
      {"gone-at-open", "pkcs11_gone"},
      {"gone-at-sign", "pkcs11_gone"},
      {"session-lost", "pkcs11_gone"},
      {"expired", "pkcs11_pin"},
      {"final-try", "pkcs11_pin"},
      {"no-public-half", "pkcs11_no_key"},
      {"no-id", "pkcs11_no_key"},
      {"ed448", "pkcs11_key_type"},
      {"no-eddsa", "pkcs11_key_type"},
      {"device-error", "pkcs11_failed"},
      {"vendor-error", "pkcs11_failed"},
      {"other-key", "pkcs11_bad_signature"},
      {"short", "pkcs11_bad_signature"},
  };
  for (const auto& [mode, wanted] : cases) EXPECT_EQ(code(mode, uri()), wanted) << mode;
  const std::string without_pin = fmt::format("pkcs11:object=key?module-path={}", m_module);
  EXPECT_EQ(code("good", without_pin), "pkcs11_pin");
  EXPECT_EQ(code("no-login", without_pin), "nothing");
  EXPECT_EQ(code("good", uri("token=other;object=key")), "pkcs11_no_token");
  EXPECT_EQ(code("good", uri("serial=1;object=key")), "pkcs11_no_token");
}

TEST_F(FakeToken, FilesAreLookedAtFirst) {
  write_file_atomic(m_folder.path() / "pin", "1234\n", 0640);
  EXPECT_EQ(code("good", uri()), "file_permissions");
  m_pin = m_folder.path() / "absent";
  EXPECT_EQ(code("good", uri()), "file_missing");
  m_module = m_folder.path() / "absent.so";
  EXPECT_EQ(code("good", uri()), "pkcs11_module");
  write_file_atomic(m_folder.path() / "text.so", "no library\n", 0755);
  m_module = m_folder.path() / "text.so";
  EXPECT_EQ(code("good", uri()), "pkcs11_module");
  write_file_atomic(m_folder.path() / "open.so", "no library\n", 0777);
  m_module = m_folder.path() / "open.so";
  EXPECT_EQ(code("good", uri()), "file_permissions");
  m_module = "/lib/x86_64-linux-gnu/libz.so.1";
  if (std::filesystem::exists(m_module)) {
    EXPECT_EQ(code("good", uri()), "pkcs11_module");
  }
}

/// A real one: SoftHSM, with keys made by pkcs11-tool.
class SoftHsm : public testing::Test {
 protected:
  static constexpr const char* k_module = "/usr/lib/softhsm/libsofthsm2.so";

  // SoftHSM 2.6 loses a few bytes per Ed25519 key. FakeToken runs the same code of ours with the sanitizer.
  SoftHsm() {
    if (__lsan_disable != nullptr) __lsan_disable();
  }
  ~SoftHsm() override {
    if (__lsan_enable != nullptr) __lsan_enable();
  }

  void SetUp() override {
    ASSERT_TRUE(std::filesystem::exists(k_module)) << "softhsm2 is in scripts/packages.txt";
    const std::filesystem::path tokens = m_folder.path() / "tokens";
    make_folders(tokens, 0700);
    write_file_atomic(m_folder.path() / "conf",
                      fmt::format("directories.tokendir = {}\nlog.level = ERROR\n", tokens.string()));
    write_file_atomic(m_folder.path() / "pin", "4711", 0600);
    ::setenv("SOFTHSM2_CONF", (m_folder.path() / "conf").c_str(), 1);
    run({"softhsm2-util", "--init-token", "--free", "--label", "dbw", "--so-pin", "5678", "--pin", "4711"});
  }
  void TearDown() override { ::unsetenv("SOFTHSM2_CONF"); }

  void run(std::vector<std::string> argv) const {
    ProcessRequest request{std::move(argv), clean_environment()};
    request.environment["SOFTHSM2_CONF"] = m_folder.path() / "conf";
    const ProcessResult result = run_process(request);
    ASSERT_EQ(result.status, 0) << result.errors;
  }
  void make_key(const char* type, const char* label, const char* id) const {
    run({"pkcs11-tool", "--module", k_module, "--token-label", "dbw", "--login", "--pin", "4711", "--keypairgen",
         "--key-type", type, "--label", label, "--id", id});
  }
  std::string uri(std::string_view path) const {
    return fmt::format("pkcs11:{}?module-path={}&pin-source=file:{}", path, k_module,
                       (m_folder.path() / "pin").string());
  }
  std::string code(std::string_view path) const {
    return code_of([&] { load_machine_signer(uri(path))->sign("message"); });
  }

  TemporaryFolder m_folder;
};

TEST_F(SoftHsm, SignsWithTheKeyThatIsMeant) {
  make_key("EC:edwards25519", "executor", "01");
  make_key("EC:edwards25519", "issuer", "02");
  make_key("EC:edwards25519", "issuer", "03");
  make_key("EC:prime256v1", "ecdsa", "04");
  {
    const std::unique_ptr<MachineSigner> executor = load_machine_signer(uri("token=dbw;object=executor"));
    const std::unique_ptr<MachineSigner> issuer = load_machine_signer(uri("token=dbw;id=%02"));
    EXPECT_EQ(executor->public_key().type, "ssh-ed25519");
    EXPECT_FALSE(executor->public_key() == issuer->public_key());
    EXPECT_TRUE(verify_ed25519(executor->public_key().raw, "message", executor->sign("message")));
    EXPECT_TRUE(
        verify_ed25519(issuer->public_key().raw, std::string(40'000, 'm'), issuer->sign(std::string(40'000, 'm'))));
    EXPECT_EQ(load_machine_signer(uri("id=%01"))->public_key(), executor->public_key());
  }
  EXPECT_EQ(code("object=issuer"), "pkcs11_ambiguous");
  EXPECT_EQ(code("object=issuer;id=%03"), "nothing");
  EXPECT_EQ(code("object=nobody"), "pkcs11_no_key");
  EXPECT_EQ(code("object=ecdsa"), "pkcs11_key_type");
  EXPECT_EQ(code("token=other;object=executor"), "pkcs11_no_token");
  write_file_atomic(m_folder.path() / "pin", "0000", 0600);
  EXPECT_EQ(code("object=executor"), "pkcs11_pin");
  write_file_atomic(m_folder.path() / "pin", "", 0600);
  EXPECT_EQ(code("object=executor"), "pkcs11_pin");
}

TEST_F(SoftHsm, TwoTokensOfOneNameAreAmbiguous) {
  run({"softhsm2-util", "--init-token", "--free", "--label", "dbw", "--so-pin", "5678", "--pin", "4711"});
  EXPECT_EQ(code("token=dbw;object=executor"), "pkcs11_ambiguous");
}

}  // namespace
}  // namespace dbw::crypto
