// Steps in pieces: whatever ends a run, each row is changed once, and what is left is gone on with.
#include <signal.h>

#include <chrono>
#include <map>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

constexpr int k_rows = 600;
const std::string k_add = "UPDATE pieces SET n = n + 1 WHERE id % 2 = 1 OR id % 2 = 0 -- every row";

class Batches : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    auto& world = s_worlds[GetParam()];
    if (!world) world = std::make_unique<ToolWorld>(GetParam());
    m_world = world.get();
    m_world->sql("DELETE FROM pieces;");
    std::string values;
    // Gaps, so that keys and numbers of rows differ.
    for (int i = 1; i <= k_rows; ++i) values += fmt::format("{}({}, 0)", i == 1 ? "" : ", ", i * 7);
    m_world->sql(fmt::format("INSERT INTO pieces VALUES {};", values));
  }
  static void TearDownTestSuite() { s_worlds.clear(); }

  ToolWorld& world() { return *m_world; }
  std::string propose(const std::string& sql, const std::string& batch) {
    const std::string id = fmt::format("BATCH-{}-{}", static_cast<int>(GetParam()), ++s_number);
    world().propose(id, sql, "staging", {"--batch", batch});
    return id;
  }
  /// Values of n, with the number of rows that have them.
  std::string counts() {
    return std::string(trim(world().sql("SELECT n, count(*) FROM pieces GROUP BY n ORDER BY n;")));
  }
  static std::string all(int n) { return fmt::format("{}|{}", n, k_rows); }
  void expect_good_log() {
    const ProcessResult verified = world().verify();
    EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  }
  /// Runs until nothing is left.
  void settle(const std::string& id) {
    std::string trouble;
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(90);
         std::chrono::steady_clock::now() < end;) {
      const ProcessResult run = world().run_due();
      if (run.status == 0) return;
      ASSERT_TRUE(run.status == 4 || run.status == 7) << id << run.output << run.errors;
      trouble = run.output + run.errors;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    FAIL() << id << " never settled: " << trouble;
  }

 private:
  static inline std::map<Engine, std::unique_ptr<ToolWorld>> s_worlds;
  static inline int s_number = 0;
  ToolWorld* m_world = nullptr;
};

TEST_P(Batches, EveryRowIsInOnePiece) {
  const std::string id = propose(k_add, "id=50");
  const ProcessResult run = world().run_due();
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_NE(run.output.find(id + " s1 on shop in staging: executed"), std::string::npos) << run.output;
  EXPECT_EQ(counts(), all(1));
  EXPECT_EQ(world().run_due().output, "") << "nothing runs twice";
  EXPECT_EQ(counts(), all(1));
  expect_good_log();
}

TEST_P(Batches, AnEmptyTableIsDoneAtOnce) {
  world().sql("DELETE FROM pieces;");
  propose("DELETE FROM pieces WHERE n = 0", "id=10");
  EXPECT_EQ(world().run_due().status, 0);
}

TEST_P(Batches, AStoppedRunIsGoneOnWith) {
  const std::string id = propose(k_add, "id=10,pause=50ms");
  {
    RunningTool tool = world().start(world().runner({"--due"}), "stopped.txt");
    for (int i = 0; i < 200 && counts() == all(0); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(), 4) << tool.output();
    EXPECT_NE(tool.output().find(": interrupted"), std::string::npos) << tool.output();
    EXPECT_NE(tool.output().find("DBW-E0915"), std::string::npos) << tool.output();
  }
  const std::string between = counts();
  EXPECT_NE(between, all(0));
  EXPECT_NE(between, all(1)) << "it was to stop half-way";
  const ProcessResult run = world().run_due();
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_NE(run.errors.find("going on behind"), std::string::npos) << run.errors;
  EXPECT_EQ(counts(), all(1)) << id;
  expect_good_log();
}

TEST_P(Batches, TwoRunnersShareNoPiece) {
  const std::string other = world().other_config("batcher.yaml", {{"state: state", "state: batcher-state"}});
  const std::string id = propose(k_add, "id=15,pause=5ms");
  {
    RunningTool first = world().start(world().runner({"--due"}), "first.txt");
    RunningTool second = world().start(world().runner({"--due"}, other), "second.txt");
    first.wait();
    second.wait();
  }
  settle(id);
  EXPECT_EQ(counts(), all(1));
  expect_good_log();
}

TEST_P(Batches, AFailingPieceStopsAndAResumeGoesOn) {
  // Division by zero, or a NULL for a NOT NULL column, at one row in the middle.
  const std::string id = propose("UPDATE pieces SET n = n + 1 + 0 * (100 / (id - 2100)) WHERE n < 1000", "id=25");
  const ProcessResult failed = world().run_due();
  EXPECT_EQ(failed.status, 6) << failed.output << failed.errors;
  EXPECT_NE(failed.output.find(": partially_executed"), std::string::npos) << failed.output;
  const std::string between = counts();
  EXPECT_NE(between, all(0));
  world().run_due();
  EXPECT_EQ(counts(), between) << "what waits for a person is not run again";

  world().sql("DELETE FROM pieces WHERE id = 2100;");
  world().must("alice", {"dbw-request", "new", "--id", id + "-R", "--resume", id, "--push"});
  const ProcessResult resumed = world().run_due();
  EXPECT_EQ(resumed.status, 0) << resumed.output << resumed.errors;
  EXPECT_EQ(counts(), fmt::format("1|{}", k_rows - 1));
  expect_good_log();

  // The same run once more: the database knows that it was gone on with.
  world().must("alice", {"dbw-request", "new", "--id", id + "-S", "--resume", id, "--push"});
  const ProcessResult twice = world().run_due();
  EXPECT_EQ(twice.status, 1) << twice.output << twice.errors;
  EXPECT_NE(twice.output.find("DBW-E0557"), std::string::npos) << twice.output << twice.errors;
  EXPECT_EQ(counts(), fmt::format("1|{}", k_rows - 1));
}

TEST_P(Batches, WhatCanNeverGoOnByItselfIsResumed) {
  const std::string id = propose(k_add, "id=10,pause=50ms");
  {
    RunningTool tool = world().start(world().runner({id}), "stopped.txt");
    for (int i = 0; i < 400 && counts() == all(0); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    tool.signal(SIGTERM);
    ASSERT_EQ(tool.wait(), 4) << tool.output();
  }
  const std::string between = counts();
  ASSERT_NE(between, all(1));
  // As long as it goes on by itself, nobody else does.
  const ProcessResult early = world().run("alice", {"dbw-request", "new", "--id", id + "-E", "--resume", id, "--push"});
  EXPECT_EQ(early.status, 1) << early.output << early.errors;
  EXPECT_NE(early.errors.find("DBW-E0916"), std::string::npos) << early.errors;
  world().must("alice", {"dbw-request", "cancel", id, "--reason", "wrong week"});
  EXPECT_EQ(world().run_request(id).status, 1);
  EXPECT_EQ(counts(), between);

  world().must("alice", {"dbw-request", "new", "--id", id + "-R", "--resume", id, "--push"});
  const ProcessResult resumed = world().run_request(id + "-R");
  EXPECT_EQ(resumed.status, 0) << resumed.output << resumed.errors;
  EXPECT_EQ(counts(), all(1)) << "no piece ran twice";
  world().must("alice", {"dbw-request", "new", "--id", id + "-S", "--resume", id, "--push"});
  EXPECT_EQ(world().run_request(id + "-S").status, 1) << "gone on with once";
  EXPECT_EQ(counts(), all(1));
  expect_good_log();
}

TEST_P(Batches, ATooGreedyStepKeepsItsBound) {
  const std::string id = fmt::format("BOUND-{}", static_cast<int>(GetParam()));
  world().forge(propose(k_add, "id=100"), id, k_add, {{"    batch:", "    expect: {rows_max: 250}\n    batch:"}});
  const ProcessResult run = world().run_request(id);
  EXPECT_EQ(run.status, 6) << run.output << run.errors;
  EXPECT_EQ(counts(), fmt::format("0|{}\n1|200", k_rows - 200)) << run.output << run.errors;
}

TEST_P(Batches, UnfitKeysAreRefusedBeforeAnythingRuns) {
  world().sql(
      "DROP TABLE IF EXISTS loose; CREATE TABLE loose (a integer, b integer NOT NULL); INSERT INTO loose VALUES "
      "(1, 1);");
  if (GetParam() == Engine::sqlite) {
    // Not the row's number, whatever it looks like: it may be NULL.
    world().sql("DROP TABLE IF EXISTS downward; CREATE TABLE downward (id INTEGER PRIMARY KEY DESC, b integer);");
    const ProcessResult run = world().run_request(propose("DELETE FROM downward WHERE b > 0", "id=10"));
    EXPECT_EQ(run.status, 5) << run.output << run.errors;
  } else {
    world().sql(
        "DROP TABLE IF EXISTS computed; CREATE TABLE computed (a integer NOT NULL, g integer GENERATED ALWAYS AS "
        "(a) STORED); CREATE INDEX by_g ON computed (g); INSERT INTO computed (a) VALUES (1);");
    const ProcessResult run = world().run_request(propose("UPDATE computed SET a = a + 100 WHERE a > 0", "g=10"));
    EXPECT_EQ(run.status, 5) << run.output << run.errors;
    EXPECT_EQ(trim(world().sql("SELECT a FROM computed;")), "1");
  }
  for (const std::string key : {"a", "b", "nothing"}) {
    const std::string id = propose("DELETE FROM loose WHERE b > 0", key + "=10");
    const ProcessResult run = world().run_request(id);
    EXPECT_EQ(run.status, 5) << run.output << run.errors;
    EXPECT_NE(run.output.find("DBW-E0914"), std::string::npos) << run.output;
  }
  EXPECT_EQ(trim(world().sql("SELECT count(*) FROM loose;")), "1");
}

INSTANTIATE_TEST_SUITE_P(Engines, Batches, ::testing::Values(Engine::sqlite, Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

class ServerBatches : public Batches {};

/// The key is looked up, and then the server is gone: nothing ran, nothing has to be looked at, and the next run
/// begins.
TEST_P(ServerBatches, AConnectionLostBeforeTheFirstPieceChangesNothing) {
  const bool postgres = GetParam() == Engine::postgresql;
  const std::string id = fmt::format("EARLY-{}", static_cast<int>(GetParam()));
  world().propose(id, k_add, "staging", {"--batch", "id=100", "--lock-timeout", "30s", "--statement-timeout", "30s"});
  const auto lock = world().hold(postgres ? "LOCK TABLE pieces IN ACCESS EXCLUSIVE MODE" : "LOCK TABLES pieces WRITE");
  RunningTool tool = world().start(world().runner({id}), "early.txt");
  const std::string session = world().wait_for_session("DESC LIMIT 1");
  ASSERT_FALSE(session.empty()) << tool.output();
  world().end_session(session);
  EXPECT_EQ(tool.wait(), 4) << tool.output();
  EXPECT_NE(tool.output().find(id + " s1 on shop in staging: not_started"), std::string::npos) << tool.output();
  EXPECT_EQ(tool.output().find("DBW-E0915"), std::string::npos) << "no piece is there\n" << tool.output();
  world().end_session(world().holder());
  EXPECT_EQ(counts(), all(0));
  const ProcessResult next = world().run_due();
  EXPECT_EQ(next.status, 0) << next.output << next.errors;
  EXPECT_EQ(next.errors.find("going on behind"), std::string::npos) << next.errors;
  EXPECT_EQ(counts(), all(1));
  expect_good_log();
}

INSTANTIATE_TEST_SUITE_P(Engines, ServerBatches, ::testing::Values(Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

class Resumes : public ::testing::TestWithParam<Engine> {};

TEST_P(Resumes, StatementsGoOnWhereTheyStopped) {
  ToolWorld world(GetParam());
  world.propose("NONE-1",
                "INSERT INTO applied VALUES (1); INSERT INTO late VALUES (2); INSERT INTO applied VALUES (3);",
                "staging", {"--transaction", "none"});
  EXPECT_EQ(world.run_due().status, 6);
  EXPECT_EQ(trim(world.sql("SELECT count(*) FROM applied;")), "1");
  // Back before what is done, and over what was never sent.
  for (const std::string from : {"1", "4"}) {
    world.must("alice", {"dbw-request", "new", "--id", "BAD-" + from, "--resume", "NONE-1", "--from", from, "--push"});
    const ProcessResult refused = world.run_request("BAD-" + from);
    EXPECT_EQ(refused.status, 1) << refused.output << refused.errors;
    EXPECT_NE(refused.output.find("DBW-E0916"), std::string::npos) << refused.output;
  }
  // It stops at the same place again, and the resume of the resume knows which statement is next.
  world.must("alice", {"dbw-request", "new", "--id", "AGAIN-1", "--resume", "NONE-1", "--push"});
  EXPECT_EQ(world.run_request("AGAIN-1").status, 6);
  EXPECT_EQ(trim(world.sql("SELECT count(*) FROM applied;")), "1");
  world.sql("CREATE TABLE late (id integer);");
  if (GetParam() == Engine::postgresql) world.sql("GRANT ALL ON late TO PUBLIC;");
  world.must("alice", {"dbw-request", "new", "--id", "NONE-2", "--resume", "AGAIN-1", "--push"});
  const ProcessResult resumed = world.run_request("NONE-2");
  EXPECT_EQ(resumed.status, 0) << resumed.output << resumed.errors;
  EXPECT_EQ(trim(world.sql("SELECT count(*) FROM applied;")), "2");
  EXPECT_EQ(trim(world.sql("SELECT count(*) FROM late;")), "1");
  // Other SQL under the same name.
  world.forge("NONE-2", "NONE-3", "INSERT INTO applied VALUES (9);");
  const ProcessResult other = world.run_request("NONE-3");
  EXPECT_EQ(other.status, 1) << other.output << other.errors;
  EXPECT_EQ(trim(world.sql("SELECT count(*) FROM applied;")), "2");
  EXPECT_EQ(world.verify().status, 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, Resumes, ::testing::Values(Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

}  // namespace
}  // namespace dbw::test
