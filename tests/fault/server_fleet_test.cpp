// Fleets whose members are databases of a server: what differs from files, and what only a server can do to a run.
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/fleet_world.hpp"
#include "support/sealed_world.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr int k_server_members = 4;

class ServerFleets : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    auto& fleet = s_fleets[GetParam()];
    if (!fleet) {
      fleet = std::make_unique<FleetWorld>(GetParam(), k_server_members);
      give_seal_keys(fleet->world());
    }
    m_fleet = fleet.get();
    m_fleet->sql_everywhere("DELETE FROM applied; DELETE FROM pieces; DROP TABLE IF EXISTS late;");
    m_id = fmt::format("FLEET-{}-{}", static_cast<int>(GetParam()), ++s_number);
  }
  static void TearDownTestSuite() { s_fleets.clear(); }

  FleetWorld& fleet() const { return *m_fleet; }
  const ToolWorld& world() const { return m_fleet->world(); }
  const std::string& id() const { return m_id; }
  bool on_postgres() const { return GetParam() == Engine::postgresql; }
  /// A table of the administrator's that the change role may write.
  void create_late(const std::string& member) const {
    fleet().sql(member,
                std::string("CREATE TABLE late (id integer);") + (on_postgres() ? "GRANT ALL ON late TO PUBLIC;" : ""));
  }
  std::string late() const { return fleet().each("SELECT count(*) FROM late;"); }

 private:
  static inline std::map<Engine, std::unique_ptr<FleetWorld>> s_fleets;
  static inline int s_number = 0;
  FleetWorld* m_fleet = nullptr;
  std::string m_id;
};

TEST_P(ServerFleets, TheCanaryRunsFirstAndThenTheOthersEachOnce) {
  fleet().propose(id(), 1);
  const ProcessResult first = fleet().run({id()});
  ASSERT_EQ(first.status, 0) << first.output << first.errors;
  EXPECT_LT(first.output.find("m3 of shop"), first.output.find("m1 of shop")) << first.output;
  EXPECT_EQ(count(first.output, ": executed, 1 rows"), 4U) << first.output;
  EXPECT_THAT(fleet().run({"--due"}).output, Not(HasSubstr(id())));
  EXPECT_EQ(fleet().run({id()}, fleet().other_runner("second")).status, 1) << "another host runs nothing twice";
  EXPECT_EQ(fleet().applied(1), "1 1 1 1");
  fleet().expect_good_log();
}

TEST_P(ServerFleets, StopsWhereMoreFailThanMay) {
  for (const char* broken : {"m1", "m2"}) fleet().sql(broken, "ALTER TABLE applied RENAME TO away;");
  fleet().propose(id(), 1);
  const ProcessResult failed = fleet().run({id()});
  EXPECT_EQ(failed.status, 5) << failed.output << failed.errors;
  EXPECT_THAT(failed.output, HasSubstr("2 of 4 members failed (m1, m2), 1 may; 1 are done"));
  for (const char* broken : {"m1", "m2"}) fleet().sql(broken, "ALTER TABLE away RENAME TO applied;");
  EXPECT_EQ(fleet().run({"--due"}).status, 0);
  EXPECT_EQ(fleet().applied(1), "0 0 1 0");
  EXPECT_EQ(fleet().run({id(), "--retry"}).status, 0);
  EXPECT_EQ(fleet().applied(1), "1 1 1 1");
  fleet().expect_good_log();
}

TEST_P(ServerFleets, AMemberOutOfReachIsLeftForTheNextRun) {
  fleet().propose(id(), 1);
  const ProcessResult without = fleet().run({"--due"}, fleet().config_without("m2"));
  EXPECT_EQ(without.status, 4) << without.output << without.errors;
  EXPECT_EQ(count(without.output, ": executed"), 3U) << without.output;
  EXPECT_THAT(without.output, HasSubstr("m2 of shop in staging: unreachable"));
  EXPECT_EQ(fleet().applied(1), "1 0 1 1");
  const ProcessResult later = fleet().run({"--due"});
  EXPECT_EQ(later.status, 0) << later.output << later.errors;
  EXPECT_EQ(fleet().applied(1), "1 1 1 1") << "what could not be reached did not fail, and runs without --retry";
  fleet().expect_good_log();
}

TEST_P(ServerFleets, ACanaryOutOfReachLeavesTheOthersForTheNextRun) {
  fleet().propose(id(), 1);
  const ProcessResult without = fleet().run({"--due"}, fleet().config_without("m3"));
  EXPECT_EQ(without.status, 4) << without.output << without.errors;
  EXPECT_EQ(fleet().applied(1), "0 0 0 0");
  const ProcessResult later = fleet().run({"--due"});
  EXPECT_EQ(later.status, 0) << later.output << later.errors;
  EXPECT_EQ(fleet().applied(1), "1 1 1 1");
  fleet().expect_good_log();
}

/// The connection of one member ends in the middle of its transaction.
TEST_P(ServerFleets, AConnectionThatEndsCostsOneMemberOnly) {
  fleet().sql("m1", "INSERT INTO pieces VALUES (1, 0);");
  const std::unique_ptr<RunningTool> lock = world().hold("SELECT n FROM pieces WHERE id = 1 FOR UPDATE", "m1");
  world().propose(id(), "INSERT INTO applied (id) VALUES (1); UPDATE pieces SET n = 7 WHERE id = 1;", "staging",
                  {"--lock-timeout", "30s", "--statement-timeout", "30s"});
  RunningTool tool = world().start(world().runner({id()}), "cut.txt");
  const std::string session = world().wait_for_session("UPDATE pieces SET n = 7");
  ASSERT_FALSE(session.empty()) << tool.output();
  world().end_session(session);
  EXPECT_EQ(tool.wait(), 5) << tool.output();
  EXPECT_THAT(tool.output(), HasSubstr("m1 of shop in staging: failed\n  DBW-E0517"));
  EXPECT_EQ(fleet().applied(1), "0 1 1 1") << tool.output();
  world().end_session(world().holder());
  lock->wait();
  const ProcessResult later = fleet().run({id(), "--retry"});
  EXPECT_EQ(later.status, 0) << later.output << later.errors;
  EXPECT_EQ(fleet().applied(1), "1 1 1 1");
  EXPECT_EQ(fleet().sql("m1", "SELECT n FROM pieces;"), "7");
  fleet().expect_good_log();
}

TEST_P(ServerFleets, EachMemberHasASealedResultOfItsOwn) {
  for (const std::string& member : fleet().members())
    fleet().sql(member, fmt::format("INSERT INTO applied VALUES ({});", member.substr(1)));
  fleet().sql("m4", "ALTER TABLE applied RENAME TO away;");
  ask(world(), id(), {"alice"}, "SELECT id FROM applied;");
  const ProcessResult run = fleet().run({id()});
  fleet().sql("m4", "ALTER TABLE away RENAME TO applied;");
  EXPECT_EQ(run.status, 5) << run.output << run.errors;
  for (const std::string member : {"m1", "m2", "m3"}) {
    const ProcessResult opened = result_of(world(), "alice", id(), {"--member", member});
    EXPECT_EQ(opened.status, 0) << opened.errors;
    EXPECT_EQ(opened.output, fmt::format("id\r\n{}\r\n", member.substr(1)));
    expect_refused(result_of(world(), "bob", id(), {"--member", member}), 1, "DBW-E0263");
  }
  const ProcessResult message = result_of(world(), "alice", id(), {"--member", "m4"});
  EXPECT_EQ(message.status, 0) << message.errors;
  EXPECT_THAT(message.output, HasSubstr("applied")) << "what the server said of m4's failure";
  expect_refused(result_of(world(), "alice", id()), 1, "add --member NAME");
  const ProcessResult waited = world().run("alice", {"dbw-request", "wait", id()});
  EXPECT_EQ(waited.status, 5) << waited.output << waited.errors;
  EXPECT_THAT(waited.errors, HasSubstr("--member"));
  EXPECT_FALSE(std::filesystem::exists(world().path("exec/state/results/" + id()))) << "no plain row stays";
  const ProcessResult shredded = result_of(world(), "alice", id(), {"--member", "m1", "--shred"});
  EXPECT_EQ(shredded.status, 0) << shredded.errors;
  expect_refused(result_of(world(), "alice", id(), {"--member", "m1"}), 4, "DBW-E0979");
  EXPECT_EQ(result_of(world(), "alice", id(), {"--member", "m2"}).status, 0);
  fleet().expect_good_log();
}

/// A member stops half-way and others run behind it; its resume finds it all the same, and touches nobody else.
TEST_P(ServerFleets, WhatStoppedHalfWayOnOneMemberIsGoneOnWithThere) {
  for (const char* member : {"m1", "m3", "m4"}) create_late(member);
  world().propose(id(), "INSERT INTO applied VALUES (1); INSERT INTO late VALUES (2); INSERT INTO applied VALUES (3);",
                  "staging", {"--transaction", "none"});
  const ProcessResult stopped = fleet().run({id()});
  EXPECT_EQ(stopped.status, 6) << stopped.output << stopped.errors;
  EXPECT_THAT(stopped.output, HasSubstr("m2 of shop in staging: partially_executed"));
  EXPECT_EQ(fleet().applied(3), "1 0 1 1") << stopped.output;
  EXPECT_THAT(fleet().run({"--due"}).output, Not(HasSubstr(id()))) << "a person was told";
  create_late("m2");
  world().must("alice", {"dbw-request", "new", "--id", id() + "-R", "--resume", id(), "--push"});
  const ProcessResult resumed = fleet().run({id() + "-R"});
  EXPECT_EQ(resumed.status, 0) << resumed.output << resumed.errors;
  EXPECT_EQ(count(resumed.output, ": executed"), 1U) << resumed.output;
  EXPECT_THAT(resumed.output, HasSubstr(id() + "-R s1 on m2 of shop in staging: executed"));
  for (const int row : {1, 3}) EXPECT_EQ(fleet().applied(row), "1 1 1 1");
  EXPECT_EQ(late(), "1 1 1 1");
  fleet().expect_good_log();
}

TEST_P(ServerFleets, OfSeveralThatStoppedEachIsResumedByName) {
  create_late("m3");
  world().propose(id(), "INSERT INTO applied VALUES (1); INSERT INTO late VALUES (2);", "staging",
                  {"--transaction", "none"});
  const ProcessResult stopped = fleet().run({id()});
  EXPECT_EQ(stopped.status, 6) << stopped.output << stopped.errors;
  EXPECT_EQ(fleet().applied(1), "1 1 1 0") << "two stopped, one may";
  const ProcessResult unnamed = world().run("alice", {"dbw-request", "new", "--resume", id(), "--push"});
  EXPECT_EQ(unnamed.status, 1) << unnamed.output;
  EXPECT_THAT(unnamed.errors, HasSubstr("DBW-E0916"));
  EXPECT_THAT(unnamed.errors, HasSubstr("m1, m2"));
  for (const std::string member : {"m1", "m2"}) {
    create_late(member);
    const std::string resume = id() + "-M" + member.substr(1);
    world().must("alice", {"dbw-request", "new", "--id", resume, "--resume", id(), "--member", member, "--push"});
    const ProcessResult resumed = fleet().run({resume});
    EXPECT_EQ(resumed.status, 0) << resumed.output << resumed.errors;
    EXPECT_THAT(resumed.output, HasSubstr(fmt::format("on {} of shop in staging: executed", member)));
  }
  const ProcessResult other =
      world().run("alice", {"dbw-request", "new", "--resume", id(), "--member", "m3", "--push"});
  EXPECT_EQ(other.status, 1) << "it did not stop\n" << other.output;
  create_late("m4");
  const ProcessResult retried = fleet().run({id(), "--retry"});
  EXPECT_EQ(retried.status, 6) << "two of its own runs did stop half-way\n" << retried.output << retried.errors;
  EXPECT_THAT(retried.output, HasSubstr("m4 of shop in staging: executed")) << "a person has looked: it goes on";
  EXPECT_EQ(late(), "1 1 1 1");
  EXPECT_EQ(fleet().applied(1), "1 1 1 1");
  fleet().expect_good_log();
}

TEST_P(ServerFleets, BatchesGoOnOnTheMemberThatStopped) {
  for (const std::string& member : fleet().members()) {
    std::string values;
    for (int i = 1; i <= 60; ++i) values += fmt::format("{}({}, 0)", i == 1 ? "" : ", ", i);
    fleet().sql(member, fmt::format("INSERT INTO pieces VALUES {};", values));
  }
  fleet().sql("m4", "ALTER TABLE pieces ADD CONSTRAINT few CHECK (n = 0 OR id <> 30);");
  world().propose(id(), "UPDATE pieces SET n = n + 1 WHERE n < 1000", "staging", {"--batch", "id=20"});
  const ProcessResult stopped = fleet().run({id()});
  EXPECT_EQ(stopped.status, 6) << stopped.output << stopped.errors;
  EXPECT_EQ(fleet().each("SELECT sum(n) FROM pieces;"), "60 60 60 20") << stopped.output;
  fleet().sql("m4", "ALTER TABLE pieces DROP CONSTRAINT few;");
  world().must("alice", {"dbw-request", "new", "--id", id() + "-R", "--resume", id(), "--push"});
  const ProcessResult resumed = fleet().run({id() + "-R"});
  EXPECT_EQ(resumed.status, 0) << resumed.output << resumed.errors;
  EXPECT_EQ(fleet().each("SELECT min(n) * 100 + max(n) FROM pieces;"), "101 101 101 101");
  fleet().expect_good_log();
}

/// An emergency is one member's, and its post-review looks at what ran there.
TEST_P(ServerFleets, BreakGlassRunsOnTheMemberThatItNames) {
  constexpr std::string_view emergency = R"(  - name: emergency
    match: {environment: staging, mode: break_glass, classes: [read, dml]}
    steps: [{id: peer, groups: [dev], need: 1}]
    approval_ttl: 24h
    post_review: {groups: [dev], within: 2h}
  - name: read
)";
  world().new_policy(3, {{"  - name: read\n", std::string(emergency)}});
  const ProcessResult whole = world().run("alice",
                                          {"dbw-request", "new", "-d", "shop", "-e", "staging", "-t", "Title", "-r",
                                           "Reason", "--mode", "break_glass", "--push", "-"},
                                          {}, "INSERT INTO applied (id) VALUES (1);");
  EXPECT_EQ(whole.status, 1) << whole.output << whole.errors;
  EXPECT_THAT(whole.output, HasSubstr("DBW-E0569 break-glass on a fleet names one member"));
  fleet().propose(id(), 1, {"--mode", "break_glass", "--member", "m2"});
  EXPECT_EQ(fleet().run({id()}).status, 1) << "nobody has said yes";
  world().approve("bob", id());
  const ProcessResult run = fleet().run({id()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(fleet().applied(1), "0 1 0 0") << "no canary is waited for";
  const auto reviews = [&] {
    return world().must("host", {"dbw-exec", "status", "--config", world().path("exec/exec.yaml")});
  };
  EXPECT_THAT(reviews(), HasSubstr("post-review of " + id()));
  world().decide("carol", "post-review", id());
  EXPECT_EQ(fleet().run({"--due"}).status, 0);
  EXPECT_THAT(reviews(), Not(HasSubstr("post-review of " + id())));
  fleet().expect_good_log();
}

INSTANTIATE_TEST_SUITE_P(Engines, ServerFleets, testing::Values(Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

}  // namespace
}  // namespace dbw::test
