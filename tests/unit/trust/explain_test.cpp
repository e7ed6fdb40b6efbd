#include "trust/explain.hpp"

#include "support/software_keys.hpp"
#include "support/trust_world.hpp"

/// Which workflow a request falls under, and why; in force or in a draft.
namespace dbw::test {
namespace {

using Lines = std::vector<std::string>;
using ::testing::Contains;
using ::testing::IsEmpty;

trust::MatchInput input_of(StatementClass statement_class, std::string requester = {}) {
  trust::MatchInput input;
  input.database = "shop";
  input.environment = "production";
  input.classes = {statement_class};
  input.risk = model::Risk::low;
  input.requester = std::move(requester);
  return input;
}

TEST(Explain, NamesWhyAndWho) {
  World world;
  world.suspend("people: [carol]");
  const trust::Explanation found = trust::explain(world.authority(), input_of(StatementClass::dml, "bob"));
  EXPECT_EQ(found.match.workflow.name, "prod-write");
  ASSERT_EQ(found.considered.size(), 4U);
  EXPECT_EQ(found.considered[0].name, "prod-write");
  EXPECT_TRUE(found.considered[0].chosen);
  EXPECT_EQ(found.considered[0].weights, "environment 4 + classes 1");
  EXPECT_EQ(found.considered[1].misfit, "does not admit kind change");
  ASSERT_EQ(found.steps.size(), 3U);
  EXPECT_EQ(found.steps[0].people, Lines{"dave"}) << "bob asks";
  EXPECT_EQ(found.steps[1].people, Lines{"dana"}) << "bob asks, carol is suspended";
  EXPECT_EQ(found.steps[2].when, "risk high or critical");
  EXPECT_THAT(found.conditions, Contains("it needs a reason, a ticket, a rollback for every step"));
  ASSERT_FALSE(found.match.refusals.empty());
  EXPECT_EQ(found.match.refusals.front().code, ErrorCode::trust_requirement);
}

TEST(Explain, RaisesSayThatAllOfTheirConditionsHold) {
  const auto when = [](const std::string& condition) {
    const std::string policy = replaced(policy_yaml(), "{risk: [high, critical]}", condition);
    return trust::raise_text(model::parse_policy(policy, "policy").workflows[0].raise[0]);
  };
  EXPECT_EQ(when("{risk: [high], classes: [ddl, dml]}"), "risk high, and class dml or ddl");
  EXPECT_EQ(when("{rows_over: 100, rules: [drop-table]}"),
            "finding drop-table, and more than 100 rows, or no bound, declared");
  const std::string window = "[{days: sat-sun, from: \"09:00\", to: \"17:00\"}]";
  EXPECT_EQ(when("{during: " + window + "}"), "during sat, sun 09:00 to 17:00 UTC");
  EXPECT_EQ(when("{outside: " + window + "}"), "outside sat, sun 09:00 to 17:00 UTC");
}

TEST(Explain, NamesFreezesThatConcernThePlace) {
  World world;
  world.set_policy(policy_yaml() +
                   "freezes:\n  - {from: 2026-12-20T00:00:00Z, until: 2027-01-03T00:00:00Z, reason: "
                   "holidays, environments: [production]}\n");
  const std::string words = "freeze: nothing runs from 2026-12-20T00:00:00Z until 2027-01-03T00:00:00Z (holidays)";
  EXPECT_THAT(trust::explain(world.authority(), input_of(StatementClass::dml)).conditions, Contains(words));
  trust::MatchInput staging = input_of(StatementClass::read);
  staging.environment = "staging";
  staging.kind = model::RequestKind::query;
  EXPECT_THAT(trust::explain(world.authority(), staging).conditions, testing::Not(Contains(words)));
}

TEST(Explain, WithoutARequesterNothingThatDependsOnOneIsRefused) {
  World world;
  EXPECT_TRUE(trust::explain(world.authority(), input_of(StatementClass::dml)).match.matched());
  const trust::Explanation none = trust::explain(world.authority(), input_of(StatementClass::admin));
  EXPECT_THAT(none.steps, IsEmpty());
  EXPECT_THAT(none.conditions, IsEmpty());
  EXPECT_EQ(none.match.refusals.front().code, ErrorCode::trust_no_workflow);
  EXPECT_EQ(none.considered.size(), 4U);
}

TEST(Explain, SaysWhatAWorkflowIsWeighedBy) {
  World world;
  world.set_policy(
      replaced(policy_yaml(), "database: \"*\", classes: [dml, ddl]", "database: shop, classes: [dml, ddl]"));
  const trust::Explanation found = trust::explain(world.authority(), input_of(StatementClass::dml));
  EXPECT_EQ(found.considered[0].weights, "environment 4 + database 2 + classes 1");
}

TEST(Explain, PutsWhatFitsAboveWhatIsMoreSpecific) {
  World world;
  world.set_policy(replaced(policy_yaml(), "match: {environment: production, kind: query, classes: [read]}",
                            "match: {environment: production, database: shop, kind: query, classes: [read]}"));
  const trust::Explanation found = trust::explain(world.authority(), input_of(StatementClass::dml));
  EXPECT_EQ(found.considered[0].name, "prod-write");
  EXPECT_EQ(found.considered[1].name, "prod-read");
  EXPECT_GT(found.considered[1].specificity, found.considered[0].specificity);
}

TEST(Explain, SaysWhatAnEmergencyMayDoAndCosts) {
  World world;
  world.set_policy(replaced(policy_yaml(), "    approval_ttl: 1h\n",
                            "    approval_ttl: 1h\n    overrides: [ban-drop-table]\n    ignore_freezes: true\n"
                            "    post_review: {groups: [security, dba], within: 24h}\n"));
  trust::MatchInput emergency = input_of(StatementClass::dml);
  emergency.mode = model::RequestMode::break_glass;
  const Lines conditions = trust::explain(world.authority(), emergency).conditions;
  EXPECT_THAT(conditions, Contains("blocking rules it may pass: ban-drop-table"));
  EXPECT_THAT(conditions, Contains("it runs during freezes"));
  EXPECT_THAT(conditions, Contains("one of security, dba reviews it afterwards, within 1d"));
}

TEST(Explain, SaysWhenItRuns) {
  World world;
  world.set_policy(
      replaced(policy_yaml(), "    approval_ttl: 7d\n",
               "    approval_ttl: 7d\n    windows: [{days: [mon, tue], from: \"09:00\", to: \"16:00\"}]\n"));
  EXPECT_THAT(trust::explain(world.authority(), input_of(StatementClass::dml)).conditions,
              Contains("window: mon, tue 09:00 to 16:00 UTC"));
}

TEST(Explain, SaysWhatNeedsNobodyElse) {
  World world;
  trust::MatchInput staging = input_of(StatementClass::read);
  staging.environment = "staging";
  staging.kind = model::RequestKind::query;
  EXPECT_THAT(trust::explain(world.authority(), staging).conditions, Contains("up to risk low it approves itself"));
  world.set_policy(replaced(policy_yaml(), "    auto_approve: {max_risk: low}\n",
                            "    steps: [{id: me, groups: [dev], need: 1}]\n    same_human_other_key: true\n"));
  const trust::Explanation solo = trust::explain(world.authority(), staging);
  EXPECT_THAT(solo.conditions, Contains("the requester's other security key approves"));
}

TEST(Explain, NamesNobodyWhoseKeysDoNotCount) {
  World world;
  const std::string ecdsa = fmt::format("{{key: \"{}\", uses: [approve]}}", make_ecdsa().key.text());
  world.set_roster(replaced(roster_yaml(), person_yaml("erin", "security"),
                            person_yaml("erin", "security") + person_yaml("eve", "security", ecdsa)));
  EXPECT_EQ(trust::explain(world.authority(), input_of(StatementClass::dml)).steps.at(2).people, Lines{"erin"});
  world.set_policy(policy_yaml() + "key_algorithms: [ecdsa-sha2-nistp256]\n");
  EXPECT_EQ(trust::explain(world.authority(), input_of(StatementClass::dml)).steps.at(2).people,
            (Lines{"erin", "eve"}));
}

TEST(Suppose, ExplainsADraftAndAuthenticatesNothing) {
  World world;
  const model::Policy draft =
      model::parse_policy(replaced(policy_yaml(), "groups: [dba], need: 2", "groups: [dba], need: 1"), "draft");
  const trust::Authority authority = world.authority();
  const trust::Authority supposed = trust::suppose(authority, nullptr, &draft);
  EXPECT_FALSE(authority.supposed());
  EXPECT_TRUE(supposed.supposed());
  EXPECT_NE(trust::emit_terms(supposed, world.match(supposed), world.match_input()),
            trust::emit_terms(authority, world.match(authority), world.match_input()));
  try {
    trust::authenticate_request(supposed, world.signed_request());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_supposed);
  }
  try {
    trust::verify_token(supposed, {}, {}, k_now);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_supposed);
  }
}

/// The reader of policies refuses such a workflow; matching does not rely on that.
TEST(Suppose, NoPolicyLetsEmergenciesAndGrantsPassUnapproved) {
  const trust::Authority authority = World().authority();
  trust::MatchInput input = input_of(StatementClass::read, "bob");
  input.environment = "staging";
  input.kind = model::RequestKind::query;
  const auto passes = [&](const trust::MatchInput& each) {
    model::Policy draft = authority.policy();
    model::WorkflowMatch& match = draft.workflows[2].match;
    match.kind = std::string(model::kind_name(each.kind));
    match.mode = std::string(model::mode_name(each.mode));
    const trust::Match found = trust::match_workflow(trust::suppose(authority, nullptr, &draft), each);
    EXPECT_EQ(found.workflow.name, "staging-read");
    return found.auto_approved;
  };
  EXPECT_TRUE(passes(input));
  trust::MatchInput grant = input, emergency = input;
  grant.kind = model::RequestKind::grant;
  emergency.mode = model::RequestMode::break_glass;
  EXPECT_FALSE(passes(grant));
  EXPECT_FALSE(passes(emergency));
}

TEST(Suppose, KeysBelongToTheSupposedRoster) {
  World world;
  const model::Roster draft =
      model::parse_roster(replaced(roster_yaml(), key_line("carol"), key_line("carol9")), "draft");
  const trust::Authority supposed = trust::suppose(world.authority(), &draft, nullptr);
  EXPECT_FALSE(supposed.find_key(key_of("carol").key.id));
  ASSERT_TRUE(supposed.find_key(key_of("carol9").key.id));
  EXPECT_EQ(supposed.find_key(key_of("carol9").key.id)->person, supposed.find_person("carol"));
}

}  // namespace
}  // namespace dbw::test
