#include "trust/decisions.hpp"

#include "support/trust_world.hpp"

/// What becomes of decisions together, and what a person's own tool refuses to draft.
namespace dbw::test {
namespace {

using model::DecisionKind;

std::vector<trust::DecisionInput> enough(const World& world) {
  return {honest(world, "bob"), honest(world, "carol"), honest(world, "dave")};
}

std::string unsatisfied(const trust::JudgedDecisions& judged, ErrorCode expected) {
  try {
    trust::require_satisfied(judged);
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), expected);
    return error.message();
  }
}

TEST(Decisions, WhatIsMissingOrAgainstItIsNamed) {
  const World world;
  std::vector<trust::DecisionInput> inputs = enough(world);
  EXPECT_EQ(unsatisfied(world.judge(inputs), ErrorCode::internal_bug), "");
  EXPECT_EQ(unsatisfied(world.judge({inputs[0], inputs[1]}), ErrorCode::trust_approvals_missing),
            "step owner needs 1 more; able to approve: dave");
  inputs.push_back(honest(world, "dana", DecisionKind::reject));
  EXPECT_EQ(unsatisfied(world.judge(inputs), ErrorCode::trust_rejected), "rejected by dana");
}

TEST(Decisions, WithoutAWorkflowNothingIsEnough) {
  const World world;
  const trust::Authority authority = world.authority();
  const trust::JudgedDecisions judged =
      trust::judge_decisions(authority, world.verified(authority), {}, world.bindings(authority), enough(world), k_now);
  EXPECT_EQ(unsatisfied(judged, ErrorCode::trust_approvals_missing), "no workflow matched");
}

TEST(Decisions, WhereNobodyIsLeftItIsSaid) {
  World world;
  world.suspend("people: [dave]");
  EXPECT_EQ(
      unsatisfied(world.judge({honest(world, "bob"), honest(world, "carol")}), ErrorCode::trust_approvals_missing),
      "step owner needs 1 more; able to approve: nobody");
}

TEST(Decisions, ARequestThatApprovesItselfCanBeRejected) {
  const World world;
  const trust::Authority authority = world.authority();
  trust::Match match = world.match(authority);
  match.steps.clear();
  match.binding_steps.clear();
  const auto judge = [&](const std::vector<trust::DecisionInput>& inputs) {
    return trust::judge_decisions(authority, world.verified(authority), match, world.bindings(authority), inputs, k_now)
        .satisfied;
  };
  EXPECT_FALSE(judge({})) << "no steps, and it does not approve itself";
  match.auto_approved = true;
  EXPECT_TRUE(judge({}));
  EXPECT_FALSE(judge({honest(world, "carol", DecisionKind::reject)}));
}

/// bob's stale approval, copied to a ref that comes first, is still told as bob's.
TEST(Decisions, TheAuthenticCopySpeaksForTheOthers) {
  World world;
  const trust::DecisionInput bobs = honest(world, "bob");
  world.set_policy(replaced(policy_yaml(), "statement_timeout: 30s", "statement_timeout: 31s"));
  const trust::JudgedDecisions judged = world.judge({{"alice", bobs.commit}, bobs});
  ASSERT_EQ(judged.decisions.size(), 1U);
  EXPECT_EQ(judged.decisions[0].person, "bob");
  EXPECT_TRUE(judged.decisions[0].authentic);
  EXPECT_TRUE(judged.decisions[0].stale);
  EXPECT_FALSE(judged.decisions[0].valid);
}

TEST(Decisions, RejectionOfOtherContentStopsNothing) {
  const World world;
  model::Decision no = world.decision("carol", DecisionKind::reject);
  no.request_sha256 = crypto::sha256("the request as it was");
  std::vector<trust::DecisionInput> inputs = enough(world);
  inputs.push_back({"carol", signed_commit("carol", identity_of("carol"), model::render_decision(no))});
  const trust::JudgedDecisions judged = world.judge(inputs);
  EXPECT_TRUE(judged.satisfied);
  EXPECT_TRUE(judged.rejected_by.empty());
  const auto stale = std::find_if(judged.decisions.begin(), judged.decisions.end(), [](const auto& each) {
    return each.decision && each.decision->kind == DecisionKind::reject;
  });
  ASSERT_NE(stale, judged.decisions.end());
  EXPECT_TRUE(stale->stale);
  EXPECT_EQ(stale->refusals.at(0).code, ErrorCode::trust_stale);
}

TEST(Decisions, WhoHasLeftCannotDraftAnApproval) {
  World world;
  world.set_roster(replaced(roster_yaml(), "  bob:\n", "  bob:\n    status: left\n"));
  const trust::Authority authority = world.authority();
  try {
    trust::draft_decision(authority, world.verified(authority), world.match(authority), world.bindings(authority),
                          DecisionKind::approve, "bob", std::string(32, '1'), k_now);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_inactive_person);
  }
}

}  // namespace
}  // namespace dbw::test
