#include "workflow/fleet.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "crypto/hash.hpp"

namespace dbw::workflow {
namespace {

using Names = std::vector<std::string>;

model::EnvironmentEntry fleet_of(const Names& members, const Names& canary, std::int64_t failures_max = 0) {
  model::EnvironmentEntry entry;
  for (const std::string& member : members) entry.targets[member] = "target-" + member;
  entry.canary = canary;
  entry.failures_max = failures_max;
  return entry;
}

model::EnvironmentEntry single() {
  model::EnvironmentEntry entry;
  entry.targets[""] = "target";
  return entry;
}

Names taken(const Shard& shard, const model::EnvironmentEntry& environment, const Names& wanted = {}) {
  Names out;
  for (const std::string& member : members_of(environment, wanted)) {
    if (takes(shard, environment, member)) out.push_back(member);
  }
  return out;
}

TEST(Fleet, TakesTheCanaryFirstAndTheOthersByName) {
  const auto fleet = fleet_of({"a", "b", "c", "d"}, {"d", "b"});
  EXPECT_EQ(taken({}, fleet), (Names{"d", "b", "a", "c"}));
  EXPECT_EQ(taken({}, fleet, {"c", "b"}), (Names{"b", "c"}));
  EXPECT_EQ(taken({.number = 1, .count = 1, .canary = true}, fleet), (Names{"d", "b"}));
  EXPECT_EQ(taken({}, single()), (Names{""}));
}

TEST(Fleet, ShardsHaveEveryOtherMemberOnceAndNoCanary) {
  Names members;
  for (int i = 0; i < 100; ++i) members.push_back("m" + std::to_string(i));
  const auto fleet = fleet_of(members, {"m7", "m70"});
  for (const std::size_t count : {2U, 3U, 7U, 64U}) {
    std::map<std::string, int> seen;
    for (std::size_t number = 1; number <= count; ++number) {
      for (const std::string& member : taken({number, count, false}, fleet)) ++seen[member];
    }
    EXPECT_EQ(seen.size(), 98U) << count;
    EXPECT_FALSE(seen.contains("m7") || seen.contains("m70")) << count;
    EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](const auto& each) { return each.second == 1; })) << count;
  }
  EXPECT_EQ(taken({1, 2, false}, single()), (Names{""}));
  EXPECT_EQ(taken({2, 2, false}, single()), Names{});
  EXPECT_EQ(taken({.number = 1, .count = 1, .canary = true}, single()), Names{});
}

TEST(Fleet, ShardsAreReadStrictly) {
  EXPECT_EQ(parse_shard("2/8").number, 2U);
  EXPECT_EQ(parse_shard("8/8").count, 8U);
  for (const char* bad : {"", "/", "1/", "/1", "0/1", "2/1", "1/0", "+1/2", "1/2 ", "1/1001", "1/18446744073709551617"})
    EXPECT_THROW(parse_shard(bad), Error) << bad;
}

class FleetProgress : public ::testing::Test {
 protected:
  void log(const std::string& member, const std::string& step, const std::string& outcome) {
    LoggedRun run;
    run.step = step;
    run.member = member;
    run.request_sha256 = m_digest;
    run.outcome = outcome;
    m_logged.runs.push_back(run);
  }
  FleetState state() const { return fleet_state(m_members, m_logged, m_request, m_digest); }
  std::optional<ErrorCode> refusal(const std::string& member, std::int64_t failures_max = 0) const {
    const auto found = fleet_refusal(fleet_of(m_members, {"a"}, failures_max), m_members, state(), member);
    return found ? std::optional(found->code) : std::nullopt;
  }
  FleetProgress() {
    m_request.steps.resize(2);
    m_request.steps[0].id = "s1";
    m_request.steps[1].id = "s2";
  }

  const Names m_members = {"a", "b", "c"};
  const Digest m_digest = crypto::sha256("request");
  model::Request m_request;
  LoggedRequest m_logged;
};

TEST_F(FleetProgress, AMemberIsDoneWhenAllOfItsStepsAre) {
  log("a", "s1", "executed");
  EXPECT_EQ(state().done, std::set<std::string>{});
  EXPECT_EQ(refusal("b"), ErrorCode::fleet_waits);
  EXPECT_EQ(refusal("a"), std::nullopt);
  log("b", "s2", "executed");
  EXPECT_EQ(state().done, std::set<std::string>{}) << "steps of different members do not add up";
  log("a", "s2", "executed");
  EXPECT_EQ(state().done, std::set<std::string>{"a"});
  EXPECT_EQ(refusal("b"), std::nullopt);
}

TEST_F(FleetProgress, WhatFailedAndWasDoneLaterIsNoFailure) {
  log("a", "s1", "failed");
  EXPECT_EQ(state().failed, std::set<std::string>{"a"});
  EXPECT_EQ(refusal("b", 5), ErrorCode::fleet_stopped) << "a canary stops whatever the budget is";
  log("a", "s1", "executed");
  log("a", "s2", "executed");
  EXPECT_EQ(state().failed, std::set<std::string>{});
  EXPECT_EQ(refusal("b"), std::nullopt);
}

TEST_F(FleetProgress, TheBudgetIsWhatMayFail) {
  for (const char* step : {"s1", "s2"}) log("a", step, "executed");
  for (const char* outcome : {"failed", "partially_executed", "unknown", "lost"}) {
    m_logged.runs.resize(2);
    log("b", "s1", outcome);
    EXPECT_EQ(refusal("c", 0), ErrorCode::fleet_stopped) << outcome;
    EXPECT_EQ(refusal("c", 1), std::nullopt) << outcome;
  }
  for (const char* outcome : {"rolled_back", "not_started", "interrupted", ""}) {
    m_logged.runs.resize(2);
    log("b", "s1", outcome);
    EXPECT_EQ(refusal("c", 0), std::nullopt) << outcome;
  }
}

TEST_F(FleetProgress, WhoRetriesLooksPastWhatFailed) {
  log("a", "s1", "partially_executed");
  log("b", "s1", "failed");
  FleetState seen = state();
  EXPECT_EQ(seen.stopped, std::set<std::string>{"a"});
  look_past_failures(seen);
  EXPECT_EQ(fleet_refusal(fleet_of(m_members, {"a"}), m_members, seen, "c"), std::nullopt)
      << "the canary that stopped may have been put right by another request";
  FleetState failed_canary;
  failed_canary.failed = {"a"};
  look_past_failures(failed_canary);
  EXPECT_EQ(fleet_refusal(fleet_of(m_members, {"a"}), m_members, failed_canary, "c")->code, ErrorCode::fleet_waits)
      << "one that failed and changed nothing runs again first";
}

}  // namespace
}  // namespace dbw::workflow
