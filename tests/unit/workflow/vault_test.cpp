#include "workflow/vault.hpp"

#include <fstream>
#include <future>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/error_of.hpp"
#include "support/vault_server.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;
using workflow::Vault;
using workflow::VaultConfig;

constexpr std::string_view k_secret_id = "planted-secret-id-4711";

/// What the server knows; SQL goes to `true`, for no database takes part here.
struct VaultKnows {
  int ttl = 60, max_ttl = 3600;
  bool renewable = true;
  int token_ttl = 600, token_max_ttl = 3600;
  bool token_renewable = true;
  std::string faults = "{}", space;
  std::string text() const {
    return fmt::format(
        R"({{"space": "{}", "secret_ids": {{"role-1": "{}"}}, "jwts": {{"dbw": "planted.jwt.4711"}},
 "token": {{"ttl": {}, "max_ttl": {}, "renewable": {}}},
 "roles": {{"change": {{"ttl": {}, "max_ttl": {}, "renewable": {}, "create": "", "drop": ""}}}},
 "static": {{"guard": {{"username": "shop_guard", "password": "static-pw-4711"}}}}, "psql": ["true"], "faults": {}}})",
        space, k_secret_id, token_ttl, token_max_ttl, token_renewable, ttl, max_ttl, renewable, faults);
  }
};

class VaultTest : public testing::Test {
 protected:
  VaultTest() {
    m_config.name = "main";
    m_config.url = m_server.url();
    m_config.ca_file = m_server.ca_file();
    m_config.auth_mount = "approle";
    m_config.role = "role-1";
    m_config.leases = m_folder.path() / "leases";
    m_config.timeout = Seconds(5);
  }
  std::shared_ptr<Vault> login(std::string_view proof = k_secret_id) {
    return std::make_shared<Vault>(std::make_shared<const VaultConfig>(m_config), crypto::SecretBytes(proof),
                                   [this](const Refusal& refusal) {
                                     const std::lock_guard lock(m_mutex);
                                     m_reported.push_back(refusal);
                                   });
  }
  void set_up(const VaultKnows& setup) const { m_server.set_up(setup.text()); }
  void fail(const std::string& faults) const {
    VaultKnows setup;
    setup.faults = faults;
    set_up(setup);
  }
  /// What a login and a loan throw; it holds no secret.
  std::optional<ErrorCode> code(Seconds needed = Seconds(0), bool static_role = false) {
    const auto error = error_of([&] { login()->lend(static_role ? "guard" : "change", static_role, needed); });
    if (!error) return std::nullopt;
    const std::string secrets = m_server.secrets();
    for (const std::string_view secret : split_lines(secrets)) {
      EXPECT_TRUE(secret.empty() || error->message().find(secret) == std::string::npos);
    }
    EXPECT_EQ(error->message().find("4711"), std::string::npos) << error->message();
    m_message = error->message();
    return error->code();
  }
  int count(std::string_view what) const {
    int found = 0;
    const std::string requests = m_server.requests();
    for (auto at = requests.find(what); at != std::string::npos; at = requests.find(what, at + 1)) ++found;
    return found;
  }
  bool eventually(const std::function<bool()>& holds) const {
    for (int i = 0; i < 400; ++i) {
      if (holds()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return false;
  }
  std::vector<Refusal> reported() {
    const std::lock_guard lock(m_mutex);
    return m_reported;
  }
  std::size_t notes() const {
    std::error_code ignored;
    return fs::exists(m_config.leases)
               ? static_cast<std::size_t>(std::distance(fs::directory_iterator(m_config.leases), {}))
               : 0;
  }

  TemporaryFolder m_folder;
  VaultServer m_server{VaultKnows{}.text()};
  VaultConfig m_config;
  std::string m_message;

 private:
  std::mutex m_mutex;
  std::vector<Refusal> m_reported;
};

TEST_F(VaultTest, LendsRevokesAndEndsItsToken) {
  {
    const auto vault = login();
    const auto loan = vault->lend("change", false, Seconds(0));
    EXPECT_TRUE(loan->user().starts_with("v-approle-change-"));
    EXPECT_NE(m_server.secrets().find(loan->password()), std::string::npos);
    EXPECT_EQ(notes(), 1u);
    EXPECT_EQ(count("sys/leases/revoke"), 0);
  }
  EXPECT_EQ(count("POST sys/leases/revoke 204"), 1) << m_server.requests();
  EXPECT_EQ(count("POST auth/token/revoke-self 204"), 1) << m_server.requests();
  EXPECT_LT(m_server.requests().find("sys/leases/revoke"), m_server.requests().find("revoke-self"));
  EXPECT_EQ(notes(), 0u);
  EXPECT_TRUE(reported().empty());
}

TEST_F(VaultTest, StaticRolesHaveNoLease) {
  const auto vault = login();
  {
    const auto loan = vault->lend("guard", true, Seconds(100'000));
    EXPECT_EQ(loan->user(), "shop_guard");
    EXPECT_EQ(loan->password(), "static-pw-4711");
    loan->on_end([] {});
  }
  EXPECT_EQ(count("sys/leases"), 0);
  EXPECT_EQ(notes(), 0u);
}

TEST_F(VaultTest, JwtAndNamespace) {
  m_config.method = VaultConfig::Method::jwt;
  m_config.auth_mount = "jwt";
  m_config.role = "dbw";
  m_config.space = "team/db";
  VaultKnows setup;
  setup.space = "team/db";
  set_up(setup);
  EXPECT_EQ(login("planted.jwt.4711")->lend("change", false, Seconds(0))->user().substr(0, 2), "v-");
  EXPECT_EQ(code_of([&] { login("another.jwt.4711"); }), ErrorCode::vault_login_refused);
  m_config.space = "team/other";
  EXPECT_EQ(code_of([&] { login("planted.jwt.4711"); }), ErrorCode::vault_login_refused);
}

TEST_F(VaultTest, EveryFailureHasItsOwnError) {
  const std::tuple<std::string, ErrorCode> cases[] = {
      {R"({"auth/approle": {"status": 503, "errors": ["Vault is sealed"]}})", ErrorCode::vault_sealed},
      {R"({"database/creds": {"status": 503, "errors": ["error performing token check: Vault is sealed"]}})",
       ErrorCode::vault_sealed},
      {R"({"auth/approle": {"status": 503, "errors": []}})", ErrorCode::vault_unreachable},
      {R"({"database/creds": {"status": 429, "errors": ["request path quota exceeded"]}})",
       ErrorCode::vault_unreachable},
      {R"({"database/creds": {"drop": true}})", ErrorCode::vault_unreachable},
      {R"({"database/creds": {"status": 307}})", ErrorCode::vault_unreachable},
      {R"({"database/creds": {"status": 403, "errors": ["permission denied"]}})", ErrorCode::vault_denied},
      {R"({"database/creds": {"status": 404, "errors": []}})", ErrorCode::vault_role_unknown},
      {R"({"database/creds": {"status": 500, "errors": ["failed to connect"]}})", ErrorCode::vault_answer},
      {R"({"database/creds": {"body": "{\"lease_id\": \"x\""}})", ErrorCode::vault_answer},
      {R"({"database/creds": {"body": "<html>"}})", ErrorCode::vault_answer},
      {R"({"database/creds": {"body": "[]"}})", ErrorCode::vault_answer},
      {R"({"database/creds": {"body": "{}"}})", ErrorCode::vault_answer},
      {R"({"database/creds": {"body": "{\"data\": {\"username\": \"u\", \"password\": \"\"}}"}})",
       ErrorCode::vault_answer},
      {R"({"database/creds": {"body": "{\"data\": {\"username\": \"u\\nx\", \"password\": \"p\"}}"}})",
       ErrorCode::vault_answer},
      {R"({"database/creds": {"body": "{\"lease_id\": \"l\", \"lease_duration\": -1, \"data\": {\"username\": \"u\", \"password\": \"p\"}}"}})",
       ErrorCode::vault_answer},
      {R"({"database/creds": {"bytes": 200000}})", ErrorCode::vault_answer},
      {R"({"auth/approle": {"body": "{\"auth\": {\"client_token\": \"a\\u000ab\", \"lease_duration\": 5}}"}})",
       ErrorCode::vault_answer},
      {R"({"auth/approle": {"bytes": 100}})", ErrorCode::vault_answer},
      {R"({"auth/approle": {"status": 403, "errors": ["permission denied"]}})", ErrorCode::vault_login_refused},
  };
  for (const auto& [faults, expected] : cases) {
    fail(faults);
    EXPECT_EQ(code(), expected) << faults << m_message;
  }
}

TEST_F(VaultTest, WrongProofRoleAndAddress) {
  EXPECT_EQ(code_of([&] { login("wrong"); }), ErrorCode::vault_login_refused);
  EXPECT_EQ(code_of([&] { login()->lend("nosuch", false, Seconds(0)); }), ErrorCode::vault_role_unknown);
  EXPECT_EQ(code_of([&] { login()->lend("nosuch", true, Seconds(0)); }), ErrorCode::vault_role_unknown);
  m_config.ca_file.clear();
  EXPECT_EQ(code(), ErrorCode::net_untrusted);
  m_config.ca_file = m_server.ca_file();
  m_server.stop();
  EXPECT_EQ(code(), ErrorCode::vault_unreachable);
  EXPECT_NE(m_message.find("3 tries"), std::string::npos) << m_message;
}

TEST_F(VaultTest, AnAnswerThatRepeatsASecretIsNotShown) {
  fail(fmt::format(R"({{"auth/approle": {{"status": 400, "errors": ["no such secret_id: {}"]}}}})", k_secret_id));
  EXPECT_EQ(code(), ErrorCode::vault_login_refused);
}

TEST_F(VaultTest, TriesAgainABoundedNumberOfTimes) {
  fail(R"({"database/creds": {"status": 503, "errors": [], "times": 2}})");
  EXPECT_EQ(code(), std::nullopt) << m_message;
  EXPECT_EQ(count("database/creds"), 3);
}

TEST_F(VaultTest, WhatCannotLastIsNotLent) {
  VaultKnows setup;
  setup.renewable = false;
  set_up(setup);
  EXPECT_EQ(code(Seconds(60)), std::nullopt);
  EXPECT_EQ(code(Seconds(61)), ErrorCode::vault_lease_short);
  EXPECT_EQ(count("sys/leases/revoke 204"), 2) << "given back all the same";
  setup.renewable = true;
  set_up(setup);
  EXPECT_EQ(code(Seconds(600)), std::nullopt) << m_message;
  EXPECT_EQ(code(Seconds(3601)), ErrorCode::vault_lease_short);
  setup.max_ttl = setup.token_max_ttl = 100'000;
  setup.token_renewable = false;
  set_up(setup);
  EXPECT_EQ(code(Seconds(601)), ErrorCode::vault_lease_short);
  EXPECT_NE(m_message.find("token"), std::string::npos) << m_message;
  setup.token_renewable = true;
  set_up(setup);
  EXPECT_EQ(code(Seconds(50'000)), std::nullopt) << m_message;
  EXPECT_EQ(notes(), 0u);
}

TEST_F(VaultTest, LeasesAreRenewedWhileTheyAreUsed) {
  VaultKnows setup;
  setup.ttl = 2;
  set_up(setup);
  std::atomic<bool> cancelled = false;
  const auto vault = login();
  const auto loan = vault->lend("change", false, Seconds(0));
  loan->on_end([&] { cancelled = true; });
  EXPECT_TRUE(eventually([&] { return count("POST sys/leases/renew 200") >= 3; })) << m_server.requests();
  EXPECT_FALSE(cancelled);
  EXPECT_EQ(vault->lost(), std::nullopt);
}

TEST_F(VaultTest, TheTokenIsRenewedToo) {
  VaultKnows setup;
  setup.token_ttl = 2;
  set_up(setup);
  const auto vault = login();
  EXPECT_TRUE(eventually([&] { return count("POST auth/token/renew-self 200") >= 2; })) << m_server.requests();
}

TEST_F(VaultTest, AUserIsStoppedBeforeItsLeaseEnds) {
  const std::pair<std::string, int> cases[] = {
      {R"({"sys/leases/renew": {"status": 403, "errors": ["permission denied"]}})", 3600},
      {R"({"sys/leases/renew": {"drop": true}})", 3600},
      {"{}", 3},  // max_ttl
  };
  for (const auto& [faults, max_ttl] : cases) {
    VaultKnows setup;
    setup.ttl = 3;
    setup.max_ttl = max_ttl;
    setup.faults = faults;
    set_up(setup);
    std::atomic<int> cancelled = 0;
    const auto vault = login();
    const auto start = std::chrono::steady_clock::now();
    const auto loan = vault->lend("change", false, Seconds(0));
    loan->on_end([&] { ++cancelled; });
    EXPECT_TRUE(eventually([&] { return cancelled >= 2; })) << faults;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
    loan->on_end(nullptr);
    ASSERT_TRUE(vault->lost());
    EXPECT_EQ(vault->lost()->code, ErrorCode::vault_renewal_denied);
    ASSERT_FALSE(reported().empty());
    EXPECT_EQ(reported().front().code, ErrorCode::vault_renewal_denied) << reported().front().message;
  }
}

TEST_F(VaultTest, FailedRevocationsAreReportedAndMadeUpFor) {
  fail(R"({"sys/leases/revoke": {"status": 403, "errors": ["permission denied"]},
           "auth/token/revoke-self": {"status": 400, "errors": ["no"]}})");
  login()->lend("change", false, Seconds(0));
  ASSERT_EQ(reported().size(), 2u);
  for (const Refusal& each : reported()) EXPECT_EQ(each.code, ErrorCode::vault_revocation_failed) << each.message;
  EXPECT_EQ(notes(), 1u);
  fail("{}");
  {
    const auto other = login();
    EXPECT_EQ(count("POST sys/leases/revoke 204"), 1) << m_server.requests();
    EXPECT_EQ(notes(), 0u);
  }
  EXPECT_EQ(reported().size(), 2u);
}

TEST_F(VaultTest, LeasesInUseAreNoLeftovers) {
  const auto vault = login();
  const auto loan = vault->lend("change", false, Seconds(0));
  const auto other = login();
  EXPECT_EQ(count("sys/leases/revoke"), 0);
  EXPECT_EQ(notes(), 1u);
}

}  // namespace
}  // namespace dbw::test
