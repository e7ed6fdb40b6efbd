#include <algorithm>

#include "support/trust_world.hpp"

/// What a suspension takes away, and what it must never take away: somebody's no.
namespace dbw::test {
namespace {

bool is_satisfied(const World& world, const std::vector<trust::DecisionInput>& inputs) {
  return world.judge(inputs).satisfied;
}

std::vector<trust::DecisionInput> approvals(const World& world) {
  return {honest(world, "carol"), honest(world, "dana"), honest(world, "dave")};
}

TEST(Suspension, TakesEffectOnWhatWasApprovedBefore) {
  for (const std::string& what :
       {std::string("people: [carol]"), fmt::format("keys: [\"{}\"]", key_of("carol").key.id.text())}) {
    World world;
    const std::vector<trust::DecisionInput> before = approvals(world);
    ASSERT_TRUE(is_satisfied(world, before));
    world.suspend(what);
    const trust::JudgedDecisions judged = world.judge(before);
    EXPECT_FALSE(judged.satisfied) << what;
    const auto hers = std::find_if(judged.decisions.begin(), judged.decisions.end(),
                                   [](const trust::JudgedDecision& each) { return each.person == "carol"; });
    ASSERT_NE(hers, judged.decisions.end());
    EXPECT_TRUE(hers->suspended);
    ASSERT_FALSE(hers->refusals.empty());
    EXPECT_EQ(hers->refusals.front().code, ErrorCode::trust_suspended);
  }
}

TEST(Suspension, NeverVoidsTheApprovalsOfOthers) {
  World world;
  const trust::DecisionInput daves = honest(world, "dave");
  world.suspend("people: [carol]");
  for (const trust::JudgedDecision& each : world.judge({daves}).decisions) EXPECT_TRUE(each.valid);
}

TEST(Suspension, RejectionOfTheSuspendedStands) {
  for (const std::string& what :
       {std::string("people: [bob]"), fmt::format("keys: [\"{}\"]", key_of("bob").key.id.text())}) {
    World world;
    std::vector<trust::DecisionInput> inputs = approvals(world);
    inputs.push_back(honest(world, "bob", model::DecisionKind::reject));
    world.suspend(what);
    EXPECT_EQ(world.judge(inputs).rejected_by, std::vector<std::string>{"bob"}) << what;
    // Nor is it only the past: a person who is suspended may still say no.
    World later;
    later.suspend(what);
    std::vector<trust::DecisionInput> fresh = approvals(later);
    fresh.push_back(honest(later, "bob", model::DecisionKind::reject));
    EXPECT_FALSE(is_satisfied(later, fresh)) << what;
  }
}

TEST(Suspension, RevocationOfTheSuspendedTakesApprovalsBackAndLiftsNoRejection) {
  World world;
  const trust::DecisionInput yes = honest(world, "bob");
  const trust::DecisionInput no = honest(world, "bob", model::DecisionKind::reject, '2');
  const std::vector<trust::DecisionInput> inputs{yes, no, revoke(world, "bob", yes, '8'),
                                                 revoke(world, "bob", no, '9')};
  EXPECT_TRUE(world.judge(inputs).rejected_by.empty());
  world.suspend("people: [bob]");
  const trust::JudgedDecisions judged = world.judge(inputs);
  EXPECT_EQ(judged.rejected_by, std::vector<std::string>{"bob"});
  int revoked = 0;
  for (const trust::JudgedDecision& each : judged.decisions) revoked += each.revoked ? 1 : 0;
  EXPECT_EQ(revoked, 1) << "the approval alone";
}

TEST(Suspension, LiftGivesBackWhatWasSignedBefore) {
  World world;
  const std::vector<trust::DecisionInput> before = approvals(world);
  world.suspend("people: [carol]");
  world.set_policy(policy_yaml() + fmt::format("lifts: [sam.{}]\n", std::string(32, 'a')));
  EXPECT_TRUE(is_satisfied(world, before));
}

TEST(Suspension, SuspendedPeopleCannotDraftAnApproval) {
  World world;
  world.suspend("people: [carol]");
  const trust::Authority a = world.authority();
  const auto draft = [&](model::DecisionKind kind) {
    return trust::draft_decision(a, world.verified(a), world.match(a), world.bindings(a), kind, "carol",
                                 std::string(32, '1'), world.now);
  };
  EXPECT_NO_THROW(draft(model::DecisionKind::reject));
  try {
    draft(model::DecisionKind::approve);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_suspended);
  }
}

TEST(Suspension, OfAHumanIsOfEveryAccount) {
  World world;
  world.set_roster(replaced(roster_yaml(), "  carol:\n", "  carol:\n    human: dave\n"));
  world.suspend("people: [dave]");
  const trust::Authority authority = world.authority();
  EXPECT_TRUE(authority.person_suspended(*authority.find_person("carol")));
  EXPECT_TRUE(authority.person_suspended(*authority.find_person("dave")));
  EXPECT_FALSE(authority.person_suspended(*authority.find_person("bob")));
}

TEST(Suspension, SourcesOverlap) {
  World world;
  world.suspend("people: [carol]");
  world.suspensions.push_back(world.suspensions.front());
  // Somebody else's copy with a bad signature neither counts nor stands in the way of the good one.
  trust::SignedDocument spoiled = world.suspensions.front();
  spoiled.signatures["sam"] = sign_ssh(key_of("mallory"), "dbw-suspension-v1", spoiled.bytes);
  world.suspensions.insert(world.suspensions.begin(), spoiled);
  const trust::Authority authority = world.authority();
  ASSERT_EQ(authority.suspensions().size(), 1U);
  ASSERT_EQ(authority.suspension_documents().size(), 1U);
  EXPECT_EQ(authority.suspension_documents()[0].signatures, world.suspensions.back().signatures);
  world.suspend("people: [dave]");  // the same id, other content: both count
  EXPECT_EQ(world.authority().suspensions().size(), 2U);
}

}  // namespace
}  // namespace dbw::test
