#include <algorithm>

#include "support/trust_world.hpp"
#include "trust/lint.hpp"
#include "trust/windows.hpp"

namespace dbw::test {
namespace {

std::string digest(const std::string& bytes) { return crypto::sha256(bytes).text(); }

TEST(Authority, RootsRotateOneByOneAndOnlyTheLastMustBeAlive) {
  World world;
  const std::string one = replaced(root_yaml(), "expires_at: 2027-11-01", "expires_at: 2026-11-10");
  const std::string two = root_yaml(2, digest(one), "rita, rob, ruth");
  const std::string three = root_yaml(3, digest(two), "rob, ruth, ron");
  world.pin.root_sha256 = crypto::sha256(one);
  world.roots = {signed_document("root", three, {"rob", "ruth"}), signed_document("root", one, {"rita", "rob"}),
                 signed_document("root", two, {"rita", "rob"})};
  world.rosters = {signed_document("roster", roster_yaml(), {"ron"})};
  world.policies = {signed_document("policy", policy_yaml(), {"rob", "ron"})};
  const trust::Authority authority = world.authority();
  EXPECT_EQ(authority.root().version, 3);
  EXPECT_EQ(authority.marks().root, (model::VersionedDigest{3, crypto::sha256(three)}));
  EXPECT_EQ(authority.root_document().bytes, three);
}

TEST(Authority, PolicyContinuesFromTheMark) {
  World world;
  const std::string two = policy_yaml(2, digest(policy_yaml()));
  const std::string three = policy_yaml(3, digest(two));
  world.marks.policy = {1, crypto::sha256(policy_yaml())};
  world.policies = {signed_document("policy", three, {"rob", "rose"}), signed_document("policy", two, {})};
  EXPECT_EQ(world.authority().marks().policy, (model::VersionedDigest{3, crypto::sha256(three)}));
  world.marks = world.authority().marks();
  EXPECT_EQ(world.authority().policy().version, 3) << "its own marks verify";
}

TEST(Authority, BadSignatureDoesNotCountAndIsReported) {
  World world;
  world.policies[0].signatures["rose"] = sign_ssh(key_of("rose"), "dbw-policy-v1", "other bytes");
  world.policies[0].signatures["mallory"] = sign_ssh(key_of("mallory"), "dbw-policy-v1", world.policies[0].bytes);
  std::set<ErrorCode> codes;
  const trust::Authority authority = world.authority();
  for (const Refusal& note : authority.notes()) codes.insert(note.code);
  EXPECT_EQ(codes, (std::set<ErrorCode>{ErrorCode::trust_bad_signature, ErrorCode::trust_unknown_signer}));
}

TEST(Authority, ThresholdSaysWhoSignedAndWhoMay) {
  World world;
  world.policies = {signed_document("policy", policy_yaml(), {"rose"})};
  try {
    world.authority();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_threshold);
    EXPECT_NE(error.message().find("signed by rose; still able to sign: rita, rob"), std::string::npos)
        << error.message();
  }
}

TEST(Authority, SuspensionsTakeAwayAndOnlyPolicyGivesBack) {
  World world;
  world.suspend("people: [bob]", 'a');
  world.suspend("machines: [issuer]", 'b');
  trust::Authority authority = world.authority();
  EXPECT_TRUE(authority.person_suspended(*authority.find_person("bob")));
  EXPECT_FALSE(authority.person_suspended(*authority.find_person("carol")));
  EXPECT_TRUE(authority.machine_suspended("issuer"));
  world.set_policy(policy_yaml() + fmt::format("lifts: [sam.{}]\n", std::string(32, 'a')));
  authority = world.authority();
  EXPECT_FALSE(authority.person_suspended(*authority.find_person("bob")));
  EXPECT_TRUE(authority.machine_suspended("issuer"));
}

TEST(Authority, UnsignedSuspensionIsIgnored) {
  World world;
  world.suspend("people: [bob]");
  world.suspensions[0].signatures["sam"] = sign_ssh(key_of("rita"), "dbw-suspension-v1", world.suspensions[0].bytes);
  const trust::Authority authority = world.authority();
  EXPECT_FALSE(authority.person_suspended(*authority.find_person("bob")));
  EXPECT_EQ(authority.notes().back().code, ErrorCode::trust_bad_signature);
}

TEST(Authority, GraceOfAnExpiredPolicyEndsToTheSecond) {
  struct Case {
    const char* now;
    bool expired, verifies;
  };
  // It expires at 2027-02-18T08:00:00Z; 14 days of break-glass follow.
  for (const Case& each : {Case{"2027-02-18T07:59:59Z", false, true},
                           {"2027-02-18T08:00:00Z", true, true},
                           {"2027-03-04T07:59:59Z", true, true},
                           {"2027-03-04T08:00:00Z", true, false}}) {
    World world;
    world.set_roster(replaced(roster_yaml(), "expires_at: 2027-03-01", "expires_at: 2027-04-01"));
    world.now = Timestamp::parse(each.now);
    try {
      const trust::Authority authority = world.authority();
      EXPECT_TRUE(each.verifies) << each.now;
      EXPECT_EQ(authority.policy_expired(), each.expired) << each.now;
    } catch (const Error& error) {
      EXPECT_FALSE(each.verifies) << each.now;
      EXPECT_EQ(error.code(), ErrorCode::trust_expired);
    }
  }
}

TEST(Authority, ExpiredPolicyStillServesBreakGlass) {
  World world;
  world.now = Timestamp::parse("2027-02-20T00:00:00Z");
  const trust::Authority authority = world.authority();
  EXPECT_TRUE(authority.policy_expired());
  trust::MatchInput input = world.match_input();
  EXPECT_EQ(trust::match_workflow(authority, input).refusals.front().code, ErrorCode::trust_expired);
  input.mode = model::RequestMode::break_glass;
  input.requester = "olga";
  const trust::Match match = trust::match_workflow(authority, input);
  EXPECT_TRUE(match.matched());
  EXPECT_EQ(match.workflow.name, "break-glass");
}

TEST(Authority, PlacesThatPolicyDoesNotListAreNamed) {
  const trust::Authority authority = World().authority();
  const auto words = [&](std::string_view database, std::string_view environment) -> std::string {
    try {
      authority.environment(database, environment);
      return "";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::trust_unknown_database);
      return error.message();
    }
  };
  EXPECT_EQ(words("shop", "production"), "");
  EXPECT_EQ(words("shops", "production"), "policy 1 lists no database \"shops\"");
  EXPECT_EQ(words("shop", "prod"), "policy 1 lists no environment \"prod\" of database \"shop\"");
}

TEST(Matching, RisksRaiseSteps) {
  World world;
  world.review.risk = model::Risk::high;
  const trust::Match match = world.match(world.authority());
  ASSERT_EQ(match.steps.size(), 3u);
  EXPECT_EQ(match.steps[0].id, "dba");
  EXPECT_EQ(match.steps[2].id, "security");
}

TEST(Matching, RequirementsAreNamed) {
  World world;
  world.request = replaced(world.request, "ticket: INC-4711\n", "");
  const trust::Match match = world.match(world.authority());
  ASSERT_EQ(match.refusals.size(), 1u);
  EXPECT_EQ(match.refusals[0].code, ErrorCode::trust_requirement);
  EXPECT_NE(match.refusals[0].message.find("ticket"), std::string::npos);
}

TEST(Matching, LowRiskReadsMayPassUnapproved) {
  const World world;
  trust::MatchInput input = world.match_input();
  input.environment = "staging";
  input.kind = model::RequestKind::query;
  input.classes = {StatementClass::read};
  input.risk = model::Risk::low;
  EXPECT_TRUE(trust::match_workflow(world.authority(), input).auto_approved);
  input.risk = model::Risk::medium;
  EXPECT_EQ(trust::match_workflow(world.authority(), input).refusals.front().code, ErrorCode::trust_no_approvers);
}

TEST(Matching, TermsIgnoreVersionsAndFollowGroups) {
  World world;
  const trust::Authority one = world.authority();
  const std::string terms = trust::emit_terms(one, world.match(one), world.match_input());
  world.set_roster(roster_yaml(2, digest(roster_yaml())));
  const trust::Authority two = world.authority();
  EXPECT_EQ(trust::emit_terms(two, world.match(two), world.match_input()), terms);
  world.set_roster(replaced(roster_yaml(), "groups: [security]", "groups: [security, dba]"));
  const trust::Authority three = world.authority();
  EXPECT_NE(trust::emit_terms(three, world.match(three), world.match_input()), terms);
}

TEST(Decisions, MissingStepsNameWhoMayStillFillThem) {
  const World world;
  const trust::JudgedDecisions judged = world.judge({honest(world, "bob"), honest(world, "carol")});
  ASSERT_EQ(judged.missing.size(), 1u);
  EXPECT_EQ(judged.missing[0].step, "owner");
  EXPECT_EQ(judged.missing[0].could_fill, std::vector<std::string>{"dave"});
  EXPECT_EQ(judged.approvals.size(), 2u);
}

TEST(Decisions, DraftRefusesWhatCouldNeverCount) {
  const World world;
  const trust::Authority authority = world.authority();
  const auto draft = [&](std::string_view person) {
    try {
      trust::draft_decision(authority, world.verified(authority), world.match(authority), world.bindings(authority),
                            model::DecisionKind::approve, person, std::string(32, '1'), k_now);
      return ErrorCode::internal_bug;
    } catch (const Error& error) {
      return error.code();
    }
  };
  EXPECT_EQ(draft("alice"), ErrorCode::trust_not_eligible);
  EXPECT_EQ(draft("erin"), ErrorCode::trust_not_eligible);
  EXPECT_EQ(draft("nobody"), ErrorCode::trust_unknown_person);
}

/// Profile solo: the same human with another security key, and named so.
class Solo : public ::testing::Test {
 protected:
  Solo() {
    world.set_roster(replaced(roster_yaml(), "groups: [dev]\n  bob", "groups: [dev, solo]\n  bob"));
    world.set_policy(replaced(
        policy_yaml(), "  - name: prod-read\n",
        "  - name: solo\n    match: {environment: production, database: shop}\n    requesters: [solo]\n"
        "    steps: [{id: me, groups: [solo], need: 1}]\n    same_human_other_key: true\n  - name: prod-read\n"));
  }
  trust::JudgedDecisions approve_with(std::string_view key) {
    return world.judge(
        {{"alice", signed_commit(key, identity_of("alice"), model::render_decision(world.decision("alice")))}});
  }
  World world;
};

TEST_F(Solo, OtherSecurityKeyCounts) {
  const trust::JudgedDecisions judged = approve_with("alice-sk");
  EXPECT_TRUE(judged.satisfied);
  EXPECT_TRUE(judged.decisions.at(0).same_human);
}

TEST_F(Solo, SameOrSoftwareKeyDoesNot) {
  for (const std::string key : {"alice", "alice2"}) {
    const trust::JudgedDecisions judged = approve_with(key);
    EXPECT_FALSE(judged.satisfied);
    EXPECT_EQ(judged.decisions.at(0).refusals.at(0).code, ErrorCode::trust_self_approval) << key;
  }
}

TEST(Requests, OnlyTheRequesterCancels) {
  const World world;
  const trust::Authority authority = world.authority();
  const trust::VerifiedRequest request = world.verified(authority);
  const auto cancel = [&](const std::string& yaml, std::string_view signer) {
    try {
      trust::verify_cancellation(authority, request,
                                 {"cancel.yaml", yaml, sign_ssh(key_of(signer), "dbw-cancellation-v1", yaml)});
      return ErrorCode::internal_bug;
    } catch (const Error& error) {
      return error.code();
    }
  };
  const std::string yaml = model::render_cancellation(
      {std::string(k_repo), request->request.id, request->sha256, "alice", k_now, "not needed"});
  EXPECT_EQ(cancel(yaml, "alice"), ErrorCode::internal_bug);
  EXPECT_EQ(cancel(yaml, "bob"), ErrorCode::trust_requester_mismatch);
  EXPECT_EQ(cancel(replaced(yaml, "by: alice", "by: bob"), "bob"), ErrorCode::trust_requester_mismatch);
  EXPECT_EQ(cancel(replaced(yaml, request->sha256.text(), digest("x")), "alice"), ErrorCode::trust_binding_mismatch);
  EXPECT_EQ(cancel(replaced(yaml, request->request.id.text(), "REQ-20261120-AAAA"), "alice"),
            ErrorCode::trust_binding_mismatch);
}

TEST(Requests, NotDatedInTheFuture) {
  World world;
  world.now = Timestamp::parse("2026-11-20T10:13:59Z");
  const trust::Authority authority = world.authority();
  try {
    world.verified(authority);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_request_early);
  }
}

TEST(Windows, OpenNextAndGap) {
  const std::vector<model::Window> windows{{{"mon", "tue", "wed", "thu"}, "09:00", "16:00", "UTC"}};
  EXPECT_TRUE(trust::in_window(windows, Timestamp::parse("2026-11-19T15:59:59Z")));  // a Thursday
  EXPECT_FALSE(trust::in_window(windows, Timestamp::parse("2026-11-19T16:00:00Z")));
  EXPECT_EQ(trust::next_window(windows, Timestamp::parse("2026-11-19T16:00:00Z")).text(), "2026-11-23T09:00:00Z");
  EXPECT_EQ(trust::longest_gap(windows, k_now, k_now + Seconds(30 * 86400)), Seconds((3 * 24 + 17) * 3600));
  EXPECT_TRUE(trust::in_window({}, k_now));
}

TEST(Windows, ApprovalsMustOutliveTheGap) {
  World world;
  world.set_policy(replaced(policy_yaml(), "    approval_ttl: 7d\n",
                            "    approval_ttl: 1d\n    windows: [{days: [mon, tue, wed, thu], from: \"09:00\", to: "
                            "\"16:00\", zone: UTC}]\n"));
  try {
    world.authority();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_window_gap);
  }
}

TEST(Coverage, NamesWhatNobodyMayRun) {
  const model::Policy policy = model::parse_policy(policy_yaml(), "policy");
  std::map<std::string, std::string> rows;
  for (const trust::CoverageRow& row : trust::coverage(policy)) {
    rows[fmt::format("{}/{}", row.environment, class_name(row.statement_class))] = join(row.workflows, ",");
  }
  EXPECT_EQ(rows.at("production/dml"), "prod-write,break-glass");
  EXPECT_EQ(rows.at("staging/read"), "staging-read");
  EXPECT_EQ(rows.at("staging/ddl"), "");
  EXPECT_EQ(rows.at("production/privilege"), "");
}

TEST(Evidence, EveryPieceCounts) {
  const auto d = [](std::string_view text) { return crypto::sha256(text); };
  const Digest base = trust::evidence_digest(d("r"), d("v"), d("t"), {d("a")}, nullptr);
  EXPECT_EQ(base,
            crypto::tuple_hash("dbw/evidence/v1", {d("r").text(), d("v").text(), d("t").text(), d("a").text(), ""}));
  EXPECT_NE(base, trust::evidence_digest(d("r"), d("v"), d("t"), {}, nullptr));
  const model::Envelope envelope{"type", "payload", "key", std::string(64, 's')};
  EXPECT_NE(base, trust::evidence_digest(d("r"), d("v"), d("t"), {d("a")}, &envelope));
}

}  // namespace
}  // namespace dbw::test
