#include "transport_fixture.hpp"

#include "base/process.hpp"

namespace dbw::git {
namespace {

namespace fs = std::filesystem;
using test::HttpServer;
using test::SshServer;

class SshTest : public TransportTest {
 protected:
  void SetUp() override {
    if (!m_server.started()) GTEST_SKIP() << "SKIPPED: no sshd could be started here: " << m_server.log();
  }
  Remote remote() const {
    return {.url = m_server.url(m_remote), .ssh_key = m_server.key(), .known_hosts = m_server.known_hosts()};
  }

  SshServer m_server{m_scratch};
};

TEST_F(SshTest, RoundTrip) { expect_round_trip(remote()); }

TEST_F(SshTest, EachFailureHasItsOwnError) {
  Remote wrong_key = remote();
  wrong_key.ssh_key = m_scratch.ssh_key("stranger");
  EXPECT_DBW_ERROR(Transport(m_mirror, wrong_key).list({"refs/"}), ErrorCode::git_denied);
  EXPECT_DBW_ERROR(Transport(m_mirror, wrong_key).push({"refs/heads/a", commit("1"), {}}), ErrorCode::git_denied);
  Remote absent = remote();
  absent.url = m_server.url(m_scratch.path() / "absent.git");
  EXPECT_DBW_ERROR(Transport(m_mirror, absent).fetch({"refs/heads/"}), ErrorCode::git_no_such_repository);
  Remote nobody = remote();
  nobody.url = fmt::format("ssh://git@127.0.0.1:{}/x.git", test::free_port());
  EXPECT_DBW_ERROR(Transport(m_mirror, nobody).list({"refs/"}), ErrorCode::git_unreachable);
}

TEST_F(SshTest, AnUnknownOrChangedHostKeyIsNotAccepted) {
  Remote unknown = remote();
  unknown.known_hosts = m_scratch.path() / "empty_known_hosts";
  write_file_atomic(unknown.known_hosts, "");
  EXPECT_DBW_ERROR(Transport(m_mirror, unknown).list({"refs/"}), ErrorCode::git_untrusted_host);
  EXPECT_EQ(read_file(unknown.known_hosts, 100), "") << "nothing is learned by the way";
  const std::string known = read_file(m_server.known_hosts(), 10'000);
  const std::string other = read_file(m_scratch.ssh_key("other_host").string() + ".pub", 10'000);
  write_file_atomic(unknown.known_hosts, known.substr(0, known.find(' ') + 1) + other);
  EXPECT_DBW_ERROR(Transport(m_mirror, unknown).list({"refs/"}), ErrorCode::git_untrusted_host);
}

TEST_F(SshTest, KeysOfAnAgentWork) {
  const fs::path socket = m_scratch.path() / "agent";
  const test::Daemon agent({"ssh-agent", "-D", "-a", socket.string()}, clean_environment(),
                           m_scratch.path() / "agent.log");
  ProcessRequest add{.argv = {"ssh-add", "-q", m_server.key().string()}, .environment = clean_environment()};
  add.environment["SSH_AUTH_SOCK"] = socket.string();
  for (int tries = 0; tries < 200 && run_process(add).status != 0; ++tries) {
    ASSERT_LT(tries, 199) << agent.log();
  }
  const char* before = std::getenv("SSH_AUTH_SOCK");
  const std::string kept = before != nullptr ? before : "";
  ::setenv("SSH_AUTH_SOCK", socket.c_str(), 1);
  Remote by_agent = remote();
  by_agent.ssh_key.clear();
  EXPECT_NO_THROW(Transport(m_mirror, by_agent).list({"refs/"}));
  before != nullptr ? ::setenv("SSH_AUTH_SOCK", kept.c_str(), 1) : ::unsetenv("SSH_AUTH_SOCK");
}

class HttpTest : public TransportTest {
 protected:
  static constexpr const char* k_token = "sesame-0123456789";
  void SetUp() override { ASSERT_TRUE(m_server.started()) << m_server.log(); }
  Remote remote(const std::string& name = "remote.git") const {
    return {.url = m_server.url(name), .token_header = std::string("Authorization: Bearer ") + k_token};
  }

  HttpServer m_server{m_scratch, std::string("Bearer ") + k_token};
};

TEST_F(HttpTest, RoundTripWithAToken) { expect_round_trip(remote()); }

TEST_F(HttpTest, TakesLargeFiles) {
  const ObjectId big = commit(std::string(100, 'x') + std::string(3'000'000, 'y'));
  Repository other = Repository::init(m_scratch.path() / "other");
  EXPECT_EQ(Transport(m_mirror, remote()).push({"refs/heads/a", big, {}}).outcome, PushOutcome::done);
  Transport(other, remote()).fetch({"refs/heads/a"});
  EXPECT_EQ(other.resolve("refs/heads/a"), big);
}

TEST_F(HttpTest, EachFailureHasItsOwnError) {
  Remote wrong = remote();
  wrong.token_header = "Authorization: Bearer wrong-token-42";
  try {
    Transport(m_mirror, wrong).list({"refs/"});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error_info(error.code()).name, "git_denied") << error.message();
    EXPECT_EQ(error.message().find("wrong-token-42"), std::string::npos) << error.message();
  }
  EXPECT_DBW_ERROR(Transport(m_mirror, wrong).push({"refs/heads/a", commit("1"), {}}), ErrorCode::git_denied);
  Remote none = remote();
  none.token_header.clear();
  EXPECT_DBW_ERROR(Transport(m_mirror, none).list({"refs/"}), ErrorCode::git_denied);
  EXPECT_DBW_ERROR(Transport(m_mirror, remote("absent.git")).list({"refs/"}), ErrorCode::git_no_such_repository);
}

TEST_F(HttpTest, ReadingWithoutWritingIsARefusal) {
  m_scratch.git(m_remote, {"config", "http.receivepack", "false"});
  const PushResult result = Transport(m_mirror, remote()).push({"refs/heads/a", commit("1"), {}});
  EXPECT_EQ(result.outcome, PushOutcome::refused);
  EXPECT_EQ(result.message.find(k_token), std::string::npos) << result.message;
}

TEST_F(HttpTest, RedirectsAreNotFollowed) {
  EXPECT_DBW_ERROR(Transport(m_mirror, remote("redirect/remote.git")).list({"refs/"}), ErrorCode::git_unreachable);
}

TEST_F(HttpTest, ATokenIsNeverAnArgument) {
  // A git in front of the real one that notes its arguments.
  const fs::path notes = m_scratch.path() / "notes";
  const std::string path = std::getenv("PATH");
  m_scratch.script(m_scratch.path() / "noting/git",
                   fmt::format("echo \"$@\" >> {}\nPATH='{}'\nexec git \"$@\"", notes.string(), path));
  ::setenv("PATH", ((m_scratch.path() / "noting").string() + ":" + path).c_str(), 1);
  EXPECT_EQ(Transport(m_mirror, remote()).push({"refs/heads/a", commit("1"), {}}).outcome, PushOutcome::done);
  ::setenv("PATH", path.c_str(), 1);
  const std::string noted = read_file(notes, 100'000);
  EXPECT_NE(noted.find("push"), std::string::npos);
  EXPECT_EQ(noted.find(k_token), std::string::npos) << noted;
}

}  // namespace
}  // namespace dbw::git
