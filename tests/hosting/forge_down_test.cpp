// The forge is down: people sign and hand over files, the executor runs a break-glass request from a bundle and logs
// into its spool, and when the forge is back nothing is lost and nothing runs twice.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

class ForgeDown : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world = std::make_unique<ToolWorld>(Engine::sqlite);
    world->new_policy(2, {{"  - name: staging-write\n",
                           "  - name: emergency\n    match: {environment: \"*\", kind: change, mode: break_glass}\n"
                           "    steps:\n      - {id: peer, groups: [dev], need: 1}\n    approval_ttl: 1d\n"
                           "  - name: staging-write\n"}});
    // Everybody has fetched once; then nothing of it can be reached any more.
    for (const char* person : {"alice", "bob"}) world->must(person, {"dbw-request", "list"});
    const ProcessResult first = world->run_due();
    if (first.status != 0) throw std::runtime_error(first.output + first.errors);
    const std::string nobody = fmt::format("http://127.0.0.1:{}/", free_port());
    world->other_config("down.yaml", {{"url: " + world->path("changes.git").string(), "url: " + nobody + "changes.git"},
                                      {"url: " + world->path("audit.git").string(), "url: " + nobody + "audit.git"},
                                      {"state: state", "state: state\nspool: spool"}});
    world->other_config("up.yaml", {{"state: state", "state: state\nspool: spool"}});
    bundle("BG-1", insert(1), {"--mode", "break_glass"}, true);
    bundle("BG-2", insert(2), {"--mode", "break_glass"}, false);
    bundle("PLAIN-1", insert(3), {}, false);
    world->save();
  }
  static void TearDownTestSuite() { world.reset(); }
  void SetUp() override { world->restore(); }

  static std::string insert(int number) { return fmt::format("INSERT INTO applied (id) VALUES ({});", number); }
  static std::string file(const std::string& id, const std::string& kind) { return world->path(id + "." + kind); }

  /// alice proposes, bob approves, files go to and fro, and the bundle is written: all without the forge.
  static void bundle(const std::string& id, const std::string& sql, const std::vector<std::string>& flags,
                     bool approved) {
    std::vector<std::string> command = {"dbw-request", "new", "--offline", "--out", file(id, "request"),
                                        "--id",        id,    "-d",        "shop",  "-e",
                                        "staging",     "-t",  "Title",     "-r",    "Down"};
    command.insert(command.end(), flags.begin(), flags.end());
    command.emplace_back("-");
    world->must("alice", command, sql);
    world->must("alice", {"dbw-sign", "import", "--offline", file(id, "request")});
    if (approved) {
      world->must("bob", {"dbw-sign", "import", "--offline", file(id, "request")});
      world->must("bob", {"dbw-sign", "approve", id, "--yes", "--offline", "--out", file(id, "approval")});
      world->must("alice", {"dbw-sign", "import", "--offline", file(id, "approval")});
    }
    world->must("alice", {"dbw-request", "bundle", id, "--offline", "-o", file(id, "bundle")});
  }
  static ProcessResult run_bundle(const std::string& id, const std::string& config = "down.yaml") {
    return world->run("host", world->runner({"--bundle", file(id, "bundle")}, config));
  }
  static ProcessResult run_up() { return world->run("host", world->runner({"--due"}, "up.yaml")); }
  static std::string applied() { return world->sql("SELECT group_concat(id) FROM applied;"); }
  static bool waits() { return std::filesystem::exists(world->path("exec/spool/waiting")); }
  static std::string log_head() { return world->git("audit.git", {"rev-parse", world->log_ref()}); }
  static void expect_error(const ProcessResult& result, int status, const std::string& error) {
    EXPECT_EQ(result.status, status) << result.output << result.errors;
    EXPECT_NE((result.output + result.errors).find(error), std::string::npos) << result.output << result.errors;
  }

  static std::unique_ptr<ToolWorld> world;
};
std::unique_ptr<ToolWorld> ForgeDown::world;

TEST_F(ForgeDown, RunsOnceAndPublishesWhenTheForgeIsBack) {
  const std::string before = log_head();
  const ProcessResult run = run_bundle("BG-1");
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(applied(), "1");
  EXPECT_TRUE(waits());
  EXPECT_EQ(log_head(), before);
  expect_error(run_bundle("BG-1"), 1, "DBW-E0961");
  expect_error(world->run("host", world->runner({"--due"}, "down.yaml")), 4, "DBW-E0302");

  // Back again, and somebody publishes what was signed: it is known as executed.
  world->must("alice", {"dbw-sign", "import", file("BG-1", "request"), file("BG-1", "approval"), "--push"});
  const ProcessResult normal = run_up();
  EXPECT_EQ(normal.status, 0) << normal.output << normal.errors;
  EXPECT_EQ(applied(), "1");
  EXPECT_FALSE(waits());
  EXPECT_NE(log_head(), before);
  const ProcessResult verified = world->verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  expect_error(run_bundle("BG-1"), 1, "DBW-E0961");
  EXPECT_EQ(applied(), "1");
}

TEST_F(ForgeDown, RunsNothingElseFromABundle) {
  expect_error(run_bundle("PLAIN-1"), 1, "DBW-E0964");
  expect_error(run_bundle("BG-2"), 1, "DBW-E0680");
  std::string bytes = slurp(file("BG-1", "bundle"));
  bytes[bytes.size() / 2] ^= 1;
  write_file_atomic(file("BG-1", "bundle"), bytes);
  EXPECT_NE(run_bundle("BG-1").status, 0);
  EXPECT_EQ(applied(), "");
}

/// What this host knew when the forge was last there counts, whatever the bundle leaves out.
TEST_F(ForgeDown, ABundleHidesNoWithdrawal) {
  world->must("alice", {"dbw-sign", "import", file("BG-1", "request"), file("BG-1", "approval"), "--push"});
  world->must("alice", {"dbw-request", "cancel", "BG-1", "--reason", "not needed any more"});
  EXPECT_EQ(run_up().status, 0);
  expect_error(run_bundle("BG-1"), 1, "DBW-E0941");
  EXPECT_EQ(applied(), "");
}

TEST_F(ForgeDown, ABundleHidesNoSuspension) {
  world->must("carol", {"dbw-sign", "suspend", "bob", "--reason", "laptop stolen", "--push"});
  EXPECT_EQ(run_up().status, 0);
  expect_error(run_bundle("BG-1"), 1, "DBW-E0680");
  EXPECT_EQ(applied(), "");
}

TEST_F(ForgeDown, UsesTheAuditRepositoryWhereItCanBeReached) {
  const std::string before = log_head();
  const ProcessResult run = run_bundle("BG-1", "up.yaml");
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_FALSE(waits());
  EXPECT_NE(log_head(), before);
}

TEST_F(ForgeDown, StopsWhereAnotherHostWentOnWithTheLog) {
  const std::string host = world->path("exec"), other = world->path("other");
  world->must("host", {"cp", "-a", host, other});
  EXPECT_EQ(run_bundle("BG-1").status, 0);
  // The first sight of a decision is a line of the log.
  world->propose("OTHER-1", insert(9), "production");
  world->approve("bob", "OTHER-1");
  world->run("host", {"dbw-exec", "run", "--due", "--config", other + "/exec.yaml"});
  expect_error(run_up(), 1, "DBW-E0815");
  EXPECT_TRUE(waits());
}

}  // namespace
}  // namespace dbw::test
