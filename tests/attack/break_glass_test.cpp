#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "support/tool_world.hpp"
#include "workflow/executor.hpp"
#include "workflow/host_config.hpp"

/// What follows break-glass, from the run to the review, with the real tools; the executor of the days after is asked
/// in process, because the days are its clock's.
namespace dbw::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view k_emergency = R"(  - name: emergency
    match: {environment: staging, mode: break_glass, classes: [read, dml]}
    steps: [{id: peer, groups: [dev], need: 1}]
    approval_ttl: 24h
    ignore_freezes: true
    post_review: {groups: [dev], within: 2h}
  - name: read
)";

class BreakGlassCourse : public testing::Test {
 protected:
  BreakGlassCourse() {
    m_world.new_policy(
        2,
        {{"  - name: read\n", std::string(k_emergency)},
         {"limits:", "freezes: [{from: 2020-01-01T00:00:00Z, until: 2099-01-01T00:00:00Z, reason: quiet}]\nlimits:"}});
    for (const char* id : {"GLASS-1", "GLASS-2"}) {
      m_world.propose(id, "UPDATE orders SET status = 'x' WHERE id = 1;", "staging", {"--mode", "break_glass"});
      m_world.approve("bob", id);
    }
    m_world.propose("PLAIN-1", "UPDATE orders SET status = 'y' WHERE id = 1;");
  }

  /// The executor as it is `later` from now.
  workflow::Executor later(Seconds later) {
    m_clock = std::make_unique<FixedClock>(SystemClock().now() + later);
    return workflow::Executor(m_config, {}, *m_clock);
  }

  ToolWorld m_world{Engine::sqlite};
  workflow::ExecutorConfig m_config = workflow::load_executor_config(m_world.path("exec/exec.yaml"));
  std::unique_ptr<FixedClock> m_clock;
};

std::string shown(const workflow::StepOutcome& outcome) {
  return outcome.request.text() + " " + outcome.outcome +
         (outcome.refusals.empty() ? "" : " " + error_id(outcome.refusals.front().code));
}

TEST_F(BreakGlassCourse, RunsThroughFreezesAndStopsUntilItIsReviewed) {
  const ProcessResult frozen = m_world.run_request("PLAIN-1");
  EXPECT_EQ(frozen.status, 1);
  EXPECT_THAT(frozen.output, HasSubstr("DBW-E0943 frozen until 2099-01-01T00:00:00Z: quiet"));
  EXPECT_EQ(m_world.run_request("GLASS-1").status, 0);
  EXPECT_EQ(m_world.sql("SELECT status FROM orders WHERE id = 1"), "x");
  EXPECT_THAT(m_world.must("host", {"dbw-exec", "status", "--config", m_world.path("exec/exec.yaml")}),
              HasSubstr("post-review of GLASS-1 on shop in staging (workflow emergency, run at "));
  {
    workflow::Executor executor = later(Seconds(3 * 3600));
    const std::vector<workflow::DueReview> due = executor.due_reviews();
    ASSERT_EQ(due.size(), 1u);
    EXPECT_TRUE(due[0].overdue);
    EXPECT_THAT(due[0].people, ElementsAre("bob", "carol")) << "alice asked for it";
    const auto outcomes = executor.run_request(RequestId("GLASS-2"));
    ASSERT_EQ(outcomes.size(), 1u);
    EXPECT_EQ(shown(outcomes[0]), "GLASS-2 refused DBW-E0680");
    EXPECT_THAT(outcomes[0].refusals[0].message, HasSubstr("post-review of GLASS-1"));
  }
  EXPECT_EQ(m_world.run("alice", {"dbw-sign", "post-review", "GLASS-1", "--yes"}).status, 1) << "her own";
  EXPECT_EQ(m_world.run("carol", {"dbw-sign", "post-review", "PLAIN-1", "--yes"}).status, 1) << "no break-glass";
  m_world.decide("carol", "post-review", "GLASS-1");
  {
    workflow::Executor executor = later(Seconds(4 * 3600));
    const auto outcomes = executor.run_request(RequestId("GLASS-2"));
    ASSERT_EQ(outcomes.size(), 1u);
    EXPECT_EQ(shown(outcomes[0]), "GLASS-2 executed");
    ASSERT_EQ(executor.due_reviews().size(), 1u);
    EXPECT_EQ(executor.due_reviews()[0].request.text(), "GLASS-2");
  }
  const ProcessResult again = m_world.run("carol", {"dbw-sign", "post-review", "GLASS-1", "--yes"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.errors, HasSubstr("carol has reviewed it"));
}

/// The index is a cache: a host that lost it finds out from the log what is due and what was reviewed.
TEST_F(BreakGlassCourse, TheLogRemembers) {
  EXPECT_EQ(m_world.run_request("GLASS-1").status, 0);
  std::filesystem::remove_all(m_config.state / "index");
  EXPECT_EQ(later(Seconds(0)).due_reviews().size(), 1u);
  m_world.decide("bob", "post-review", "GLASS-1");
  EXPECT_EQ(m_world.run_due().status, 0);
  std::filesystem::remove_all(m_config.state / "index");
  for (const workflow::DueReview& due : later(Seconds(0)).due_reviews()) EXPECT_NE(due.request.text(), "GLASS-1");
  EXPECT_EQ(m_world.verify().status, 0);
}

}  // namespace
}  // namespace dbw::test
