// Fleets: one request on many databases, the canary first, within a failure budget, once on each whatever happens.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "support/fleet_world.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

constexpr int k_kill_rounds = 6;
constexpr auto k_look_again = std::chrono::milliseconds(20);

/// Five SQLite files that are one environment.
class Fleet : public ::testing::Test, protected FleetWorld {
 protected:
  explicit Fleet(const std::string& environment = "staging") : FleetWorld(Engine::sqlite, 5, environment) {}
};

TEST_F(Fleet, TheCanaryRunsFirstAndThenTheOthersEachOnce) {
  propose("FLEET-1", 1);
  const ProcessResult first = run({"--due", "--summary", world().path("summary.md")});
  ASSERT_EQ(first.status, 0) << first.output << first.errors;
  EXPECT_LT(first.output.find("m3 of shop"), first.output.find("m1 of shop")) << first.output;
  EXPECT_EQ(count(first.output, ": executed, 1 rows"), 5U) << first.output;
  EXPECT_EQ(count(slurp(world().path("summary.md")), "| executed |"), 5U) << slurp(world().path("summary.md"));
  EXPECT_EQ(applied(1), "1 1 1 1 1");
  const ProcessResult again = run({"--due"});
  EXPECT_EQ(again.status, 0) << again.errors;
  EXPECT_EQ(again.output, "");
  const ProcessResult named = run({"FLEET-1"});
  EXPECT_EQ(named.status, 1) << named.output;
  EXPECT_EQ(count(named.output, "DBW-E0961"), 1U) << named.output;
  EXPECT_EQ(applied(1), "1 1 1 1 1");
  const std::string waited = world().must("alice", {"dbw-request", "wait", "FLEET-1"});
  EXPECT_NE(waited.find("executed, 5 rows"), std::string::npos) << waited;
  expect_good_log();
}

TEST_F(Fleet, AFailedCanaryLeavesTheOthersAlone) {
  sql("m3", "ALTER TABLE applied RENAME TO away;");
  propose("FLEET-1", 1);
  const ProcessResult failed = run({"--due"});
  EXPECT_EQ(failed.status, 5) << failed.output << failed.errors;
  EXPECT_EQ(count(failed.output, "DBW-E0568"), 1U) << failed.output;
  const ProcessResult later = run({"--due"});
  EXPECT_EQ(later.status, 0) << "it waits for a person, who was told\n" << later.output;
  EXPECT_NE(later.output.find("DBW-E0568"), std::string::npos) << later.output;
  sql("m3", "ALTER TABLE away RENAME TO applied;");
  EXPECT_EQ(applied(1), "0 0 0 0 0");
  EXPECT_EQ(world().run("alice", {"dbw-request", "wait", "FLEET-1"}).status, 5);
  const ProcessResult retried = run({"FLEET-1", "--retry"});
  EXPECT_EQ(retried.status, 0) << retried.output << retried.errors;
  EXPECT_EQ(applied(1), "1 1 1 1 1");
  expect_good_log();
}

TEST_F(Fleet, StopsWhereMoreFailThanMay) {
  for (const char* broken : {"m1", "m2"}) sql(broken, "ALTER TABLE applied RENAME TO away;");
  propose("FLEET-1", 1);
  const ProcessResult failed = run({"--due"});
  EXPECT_EQ(failed.status, 5) << failed.output << failed.errors;
  EXPECT_EQ(count(failed.output, ": failed"), 2U) << failed.output;
  EXPECT_NE(failed.output.find("2 of 5 members failed (m1, m2), 1 may; 1 are done"), std::string::npos)
      << failed.output;
  for (const char* broken : {"m1", "m2"}) sql(broken, "ALTER TABLE away RENAME TO applied;");
  EXPECT_EQ(applied(1), "0 0 1 0 0");
  EXPECT_EQ(run({"FLEET-1"}).status, 1);
  EXPECT_EQ(applied(1), "0 0 1 0 0");
  EXPECT_EQ(run({"FLEET-1", "--retry"}).status, 0);
  EXPECT_EQ(applied(1), "1 1 1 1 1");
  expect_good_log();
}

TEST_F(Fleet, GoesOnWhereFewerFailThanMay) {
  const auto file = world().path("exec/m2.db");
  std::filesystem::rename(file, file.string() + ".away");
  propose("FLEET-1", 1);
  const ProcessResult run_without = run({"FLEET-1"});
  EXPECT_NE(run_without.status, 0) << run_without.output;
  EXPECT_EQ(count(run_without.output, ": executed"), 4U) << run_without.output << run_without.errors;
  std::filesystem::rename(file.string() + ".away", file);
  EXPECT_EQ(applied(1), "1 0 1 1 1");
  const ProcessResult later = run({"--due"});
  EXPECT_EQ(later.status, 0) << later.output << later.errors;
  EXPECT_EQ(applied(1), "1 1 1 1 1") << "what could not be reached did not fail, and runs without --retry";
  expect_good_log();
}

TEST_F(Fleet, ShardsWaitForTheCanaryAndShareTheRest) {
  propose("FLEET-1", 1);
  const std::string other = other_runner("second");
  const ProcessResult early = run({"--due", "--shard", "1/2"});
  EXPECT_EQ(early.status, 0) << early.output << early.errors;
  EXPECT_EQ(count(early.output, "DBW-E0567"), 1U) << early.output;
  EXPECT_EQ(run({"FLEET-1", "--shard", "2/2"}).status, 4);
  EXPECT_EQ(applied(1), "0 0 0 0 0");
  EXPECT_EQ(run({"--due", "--canary"}).status, 0);
  EXPECT_EQ(applied(1), "0 0 1 0 0");
  {
    RunningTool first = world().start(world().runner({"--due", "--shard", "1/2"}), "first.txt");
    RunningTool second = world().start(world().runner({"--due", "--shard", "2/2"}, other), "second.txt");
    EXPECT_EQ(first.wait(), 0) << first.output();
    EXPECT_EQ(second.wait(), 0) << second.output();
    EXPECT_EQ(count(first.output(), ": executed"), 2U) << first.output();
    EXPECT_EQ(count(second.output(), ": executed"), 2U) << second.output();
  }
  EXPECT_EQ(applied(1), "1 1 1 1 1");
  for (const char* bad : {"0/2", "3/2", "1", "a/b", "1/2/3", "-1/2", "1/1001", ""}) {
    const ProcessResult refused = run({"--due", "--shard", bad});
    EXPECT_EQ(refused.status, *bad == '\0' ? 0 : 2) << bad << refused.errors;
  }
  EXPECT_EQ(run({"--due", "--shard", "1/2", "--canary"}).status, 2);
  expect_good_log();
}

TEST_F(Fleet, RunsOnTheMembersThatTheRequestNames) {
  propose("FLEET-1", 1, {"--member", "m2", "--member", "m5"});
  const ProcessResult planned =
      world().run("host", {"dbw-exec", "plan", "FLEET-1", "--config", world().path("exec/exec.yaml")});
  EXPECT_EQ(planned.status, 0) << planned.output << planned.errors;
  EXPECT_NE(planned.output.find("on m2 of shop in staging: would run s1"), std::string::npos) << planned.output;
  EXPECT_EQ(planned.output.find("m3 of shop"), std::string::npos) << planned.output;
  EXPECT_EQ(run({"--due"}).status, 0) << "a canary that is not named is not waited for";
  EXPECT_EQ(applied(1), "0 1 0 0 1");
  const ProcessResult unknown = world().run(
      "alice",
      {"dbw-request", "new", "-d", "shop", "-e", "staging", "-t", "Title", "-r", "Reason", "--member", "m9", "-"}, {},
      "SELECT 1;");
  EXPECT_NE((unknown.output + unknown.errors).find("DBW-E0569"), std::string::npos) << unknown.output << unknown.errors;
}

TEST_F(Fleet, KeepsTheRowsOfEachMemberApart) {
  for (const std::string& member : members())
    sql(member, fmt::format("INSERT INTO applied VALUES ({});", member.substr(1)));
  world().propose("FLEET-1", "SELECT id FROM applied;", "staging", {"--kind", "query"});
  const ProcessResult result = run({"--due"});
  ASSERT_EQ(result.status, 0) << result.output << result.errors;
  for (const std::string& member : members()) {
    EXPECT_EQ(slurp(world().path("exec/state/results/FLEET-1/" + member + "/s1.csv")),
              fmt::format("id\r\n{}\r\n", member.substr(1)));
  }
}

TEST_F(Fleet, KilledRunsAreAppliedOnceOnEveryMember) {
  using Clock = std::chrono::steady_clock;
  propose("FLEET-100", 100);
  const auto start = Clock::now();
  ASSERT_EQ(run({"--due"}).status, 0);
  const auto whole = Clock::now() - start;
  std::mt19937 random(20261129);
  std::uniform_real_distribution<double> part(0.0, 1.0);
  for (int round = 1; round <= k_kill_rounds; ++round) {
    propose(fmt::format("FLEET-{}", round), round);
    {
      RunningTool tool = world().start(world().runner({"--due"}), "killed.txt");
      std::this_thread::sleep_for(std::chrono::duration_cast<Clock::duration>(whole * part(random)));
      tool.kill_hard(round % 3 != 0);
      tool.wait();
    }
    ProcessResult settled;
    const auto end = Clock::now() + std::chrono::seconds(90);
    do {
      settled = run({"--due"});
      ASSERT_TRUE(settled.status == 0 || settled.status == 4 || settled.status == 7)
          << settled.output << settled.errors;
    } while (settled.status != 0 && Clock::now() < end);
    ASSERT_EQ(applied(round), "1 1 1 1 1") << settled.output << settled.errors;
    EXPECT_EQ(run({"--due"}).output, "");
  }
  expect_good_log();
}

TEST_F(Fleet, EndsWhereTrustNoLongerVerifies) {
  // Slow enough for somebody to come in between.
  world().propose(
      "FLEET-1",
      "INSERT INTO applied (id) SELECT 1 FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
      "WHERE n < 2000000) SELECT max(n) AS n FROM c) AS t;");
  propose("FLEET-2", 2);
  RunningTool tool = world().start(world().runner({"--due"}), "running.txt");
  while (tool.output().find("running step s1 on m3") == std::string::npos) std::this_thread::sleep_for(k_look_again);
  world().git("changes.git", {"update-ref", "refs/heads/main", "refs/heads/main~1"});  // the policy is rolled back
  const int status = tool.wait();
  EXPECT_TRUE(status == 1 || status == 3) << status << tool.output();
  const std::string told = tool.output();
  EXPECT_LT(count(told, ": executed"), 5U) << told;
  EXPECT_EQ(count(told, ": executed"), count(applied(1), "1")) << told << applied(1);
  EXPECT_EQ(applied(2), "0 0 0 0 0") << "nothing runs on trust that does not verify\n" << told;
}

TEST_F(Fleet, AMemberThatLostWhatItDidIsNamed) {
  propose("FLEET-1", 1);
  const auto file = world().path("exec/m3.db");
  // Restored behind the log's back: what was executed there is lost.
  std::filesystem::copy_file(file, file.string() + ".before");
  ASSERT_EQ(run({"--due", "--canary"}).status, 0);
  std::filesystem::rename(file.string() + ".before", file);
  const ProcessResult lost = run({"FLEET-1"});
  EXPECT_EQ(lost.status, 6) << lost.output << lost.errors;
  EXPECT_NE(lost.output.find("DBW-E0957"), std::string::npos) << lost.output;
}

class ApprovedFleet : public Fleet {
 protected:
  ApprovedFleet() : Fleet("production") {}
};

TEST_F(ApprovedFleet, OneTokenServesAllMembersOfTheListThatWasApproved) {
  propose("FLEET-1", 1);
  world().approve("bob", "FLEET-1");
  const ProcessResult result = run({"FLEET-1", "--tokens", world().tokens()});
  EXPECT_EQ(result.status, 0) << result.output << result.errors;
  EXPECT_EQ(applied(1), "1 1 1 1 1");
  expect_good_log();
}

TEST_F(ApprovedFleet, AMemberThatJoinsLaterIsNoPartOfTheApproval) {
  propose("FLEET-1", 1);
  world().approve("bob", "FLEET-1");
  const auto tokens = world().tokens();
  world().new_policy(3, {{entry("m5"), entry("m5") + ", " + entry("m6")}});
  const ProcessResult result = run({"FLEET-1", "--tokens", tokens});
  EXPECT_EQ(result.status, 1) << result.output << result.errors;
  EXPECT_EQ(applied(1), "0 0 0 0 0");
  const std::string shown = world().must("alice", {"dbw-request", "show", "FLEET-1"});
  EXPECT_NE(shown.find("stale"), std::string::npos) << shown;
}

}  // namespace
}  // namespace dbw::test
