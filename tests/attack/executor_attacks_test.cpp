#include "executor_scene.hpp"

namespace dbw::test {
namespace {

const RunAttack k_token_attacks[] = {
    {61, "replay the token of an executed request", "DBW-E0961", 1,
     [](const ToolWorld& w) {
       return w.run_request("DONE-2", {"--tokens", w.path("spent.txt")});
     }},
    {61, "replay the token of another request", "DBW-E0965", 4,
     [](const ToolWorld& w) {
       return w.run_request("PROD-1", {"--tokens", w.path("spent.txt")});
     }},
    {61, "use a token again after a failure", "DBW-E0551", 1,
     [](const ToolWorld& w) {
       w.propose("FAIL-1", "UPDATE orders SET status = 'x' WHERE id = 99;", "production", {"--rows", "1"});
       w.approve("bob", "FAIL-1");
       const std::string token = w.tokens();
       EXPECT_EQ(w.run_request("FAIL-1", {"--tokens", token}).status, 5);
       return w.run_request("FAIL-1", {"--retry", "--tokens", token});
     }},
    {62, "no token where one is required", "DBW-E0965", 4, [](const ToolWorld& w) { return w.run_request("PROD-1"); }},
    {63, "aim at another database", "DBW-E0543", 1,
     [](const ToolWorld& w) {
       const std::string token = w.tokens();
       const std::string config = w.other_config(
           "swapped.yaml",
           {{"production.db", "elsewhere.db"}, {"staging.db", "production.db"}, {"elsewhere.db", "staging.db"}});
       return w.run("host", w.runner({"--tokens", token, "PROD-1"}, config));
     }},
    {76, "token for one executor on another", "DBW-E0960", 1,
     [](const ToolWorld& w) {
       const std::string token = w.tokens();
       w.must("host", {"dbw-sign", "keygen", "--machine", w.path("exec/other.pem")});
       const std::string config = w.other_config("other.yaml", {{"executor: exec-main", "executor: exec-other"},
                                                                {"executor.pem", "other.pem"},
                                                                {"state: state", "state: other"}});
       return w.run("host", w.runner({"--tokens", token, "PROD-1"}, config));
     }},
    {76, "an unlisted key in the executor's name", "DBW-E0960", 1,
     [](const ToolWorld& w) {
       w.must("host", {"dbw-sign", "keygen", "--machine", w.path("exec/other.pem")});
       return w.run("host", w.runner({"OPEN-1"}, w.other_config("other.yaml", {{"executor.pem", "other.pem"}})));
     }},
    {78, "clock back by two hours", "DBW-E0613", 1, [](const ToolWorld& w) { return at_time(w, "-2h", {"OPEN-1"}); }},
    {79, "clock ahead by two days: the token is over", "DBW-E0695", 4,
     [](const ToolWorld& w) {
       const std::string token = w.tokens();
       return at_time(w, "+2d", {"--tokens", token, "PROD-1"});
     }},
    {79, "clock ahead by twenty days: the request is over", "DBW-E0645", 1,
     [](const ToolWorld& w) { return at_time(w, "+20d", {"OPEN-1"}); }},
    {79, "clock ahead by a hundred days: the roster is over", "DBW-E0608", 1,
     [](const ToolWorld& w) { return at_time(w, "+100d", {"OPEN-1"}); }},
    {97, "a CI job that runs as the executor's user", "DBW-E0967", 4,
     [](const ToolWorld& w) {
       return w.run_request("OPEN-1", {}, {{"GITLAB_CI", "true"}});
     }},
    {97, "a caller who can read the executor's key", "DBW-E0967", 4,
     [](const ToolWorld& w) {
       fs::permissions(w.path("exec/executor.pem"), fs::perms::others_read, fs::perm_options::add);
       return w.run_request("OPEN-1", {}, {{"SUDO_UID", "65533"}});
     }},
    {97, "a key that others can read", "DBW-E0016", 4,
     [](const ToolWorld& w) {
       fs::permissions(w.path("exec/executor.pem"), fs::perms::group_read, fs::perm_options::add);
       return w.run_request("OPEN-1");
     }},
    {97, "configuration that others can write", "DBW-E0016", 4,
     [](const ToolWorld& w) {
       fs::permissions(w.path("exec/exec.yaml"), fs::perms::others_write, fs::perm_options::add);
       return w.run_request("OPEN-1");
     }},
};

TEST_P(FileAttack, Fails) {
  if ((GetParam().row == 78 || GetParam().row == 79) && faketime_library().empty())
    GTEST_SKIP() << "SKIPPED: libfaketime is not installed";
  expect_fails(shared_world(Engine::sqlite));
}

TEST_P(ServerAttack, Fails) {
  const ToolWorld& world = shared_world(Engine::postgresql);
  expect_fails(world);
  const ProcessResult verified = world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

INSTANTIATE_TEST_SUITE_P(Token, FileAttack, ::testing::ValuesIn(k_token_attacks), run_attack_name);

TEST(ExecutorAttacks, Row62TokenRacedByTwoRunnersAppliesOnce) {
  const ToolWorld& world = shared_world(Engine::sqlite);
  world.restore();
  const std::string token = world.tokens();
  const std::string other = world.other_config("racer.yaml", {{"state: state", "state: racer-state"}});
  RunningTool first = world.start(world.runner({"--tokens", token, "PROD-1"}), "first.txt");
  RunningTool second = world.start(world.runner({"--tokens", token, "PROD-1"}, other), "second.txt");
  const int statuses[] = {first.wait(), second.wait()};
  const std::string both = first.output() + second.output();
  EXPECT_NE(statuses[0], statuses[1]) << both;
  EXPECT_TRUE(statuses[0] == 0 || statuses[1] == 0) << both;
  const auto at = both.find("PROD-1 s1 on shop in production: executed");
  ASSERT_NE(at, std::string::npos) << both;
  EXPECT_EQ(both.find("in production: executed", at + 40), std::string::npos) << both;
  EXPECT_EQ(world.run_due().status, 0);
  const ProcessResult verified = world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

TEST(ExecutorAttacks, HonestWorldRuns) {
  const ToolWorld& world = shared_world(Engine::sqlite);
  world.restore();
  EXPECT_EQ(world.run_request("PROD-1", {"--tokens", world.tokens()}).status, 0);
  EXPECT_EQ(world.sql("SELECT status FROM orders WHERE id = 1;", "production"), "new");
  EXPECT_EQ(world.run_due().status, 0);
  EXPECT_EQ(world.sql("SELECT status FROM orders WHERE id = 1;"), "new");
  const ProcessResult verified = world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

}  // namespace
}  // namespace dbw::test
