// An approval that is taken back while its request runs: what has run stays, nothing more does, and it is said so.
#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "support/fleet_world.hpp"
#include "support/paths.hpp"
#include "workflow/executor.hpp"
#include "workflow/host_config.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;

/// A run in this process, so that the test can come in between at a known moment.
class RunInBetween {
 public:
  explicit RunInBetween(const ToolWorld& world)
      : m_world(world), m_config(workflow::load_executor_config(world.path("exec/exec.yaml"))) {
    const std::string tokens = slurp(world.tokens());
    for (const std::string_view token : split_lines(tokens)) m_options.tokens.emplace_back(token);
    m_options.recheck_interval = std::chrono::milliseconds(0);
  }
  /// bob takes his approval back when a line has that text.
  std::vector<workflow::StepOutcome> revoke_at(const std::string& id, const std::string& text) {
    bool done = false;
    const auto look = [&, id, text](const std::string& line) {
      if (done || line.find(text) == std::string::npos) return;
      done = true;
      m_world.decide("bob", "revoke", id);
    };
    m_options.progress = m_options.status = look;
    const auto outcomes = workflow::Executor(m_config, m_options, SystemClock()).run_request(RequestId(id));
    EXPECT_TRUE(done) << "nobody took anything back";
    return outcomes;
  }

 private:
  const ToolWorld& m_world;
  workflow::ExecutorConfig m_config;
  workflow::ExecutorOptions m_options;
};

std::string told(const std::vector<workflow::StepOutcome>& outcomes) {
  std::string out;
  for (const workflow::StepOutcome& outcome : outcomes) {
    out += fmt::format("{} {} {}", outcome.place.member, outcome.outcome, outcome.rows);
    for (const Refusal& refusal : outcome.refusals)
      out += fmt::format(" {} {}", error_id(refusal.code), refusal.message);
    out += "\n";
  }
  return out;
}

class Revocations : public testing::TestWithParam<Engine> {};

TEST_P(Revocations, StopABatchBetweenTwoPieces) {
  const ToolWorld world(GetParam());
  world.sql("INSERT INTO pieces VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0);", "production");
  world.propose("TAKEN-1", "UPDATE pieces SET n = n + 1 WHERE n < 1000", "production", {"--batch", "id=2"});
  world.approve("bob", "TAKEN-1");
  const auto outcomes = RunInBetween(world).revoke_at("TAKEN-1", "1 pieces, 2 rows");
  ASSERT_EQ(outcomes.size(), 1u) << told(outcomes);
  EXPECT_EQ(outcomes[0].outcome, "interrupted") << told(outcomes);
  EXPECT_EQ(outcomes[0].status, ExitStatus::environment);
  EXPECT_EQ(outcomes[0].rows, 2);
  EXPECT_THAT(told(outcomes), HasSubstr("DBW-E0915 trust or decisions moved"));
  EXPECT_THAT(told(outcomes), HasSubstr("1 pieces with 2 rows of this run are committed and stay"));
  EXPECT_EQ(world.sql("SELECT sum(n) FROM pieces;", "production"), "2");
  // The next run says who is missing, and does nothing.
  const ProcessResult refused = world.run_request("TAKEN-1");
  EXPECT_EQ(refused.status, 1) << refused.output << refused.errors;
  EXPECT_THAT(refused.output, HasSubstr("DBW-E0680"));
  EXPECT_EQ(world.run_due().status, 0);
  EXPECT_EQ(world.sql("SELECT sum(n) FROM pieces;", "production"), "2");
  world.approve("carol", "TAKEN-1");
  const ProcessResult next = world.run_request("TAKEN-1", {"--tokens", world.tokens()});
  EXPECT_EQ(next.status, 0) << next.output << next.errors;
  EXPECT_THAT(next.errors, HasSubstr("going on behind 1 pieces with 2 rows"));
  EXPECT_EQ(world.sql("SELECT min(n) * 100 + max(n) FROM pieces;", "production"), "101");
  EXPECT_EQ(world.verify().status, 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, Revocations, testing::Values(Engine::sqlite, Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

class FleetRevocations : public testing::TestWithParam<Engine> {};

TEST_P(FleetRevocations, StopBetweenTwoMembers) {
  const FleetWorld fleet(GetParam(), 4, "production");
  fleet.propose("TAKEN-1", 1);
  fleet.world().approve("bob", "TAKEN-1");
  const auto outcomes = RunInBetween(fleet.world()).revoke_at("TAKEN-1", "running step s1 on m2");
  EXPECT_EQ(fleet.applied(1), "1 0 1 0") << told(outcomes);
  ASSERT_EQ(outcomes.size(), 3u) << told(outcomes);
  EXPECT_THAT(told(outcomes), HasSubstr("m3 executed 1\nm1 executed 1\nm2 refused 0 DBW-E0680")) << told(outcomes);
  const ProcessResult refused = fleet.run({"TAKEN-1"});
  EXPECT_EQ(refused.status, 1) << refused.output << refused.errors;
  EXPECT_EQ(fleet.run({"--due"}).status, 0);
  EXPECT_EQ(fleet.applied(1), "1 0 1 0");
  fleet.world().approve("carol", "TAKEN-1");
  const ProcessResult next = fleet.run({"TAKEN-1", "--tokens", fleet.world().tokens()});
  EXPECT_EQ(next.status, 0) << next.output << next.errors;
  EXPECT_EQ(count(next.output, ": executed"), 2U) << next.output;
  EXPECT_EQ(fleet.applied(1), "1 1 1 1");
  fleet.expect_good_log();
}

INSTANTIATE_TEST_SUITE_P(Engines, FleetRevocations, testing::Values(Engine::sqlite, Engine::postgresql),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

}  // namespace
}  // namespace dbw::test
