// The published schema snapshot: a request is reviewed with it once more before it runs, and nothing else is believed.
#include <fmt/format.h>

#include "snapshot_flow.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class PublishedSnapshot : public SnapshotFlow {
 protected:
  PublishedSnapshot() : SnapshotFlow(Engine::sqlite) {}
};

class PublishedSnapshotOf : public SnapshotFlow, public testing::WithParamInterface<Engine> {
 protected:
  PublishedSnapshotOf() : SnapshotFlow(GetParam()) {}
};

TEST_F(PublishedSnapshot, CountsWhereThePolicyAsksForIt) {
  propose("SNAP-1");
  propose("SNAP-2");
  expect_runs("SNAP-1");
  ask_for_snapshots();
  const ProcessResult check =
      m_world.run("alice", {"dbw-request", "check", "-d", "shop", "-e", "staging", "-"}, {}, "SELECT id FROM orders;");
  EXPECT_EQ(check.status, 0) << check.errors;
  EXPECT_THAT(check.output, HasSubstr("DBW-E0710"));
  expect_refused("SNAP-2", "DBW-E0710");
  const auto doctor = [&] {
    return m_world.run("host", {"dbw-exec", "doctor", "--config", m_world.path("exec/exec.yaml")}).output;
  };
  EXPECT_THAT(doctor(), HasSubstr("DBW-E0710"));
  publish();
  publish("production");
  EXPECT_THAT(doctor(), HasSubstr("shop in staging: schema snapshot"));
  EXPECT_THAT(doctor(), Not(HasSubstr("DBW-E07")));
  EXPECT_THAT(doctor(), Not(HasSubstr("shop in production: schema snapshot"))) << "policy does not ask for it";
  EXPECT_THAT(log_of("snapshot"), HasSubstr("shop/staging"));
  EXPECT_THAT(log_of("snapshot"), HasSubstr("shop/production"));
  EXPECT_EQ(m_world.git("changes.git", {"ls-tree", "--name-only", k_schema_branch}),
            "shop.production.json\nshop.staging.json");
  const std::string plan =
      m_world.run("host", {"dbw-exec", "plan", "--config", m_world.path("exec/exec.yaml"), "SNAP-2", "--trace"}).errors;
  EXPECT_THAT(plan, HasSubstr("executor.snapshot"));
  EXPECT_THAT(plan, HasSubstr(crypto::sha256(published()).text()));
  expect_runs("SNAP-2");
  EXPECT_EQ(m_world.verify().status, 0);
}

TEST_F(PublishedSnapshot, IsFetchedOnlyWhereThePolicyAsksForIt) {
  const auto mirrored = [&] {
    return m_world.must("host", {"git", "--git-dir", m_world.path("exec/state/change.git"), "for-each-ref",
                                 "--format=%(refname)", k_schema_branch});
  };
  // Another host of the same executor publishes it.
  const ProcessResult elsewhere =
      snapshot("staging", m_world.other_config("other.yaml", {{"state: state", "state: state-other"}}));
  ASSERT_EQ(elsewhere.status, 0) << elsewhere.errors;
  propose("SNAP-1");
  propose("SNAP-2");
  expect_runs("SNAP-1");
  EXPECT_EQ(mirrored(), "");
  ask_for_snapshots();
  expect_runs("SNAP-2");
  EXPECT_EQ(mirrored(), k_schema_branch + "\n");
}

TEST_F(PublishedSnapshot, OfAHugeTableRaisesTheRisk) {
  ask_for_snapshots();
  publish();
  propose("SNAP-1");
  propose("SNAP-2");
  expect_runs("SNAP-1");
  EXPECT_THAT(m_world.must("alice", {"dbw-request", "check", "--request", "SNAP-2"}),
              HasSubstr("nothing is worse than without it"));
  publish_edited([](model::Snapshot& snapshot) {
    for (schema::Relation& table : snapshot.catalogue.relations) {
      if (table.name.name != "orders") continue;
      table.rows = 400'000'000;
      table.bytes = 90'000'000'000;
    }
  });
  // People can see it coming.
  const std::string check = m_world.must("alice", {"dbw-request", "check", "--request", "SNAP-2"});
  EXPECT_THAT(check, HasSubstr("the executor would refuse it\n  DBW-E0715"));
  EXPECT_THAT(check, HasSubstr("about 400000000 rows"));
  expect_refused("SNAP-2", "DBW-E0715");
  // What the executor itself sees next counts again.
  publish();
  expect_runs("SNAP-2");
}

TEST_P(PublishedSnapshotOf, ACascadeLetsARuleBlock) {
  ask_for_snapshots({{"severities:", "severities:\n    staging: {delete-cascade-fanout: block}"}});
  publish();
  m_world.propose("SNAP-1", "DELETE FROM orders WHERE id = 1;");
  m_world.propose("SNAP-2", "DELETE FROM orders WHERE id = 2;");
  const ProcessResult before = m_world.run_request("SNAP-1");
  EXPECT_EQ(before.status, 0) << before.output << before.errors;
  m_world.sql(
      "CREATE TABLE parts (id integer PRIMARY KEY, order_id integer REFERENCES orders (id) ON DELETE CASCADE);");
  publish();
  const ProcessResult result = m_world.run_request("SNAP-2");
  EXPECT_EQ(result.status, 1) << result.output << result.errors;
  EXPECT_THAT(result.output, HasSubstr("DBW-E0717"));
  EXPECT_THAT(result.output, HasSubstr("delete-cascade-fanout"));
  EXPECT_EQ(m_world.sql("SELECT count(*) FROM orders"), "2");
  EXPECT_EQ(m_world.verify().status, 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, PublishedSnapshotOf, testing::Values(Engine::sqlite, Engine::postgresql),
                         [](const auto& each) { return std::string(engine_name(each.param)); });

TEST_F(PublishedSnapshot, OfAnotherKeyOrTargetOrAgeIsRefused) {
  ask_for_snapshots();
  publish();
  publish("production");
  propose("SNAP-1");
  const std::string good = published();
  put(signed_by(crypto::MachineKey::load(m_world.path("issuer/issuer.pem")), model::parse_snapshot_envelope(good)));
  expect_refused("SNAP-1", "DBW-E0712");
  put("{\"rows\":1}\n");
  expect_refused("SNAP-1", "DBW-E0712");
  put("{}\n", "SHOP.staging.json");
  expect_refused("SNAP-1", "DBW-E0712");
  publish();
  EXPECT_EQ(m_world.git("changes.git", {"ls-tree", "--name-only", k_schema_branch}),
            "shop.production.json\nshop.staging.json");
  put(published("shop.production.json"));
  expect_refused("SNAP-1", "DBW-E0714");
  publish();
  publish_edited([](model::Snapshot& snapshot) { snapshot.taken_at = snapshot.taken_at - Seconds(8 * 86400); });
  expect_refused("SNAP-1", "DBW-E0711");
  publish();
  expect_runs("SNAP-1");
}

TEST_F(PublishedSnapshot, ThatWasReplacedIsNotPutBack) {
  ask_for_snapshots();
  publish();
  const std::string older = published();
  propose("SNAP-1");
  publish();
  EXPECT_NE(older, published());
  put(older);
  expect_refused("SNAP-1", "DBW-E0713");
  m_world.git("changes.git", {"update-ref", "-d", k_schema_branch});
  expect_refused("SNAP-1", "DBW-E0710");
  publish();
  expect_runs("SNAP-1");
}

TEST_F(PublishedSnapshot, ThatCannotBePushedLeavesTheOldOneInForce) {
  ask_for_snapshots();
  publish();
  propose("SNAP-1");
  const std::filesystem::path hook = m_world.path("changes.git/hooks/update");
  std::filesystem::create_directories(hook.parent_path());
  write_file_atomic(hook, "#!/bin/sh\nexit 1\n", 0755);
  const ProcessResult refused = snapshot("staging");
  EXPECT_NE(refused.status, 0) << refused.output;
  EXPECT_THAT(refused.errors, HasSubstr("DBW-E0"));
  std::filesystem::remove(hook);
  expect_runs("SNAP-1");
}

TEST_F(PublishedSnapshot, OfTwoDatabasesAtOnceBothArrive) {
  const std::string other = m_world.other_config("other.yaml", {{"state: state", "state: state-other"}});
  constexpr int rounds = 4;
  for (int round = 0; round < rounds; ++round) {
    const auto start = [&](const std::string& environment, const std::string& config) {
      return m_world.start({"dbw-exec", "snapshot", "--config", m_world.path("exec/" + config), "-d", "shop", "-e",
                            environment, "--publish"},
                           environment + ".out");
    };
    RunningTool one = start("staging", "exec.yaml"), two = start("production", other);
    EXPECT_EQ(one.wait(), 0) << one.output();
    EXPECT_EQ(two.wait(), 0) << two.output();
    // What lies there is what each of them said last.
    EXPECT_THAT(one.output(), HasSubstr(crypto::sha256(published()).text()));
    EXPECT_THAT(two.output(), HasSubstr(crypto::sha256(published("shop.production.json")).text()));
  }
  EXPECT_EQ(split(log_of("snapshot"), '\n').size(), 2U * rounds + 1);
  ask_for_snapshots();
  propose("SNAP-1");
  expect_runs("SNAP-1");
  EXPECT_EQ(m_world.verify().status, 0);
}

/// Staging as a fleet of two, of which one may fail.
TEST_F(PublishedSnapshot, OfAFleetIsEachMembersOwn) {
  const std::string policy = slurp(m_world.path("changes/.dbw/policy/1.yaml"));
  const std::size_t at = policy.find("target: ", policy.find("staging: {"));
  const std::string members = fmt::format("fleet: {{members: {{m1: \"{}\", m2: \"{}\"}}, failures_max: 1}}",
                                          std::string(32, '1'), std::string(32, '2'));
  ask_for_snapshots({{policy.substr(at, policy.find_first_of(",}\n", at) - at), members}});
  const std::string line = "  - {database: shop, environment: staging, engine: sqlite, file: staging.db}\n";
  std::string lines;
  for (const std::string member : {"m1", "m2"}) {
    lines += fmt::format("  - {{database: shop, environment: staging, member: {0}, engine: sqlite, file: {0}.db}}\n",
                         member);
    m_world.must("host", {"cp", m_world.path("exec/production.db"), m_world.path("exec/" + member + ".db")});
  }
  const std::string config = m_world.other_config("fleet.yaml", {{line, lines}});
  const auto exec = [&](const std::string& command, const std::vector<std::string>& flags) {
    std::vector<std::string> argv = {"dbw-exec", command, "--config", m_world.path("exec/" + config),
                                     "-d",       "shop",  "-e",       "staging"};
    argv.insert(argv.end(), flags.begin(), flags.end());
    m_world.must("host", argv);
  };
  for (const std::string member : {"m1", "m2"}) exec("adopt", {"--member", member, "--replace", "--reason", "a copy"});
  exec("snapshot", {"--member", "m2", "--publish"});
  EXPECT_EQ(m_world.git("changes.git", {"ls-tree", "--name-only", k_schema_branch}), "shop.staging.m2.json");
  EXPECT_THAT(log_of("snapshot"), HasSubstr("shop/staging/m2"));
  propose("SNAP-1");
  const ProcessResult first = m_world.run("host", m_world.runner({"SNAP-1"}, config));
  EXPECT_EQ(first.status, 1) << first.output << first.errors;
  EXPECT_THAT(first.output, HasSubstr("DBW-E0710"));
  const auto changed_on = [&](const std::string& member) {
    return m_world.must("host", {"sqlite3", m_world.path("exec/" + member + ".db"),
                                 "SELECT count(*) FROM orders WHERE status = 'SNAP-1'"});
  };
  EXPECT_EQ(changed_on("m1"), "0\n");
  EXPECT_EQ(changed_on("m2"), "1\n") << "one may fail";
  exec("snapshot", {"--member", "m1", "--publish"});
  const ProcessResult again = m_world.run("host", m_world.runner({"--due"}, config));
  EXPECT_EQ(again.status, 0) << again.output << again.errors;
  EXPECT_EQ(changed_on("m1"), "1\n");
  EXPECT_EQ(m_world.verify().status, 0);
}

}  // namespace
}  // namespace dbw::test
