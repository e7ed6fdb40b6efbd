#include "workflow/ci_keys.hpp"

#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "support/error_of.hpp"
#include "support/git_server.hpp"
#include "support/web_tokens.hpp"
#include "workflow/ci_proof.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;

const Timestamp k_now = Timestamp::parse("2026-11-20T10:00:00Z");

/// A CI host that publishes its keys over http on loopback.
class CiKeysTest : public testing::Test {
 protected:
  CiKeysTest() {
    fs::create_directories(m_folder.path() / "www/.well-known");
    m_config.state = m_folder.path() / "state";
    fs::create_directories(m_config.state);
    publish({{"k1", &m_first}});
    discover(m_issuer, m_issuer + "/keys.json");
    start();
  }

  void start() {
    m_server.emplace(std::vector<std::string>{"/usr/bin/python3", "-m", "http.server", std::to_string(m_port), "--bind",
                                              "127.0.0.1", "--directory", (m_folder.path() / "www").string()},
                     std::map<std::string, std::string>{}, m_folder.path() / "log");
    ASSERT_TRUE(m_server->wait_for_port(m_port)) << m_server->log();
  }
  void stop() { m_server.reset(); }

  void publish(const std::vector<std::pair<std::string, const WebSigner*>>& keys) const {
    std::string list;
    for (const auto& [name, signer] : keys) list += (list.empty() ? "" : ",") + signer->jwk(name);
    write("keys.json", key_set(list));
  }
  void discover(const std::string& issuer, const std::string& address) const {
    write(".well-known/openid-configuration",
          fmt::format(R"({{"issuer":"{}","jwks_uri":"{}","scopes_supported":["openid"]}})", issuer, address));
  }
  void write(const std::string& name, const std::string& text) const {
    write_file_atomic(m_folder.path() / "www" / name, text);
  }

  model::CiIdentity identity() const {
    return {.name = "deploy",
            .provider = "github",
            .issuer = m_issuer,
            .audience = "dbw",
            .algorithms = {"RS256"},
            .max_age = Seconds(600),
            .claims = {{"repository_id", {"7"}}, {"ref", {"main"}}}};
  }
  std::string token(const WebSigner& signer, const std::string& key, const std::string& jti) const {
    return signer.sign(
        fmt::format(R"({{"alg":"RS256","kid":"{}"}})", key),
        fmt::format(R"({{"iss":"{}","aud":"dbw","iat":{},"exp":{},"jti":"{}","repository_id":"7","ref":"main",)"
                    R"("ref_type":"branch","event_name":"push"}})",
                    m_issuer, k_now.seconds, k_now.seconds + 600, jti));
  }

  TemporaryFolder m_folder{"dbw-ci-keys"};
  WebSigner m_first = WebSigner::rsa(), m_second = WebSigner::rsa();
  int m_port = free_port();
  std::string m_issuer = fmt::format("http://127.0.0.1:{}", m_port);
  workflow::HostConfig m_config;
  std::optional<Daemon> m_server;
};

TEST_F(CiKeysTest, AreFetchedOnceAndKeptForTheirTime) {
  EXPECT_EQ(workflow::CiKeys(m_config).of(m_issuer, k_now).count("k1"), 1u);
  stop();
  EXPECT_EQ(workflow::CiKeys(m_config).of(m_issuer, k_now + Seconds(3600)).size(), 1u) << "from the cache";
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of(m_issuer, k_now + Seconds(3601)); }),
            ErrorCode::ci_keys_unavailable)
      << "too old";
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of(m_issuer, k_now - Seconds(61)); }),
            ErrorCode::ci_keys_unavailable)
      << "a clock that was set back does not make old keys young";
  m_config.ci_keys[m_issuer].max_age = Seconds(7200);
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of(m_issuer, k_now + Seconds(7200)); }), std::nullopt);
}

TEST_F(CiKeysTest, ADamagedCacheIsFetchedAgain) {
  workflow::CiKeys(m_config).of(m_issuer, k_now);
  for (const auto& entry : fs::directory_iterator(m_config.state / "ci-keys")) write_file_atomic(entry.path(), "{");
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of(m_issuer, k_now); }), std::nullopt);
}

TEST_F(CiKeysTest, DiscoveryMustNotLeadAway) {
  discover("https://evil.example.org", m_issuer + "/keys.json");
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of(m_issuer, k_now); }), ErrorCode::ci_keys_malformed);
  discover(m_issuer, fmt::format("http://127.0.0.1:{}/keys.json", m_port + 1));
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of(m_issuer, k_now); }), ErrorCode::ci_keys_malformed);
  write(".well-known/openid-configuration", "[]");
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of(m_issuer, k_now); }), ErrorCode::ci_keys_malformed);
  discover(m_issuer, m_issuer + "/absent.json");
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of(m_issuer, k_now); }), ErrorCode::ci_keys_unavailable);
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).of("http://ci.example.org", k_now); }),
            ErrorCode::ci_keys_unavailable)
      << "plain http beyond loopback";
}

TEST_F(CiKeysTest, BadKeysReplaceNothing) {
  workflow::CiKeys(m_config).of(m_issuer, k_now);
  write("keys.json", "{\"keys\":[]}");
  EXPECT_EQ(code_of([&] { workflow::CiKeys(m_config).renew(m_issuer, k_now); }), ErrorCode::ci_keys_malformed);
  EXPECT_EQ(workflow::CiKeys(m_config).of(m_issuer, k_now).count("k1"), 1u);
}

TEST_F(CiKeysTest, APinnedFileIsNeverFetched) {
  write_file_atomic(m_folder.path() / "pinned.json", key_set(m_second.jwk("k2")), 0600);
  m_config.ci_keys[m_issuer].file = m_folder.path() / "pinned.json";
  workflow::CiKeys keys(m_config);
  EXPECT_EQ(keys.of(m_issuer, k_now).count("k2"), 1u);
  EXPECT_FALSE(keys.renew(m_issuer, k_now));
  fs::permissions(m_folder.path() / "pinned.json", fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(code_of([&] { keys.of(m_issuer, k_now); }), ErrorCode::file_permissions);
}

TEST_F(CiKeysTest, AnUnknownKeyAsksOnceMoreAndNoOftener) {
  workflow::CiKeys(m_config).of(m_issuer, k_now);
  publish({{"k1", &m_first}, {"k2", &m_second}});
  workflow::CiProof proof(m_config, {token(m_second, "k2", "new key")});
  EXPECT_EQ(proof.require(identity(), k_now).jti, "new key");
  stop();
  workflow::CiProof offline(m_config, {token(m_second, "k3", "j")});
  EXPECT_EQ(code_of([&] { offline.require(identity(), k_now); }), ErrorCode::ci_keys_unavailable)
      << "perhaps it is a new one";
  start();
  workflow::CiProof unknown(m_config, {token(m_second, "k3", "j")});
  EXPECT_EQ(code_of([&] { unknown.require(identity(), k_now); }), ErrorCode::ci_token_key);
  stop();
  EXPECT_EQ(code_of([&] { unknown.require(identity(), k_now); }), ErrorCode::ci_token_key) << "asked a second time";
}

TEST_F(CiKeysTest, ATokenCountsForOneProcess) {
  workflow::CiProof first(m_config, {"a.bad.line", token(m_first, "k1", "once")});
  EXPECT_EQ(first.require(identity(), k_now).identity, "deploy");
  EXPECT_EQ(first.require(identity(), k_now + Seconds(60)).identity, "deploy") << "the next request of the same run";
  EXPECT_EQ(code_of([&] { first.require(identity(), k_now + Seconds(661)); }), ErrorCode::ci_token_expired);
  workflow::CiProof second(m_config, {token(m_first, "k1", "once")});
  EXPECT_EQ(code_of([&] { second.require(identity(), k_now); }), ErrorCode::ci_token_used);
  workflow::CiProof third(m_config, {token(m_first, "k1", "twice")});
  EXPECT_EQ(code_of([&] { third.require(identity(), k_now); }), std::nullopt);
  EXPECT_EQ(std::distance(fs::directory_iterator(m_config.state / "ci-tokens"), fs::directory_iterator()), 2);
}

}  // namespace
}  // namespace dbw::test
