#include "workflow/host_safety.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/files.hpp"
#include "support/error_of.hpp"
#include "support/web_server.hpp"
#include "workflow/caller.hpp"
#include "workflow/target.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;
using workflow::Credential;
using workflow::ExecutorConfig;

constexpr unsigned k_stranger = 4711;

class HostSafetyTest : public testing::Test {
 protected:
  HostSafetyTest() {
    m_config.file = write("exec.yaml");
    m_config.pin_file = write("pin.yaml");
    m_config.key = write("key.pem").string();
    m_config.state = m_folder.path() / "state";
  }
  fs::path write(const std::string& name, unsigned mode = 0600) const {
    const fs::path file = m_folder.path() / name;
    write_file_atomic(file, "x", mode);
    return file;
  }
  std::optional<ErrorCode> files() const {
    return code_of([&] { workflow::require_private_host(m_config); });
  }
  std::optional<ErrorCode> caller(const std::map<std::string, std::string>& environment) const {
    return code_of([&] { workflow::require_caller_cannot_read(m_config, environment); });
  }

  TemporaryFolder m_folder;
  ExecutorConfig m_config;
};

TEST_F(HostSafetyTest, RootMustBeAllowed) {
  const auto refused = [&](bool allowed) { return code_of([&] { workflow::require_user(m_config, allowed); }); };
  EXPECT_EQ(refused(true), std::nullopt);
  const bool root = ::geteuid() == 0;
  EXPECT_EQ(refused(false), root ? std::optional(ErrorCode::running_as_root) : std::nullopt);
  m_config.allow_root = true;
  EXPECT_EQ(refused(false), std::nullopt);
}

TEST_F(HostSafetyTest, FilesAndFoldersMustNotBeOpen) {
  EXPECT_EQ(files(), std::nullopt);
  ::chmod(m_config.pin_file.c_str(), 0644);
  EXPECT_EQ(files(), std::nullopt) << "nobody can enter its folder";
  ::chmod(m_folder.path().c_str(), 0755);
  EXPECT_EQ(files(), ErrorCode::file_permissions);
  ::chmod(m_config.pin_file.c_str(), 0640);
  EXPECT_EQ(files(), std::nullopt);
  ::chmod(m_config.file.c_str(), 0604);
  EXPECT_EQ(files(), ErrorCode::file_permissions);
  ::chmod(m_config.file.c_str(), 0600);
  make_folders(m_config.state, 0700);
  EXPECT_EQ(files(), std::nullopt);
  for (const unsigned mode : {0750u, 0701u, 0720u}) {
    ::chmod(m_config.state.c_str(), mode);
    EXPECT_EQ(files(), ErrorCode::file_permissions) << mode;
  }
  ::chmod(m_config.state.c_str(), 0700);
  m_config.change.ssh_key = write("ssh", 0640);
  EXPECT_EQ(files(), ErrorCode::file_permissions);
}

TEST_F(HostSafetyTest, WhoCalledMustNotReadAnyOfTheSecrets) {
  const std::map<std::string, std::string> sudo = {{"SUDO_UID", std::to_string(k_stranger)}};
  workflow::TargetConfig& target = m_config.targets[{"shop", "production", ""}];
  EXPECT_EQ(caller(sudo), std::nullopt);
  const auto open = write("open", 0644);
  auto& password = target.change.password;
  for (const auto source : {Credential::Source::file, Credential::Source::pgpass, Credential::Source::my_cnf}) {
    password.source = source;
    password.file = open;
    EXPECT_EQ(caller(sudo), ErrorCode::caller_can_read_secrets);
  }
  workflow::VaultConfig vault;
  vault.proof.source = Credential::Source::file;
  vault.proof.file = open;
  password = {};
  password.source = Credential::Source::vault;
  password.vault = std::make_shared<const workflow::VaultConfig>(vault);
  EXPECT_EQ(caller(sudo), ErrorCode::caller_can_read_secrets) << "the secret_id";
  password = {};
  EXPECT_EQ(caller(sudo), std::nullopt);
  for (fs::path* file : {&m_config.change.ssh_key, &m_config.audit.token_file}) {
    *file = open;
    EXPECT_EQ(caller(sudo), ErrorCode::caller_can_read_secrets);
    file->clear();
  }
  m_config.key = open.string();
  EXPECT_EQ(caller(sudo), ErrorCode::caller_can_read_secrets);
  EXPECT_EQ(caller({{"SUDO_UID", "0"}}), std::nullopt) << "root reads everything anyway";
  EXPECT_EQ(caller({{"SUDO_UID", "x"}}), ErrorCode::caller_can_read_secrets);
  EXPECT_EQ(caller({}), std::nullopt);
  EXPECT_EQ(caller({{"GITLAB_CI", "true"}}), ErrorCode::caller_can_read_secrets);
}

TEST(SafeWays, RemoteHostsNeedVerifiedTls) {
  const auto way = [](const std::string& host, const std::string& tls) {
    workflow::TargetConfig target;
    target.host = host;
    target.tls = tls;
    return code_of([&] { workflow::require_safe_way(target); });
  };
  for (const char* local : {"/run/postgresql", "localhost", "127.0.0.1", "::1"}) {
    EXPECT_EQ(way(local, "disable"), std::nullopt) << local;
    EXPECT_EQ(way(local, "automatic"), std::nullopt) << local;
  }
  for (const char* remote : {"db.example.org", "10.0.0.1", "localhost.example.org", "::2"}) {
    EXPECT_EQ(way(remote, "automatic"), std::nullopt) << remote;
    EXPECT_EQ(way(remote, "verify-full"), std::nullopt) << remote;
    EXPECT_EQ(way(remote, "disable"), ErrorCode::db_tls_required) << remote;
  }
}

TEST(SafeWays, NothingIsConnectedToWithoutItsRevocationLists) {
  const TemporaryFolder folder;
  const Listener listener;
  for (const Engine engine : {Engine::postgresql, Engine::mariadb}) {
    workflow::TargetConfig target;
    target.engine = engine;
    target.host = "127.0.0.1";
    target.port = std::to_string(listener.port());
    target.database = "shop";
    target.change.user = "change";
    target.tls = "verify-full";
    target.crl_file = folder.path() / "none.crl";
    EXPECT_EQ(workflow::require_safe_way(target), "verified TLS, revocation lists");
    EXPECT_EQ(code_of([&] { workflow::connect_target(target, workflow::DatabaseRole::change, {}, {}, Seconds(1)); }),
              ErrorCode::db_settings);
  }
  EXPECT_FALSE(listener.somebody_came());
}

}  // namespace
}  // namespace dbw::test
