#include "transport_fixture.hpp"

#include <cstdlib>

namespace dbw::git {
namespace {

namespace fs = std::filesystem;

/// Variables of the environment, put back at the end.
class Environment {
 public:
  void set(const std::string& name, const std::string& value) {
    const char* before = std::getenv(name.c_str());
    m_before.emplace(name, before != nullptr ? std::optional<std::string>(before) : std::nullopt);
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~Environment() {
    for (const auto& [name, value] : m_before)
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
  }

 private:
  std::map<std::string, std::optional<std::string>> m_before;
};

class CanaryTest : public TransportTest {
 protected:
  void SetUp() override {
    m_scratch.script(m_canary, fmt::format("touch {}\nexit 1", m_ran.string()));
    m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}});
    evil_repository();
  }

  void evil_repository() {
    m_scratch.bare("evil");
    m_scratch.commit(m_scratch.path() / "evil.git", "refs/heads/main", {{"a", "evil"}});
  }

  std::string hostile_config() const {
    return fmt::format(
        "[core]\n\thooksPath = {0}/hooks\n\tfsmonitor = {0}/canary\n\tsshCommand = {0}/canary\n\taskPass = "
        "{0}/canary\n\tgitProxy = {0}/canary\n"
        "\talternateRefsCommand = {0}/canary\n[credential]\n\thelper = {0}/canary\n[url \"{0}/evil.git\"]\n\tinsteadOf "
        "= {0}/remote.git\n"
        "[gpg]\n\tprogram = {0}/canary\n[push]\n\tgpgSign = if-asked\n[protocol]\n\tallow = "
        "always\n[gc]\n\trecentObjectsHook = {0}/canary\n",
        m_scratch.path().string());
  }

  void make_hooks(const fs::path& folder) const {
    for (const char* hook :
         {"pre-push", "reference-transaction", "post-checkout", "pre-auto-gc", "fsmonitor-watchman", "post-merge"}) {
      m_scratch.script(folder / hook, fmt::format("touch {}", m_ran.string()));
    }
  }

  /// Lists, fetches and pushes, and expects the remote's real content.
  void use_everything() {
    Transport over = transport();
    over.fetch({"refs/heads/main"});
    EXPECT_EQ(m_mirror.read_file(m_mirror.tree_of(*m_mirror.resolve("refs/heads/main")), "a", 10), "1");
    EXPECT_EQ(over.push({"refs/heads/dbw/x", commit("1"), {}}).outcome, PushOutcome::done);
    EXPECT_NE(remote_ref("refs/heads/dbw/x"), "");
    Transport ssh(m_mirror,
                  {.url = fmt::format("ssh://git@127.0.0.1:{}/x.git", test::free_port()), .known_hosts = m_ran});
    EXPECT_DBW_ERROR(ssh.list({"refs/"}), ErrorCode::git_unreachable);
    EXPECT_FALSE(fs::exists(m_ran));
  }

  fs::path m_canary = m_scratch.path() / "canary";
  fs::path m_ran = m_scratch.path() / "ran";
};

TEST_F(CanaryTest, HooksOfTheMirrorNeverRun) {
  make_hooks(m_mirror.path() / "hooks");
  use_everything();
}

TEST_F(CanaryTest, ConfigurationOfUserAndSystemIsNotRead) {
  const fs::path home = m_scratch.path() / "home";
  make_hooks(m_scratch.path() / "hooks");
  make_folders(home / ".config/git");
  write_file_atomic(home / ".gitconfig", hostile_config());
  write_file_atomic(home / ".config/git/config", hostile_config());
  Environment environment;
  environment.set("HOME", home.string());
  environment.set("XDG_CONFIG_HOME", (home / ".config").string());
  use_everything();
}

TEST_F(CanaryTest, VariablesOfTheCallerAreNotPassedOn) {
  make_hooks(m_scratch.path() / "hooks");
  const fs::path config = m_scratch.path() / "hostile";
  write_file_atomic(config, hostile_config());
  Environment environment;
  for (const char* name : {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG"})
    environment.set(name, config.string());
  for (const char* name : {"GIT_SSH_COMMAND", "GIT_SSH", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_PROXY_COMMAND",
                           "GIT_EXTERNAL_DIFF", "GIT_EDITOR"}) {
    environment.set(name, m_canary.string());
  }
  for (const char* name : {"GIT_DIR", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                           "GIT_NAMESPACE", "GIT_WORK_TREE"}) {
    environment.set(name, (m_scratch.path() / "evil.git").string());
  }
  environment.set("GIT_CONFIG_PARAMETERS", fmt::format("'core.hooksPath={}/hooks'", m_scratch.path().string()));
  environment.set("GIT_CONFIG_COUNT", "1");
  environment.set("GIT_CONFIG_KEY_0", "core.sshCommand");
  environment.set("GIT_CONFIG_VALUE_0", m_canary.string());
  environment.set("GIT_EXEC_PATH", m_scratch.path().string());
  environment.set("GIT_TRACE", m_ran.string());
  environment.set("http_proxy", "http://127.0.0.1:1");
  const fs::path mirror = m_scratch.path() / "mirror-under-attack";
  m_mirror = Repository::init(mirror);
  // The helper that looks at the remote passes no variables on either.
  use_everything();
}

TEST_F(CanaryTest, ForeignConfigurationOfTheMirrorIsRefused) {
  make_hooks(m_scratch.path() / "hooks");
  const std::string plain = read_file(m_mirror.path() / "config", 10'000);
  Transport before = transport();
  for (const std::string& more :
       {hostile_config(), fmt::format("[include]\n\tpath = {}\n", m_canary.string()),
        std::string("[extensions]\n\tpartialClone = x\n"), std::string("[core]\n\tbare = true ; x\n"),
        std::string("[remote \"x\"]\n"), std::string("[core] sshCommand = x\n")}) {
    SCOPED_TRACE(more);
    write_file_atomic(m_mirror.path() / "config", plain + more);
    EXPECT_DBW_ERROR(transport(), ErrorCode::git_bad_config);
    EXPECT_DBW_ERROR(before.fetch({"refs/heads/main"}), ErrorCode::git_bad_config);
  }
  EXPECT_FALSE(fs::exists(m_ran));
}

TEST_F(CanaryTest, ReplaceRefsOfTheMirrorDoNotTouchPushes) {
  const ObjectId good = commit("good");
  const ObjectId evil = commit("evil");
  m_mirror.set_ref("refs/replace/" + good.hex, evil);
  EXPECT_EQ(transport().push({"refs/heads/a", good, {}}).outcome, PushOutcome::done);
  EXPECT_EQ(m_scratch.git(m_remote, {"show", "refs/heads/a:entry"}), "good");
}

}  // namespace
}  // namespace dbw::git
