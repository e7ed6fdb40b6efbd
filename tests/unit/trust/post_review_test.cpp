#include "trust/post_review.hpp"

#include "support/trust_world.hpp"

namespace dbw::test {
namespace {

const Digest k_result = crypto::sha256("result line");

/// alice's request ran as break-glass; people of dba and dev review it.
class PostReview : public ::testing::Test {
 protected:
  PostReview() {
    world.request = replaced(world.request, "mode: apply", "mode: break_glass");
    subject.request.request = model::parse_request(world.request, "request");
    subject.request.sha256 = crypto::sha256(world.request);
    subject.request.human = "alice";
    subject.workflow = "break-glass";
    subject.review = {{"dba", "dev"}, Seconds(3600)};
    subject.results = {crypto::sha256("an earlier line"), k_result};
  }

  model::Decision draft(std::string_view person, const Digest& result = k_result) const {
    return trust::draft_post_review(subject, result, person, std::string(32, '1'), world.now);
  }
  trust::JudgedDecision judge(std::string_view person, const model::Decision& decision) const {
    const std::string key = person == "dana" ? "dana-sk" : std::string(person);
    return trust::judge_post_review(
        world.authority(), subject,
        {std::string(person), signed_commit(key, identity_of(person), model::render_decision(decision))}, world.now);
  }
  ErrorCode code(std::string_view person, const model::Decision& decision) const {
    const trust::JudgedDecision judged = judge(person, decision);
    EXPECT_EQ(judged.valid, judged.refusals.empty());
    return judged.valid ? ErrorCode::internal_bug : judged.refusals.front().code;
  }

  World world;
  trust::PostReviewSubject subject;
};

TEST_F(PostReview, CountsFromAnybodyInItsGroups) {
  for (const char* person : {"carol", "dana", "bob"}) EXPECT_EQ(code(person, draft(person)), ErrorCode::internal_bug);
}

TEST_F(PostReview, NotFromOthers) {
  EXPECT_EQ(code("dave", draft("dave")), ErrorCode::trust_not_eligible);
  EXPECT_EQ(code("alice", draft("alice")), ErrorCode::trust_self_approval) << "the requester, though in dev";
  EXPECT_EQ(code("olga", draft("olga")), ErrorCode::trust_wrong_usage);
  subject.request.request.authors = {"carol"};
  EXPECT_EQ(code("carol", draft("carol")), ErrorCode::trust_self_approval);
}

TEST_F(PostReview, NotFromWhoHasLeftOrIsSuspended) {
  World before = world;
  world.suspend("people: [carol]");
  EXPECT_EQ(code("carol", draft("carol")), ErrorCode::trust_suspended);
  world = before;
  world.set_roster(
      replaced(roster_yaml(), "emails: [carol@example.org]", "emails: [carol@example.org]\n    status: left"));
  EXPECT_EQ(code("carol", draft("carol")), ErrorCode::trust_inactive_person);
}

TEST_F(PostReview, NotOfSomethingElse) {
  EXPECT_EQ(code("carol", draft("carol", crypto::sha256("another line"))), ErrorCode::trust_binding_mismatch);
  model::Decision decision = draft("carol");
  decision.request_sha256 = crypto::sha256("another request");
  EXPECT_EQ(code("carol", decision), ErrorCode::trust_stale);
  decision = draft("carol");
  decision.environment = "staging";
  EXPECT_EQ(code("carol", decision), ErrorCode::trust_binding_mismatch);
  decision = draft("carol");
  decision.request = RequestId("REQ-20261120-AAAA");
  EXPECT_EQ(code("carol", decision), ErrorCode::trust_binding_mismatch);
}

TEST_F(PostReview, NoOtherDecisionIsOne) {
  model::Decision decision = draft("carol");
  decision.kind = model::DecisionKind::revoke;
  EXPECT_FALSE(judge("carol", decision).valid);
}

TEST_F(PostReview, ASignedTextThatIsNoDecisionIsNone) {
  const std::string commit = signed_commit("carol", identity_of("carol"), "post-review: fine by me\n");
  const trust::JudgedDecision judged =
      trust::judge_post_review(world.authority(), subject, {"carol", commit}, world.now);
  EXPECT_FALSE(judged.valid);
  EXPECT_FALSE(judged.decision);
  ASSERT_FALSE(judged.refusals.empty());
}

/// An author who is no longer on the roster is still a human of it under the name that the request gives.
TEST_F(PostReview, NotFromAnAuthorWhoLeftTheRosterUnderThatName) {
  world.set_roster(replaced(roster_yaml(), "  carol:\n", "  carol:\n    human: rita\n"));
  EXPECT_EQ(code("carol", draft("carol")), ErrorCode::internal_bug);
  subject.request.request.authors = {"alice", "rita"};
  EXPECT_EQ(code("carol", draft("carol")), ErrorCode::trust_self_approval);
}

TEST_F(PostReview, WhoMaySignIsSaid) {
  const trust::Authority authority = world.authority();
  const auto may = [&](std::string_view name) {
    return trust::may_post_review(authority, subject, *authority.find_person(name));
  };
  EXPECT_TRUE(may("carol"));
  EXPECT_FALSE(may("alice"));
  EXPECT_FALSE(may("dave"));
}

TEST(PostReviewLint, GroupsMustHavePeople) {
  for (const auto& [group, code] :
       {std::pair{"dba", ErrorCode::internal_bug}, {"nobody", ErrorCode::trust_unknown_group}}) {
    World world;
    world.set_policy(
        replaced(policy_yaml(), "    approval_ttl: 1h\n",
                 fmt::format("    approval_ttl: 1h\n    post_review: {{groups: [{}], within: 48h}}\n", group)));
    ErrorCode found = ErrorCode::internal_bug;
    try {
      world.authority();
    } catch (const Error& error) {
      found = error.code();
    }
    EXPECT_EQ(found, code) << group;
  }
}

}  // namespace
}  // namespace dbw::test
