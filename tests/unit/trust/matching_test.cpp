#include "trust/matching.hpp"

#include "support/trust_world.hpp"

/// What matching says of requests that pass by themselves, and of policies that no lint has seen.
namespace dbw::test {
namespace {

trust::MatchInput input_of(std::string_view environment, StatementClass statement_class) {
  trust::MatchInput input;
  input.database = "shop";
  input.environment = environment;
  input.kind = statement_class == StatementClass::read ? model::RequestKind::query : model::RequestKind::change;
  input.classes = {statement_class};
  input.risk = model::Risk::low;
  input.requester = "bob";
  input.has_reason = input.has_ticket = input.has_rollback = true;
  input.now = k_now;
  return input;
}

/// What `change` makes of the policy, unlinted.
trust::Match match_under(void (*change)(model::Policy&), const trust::MatchInput& input) {
  const trust::Authority authority = World().authority();
  model::Policy draft = authority.policy();
  change(draft);
  return trust::match_workflow(trust::suppose(authority, nullptr, &draft), input);
}

ErrorCode only_refusal(const trust::Match& match) {
  return match.refusals.size() == 1 ? match.refusals[0].code : ErrorCode::internal_bug;
}

TEST(Matching, AResumeIsAdmittedAsWhatItGoesOnWith) {
  using model::RequestKind;
  const auto admitted = [](std::optional<std::string> kind, RequestKind resumed) {
    model::WorkflowMatch match;
    match.environment = match.database = "*";
    match.kind = std::move(kind);
    match.classes = {StatementClass::dml};
    trust::MatchInput input = input_of("production", StatementClass::dml);
    input.kind = RequestKind::resume;
    input.resumed = resumed;
    return trust::workflow_misfit(match, input).empty();
  };
  for (const RequestKind resumed : {RequestKind::change, RequestKind::migration}) {
    const std::string own(model::kind_name(resumed));
    const std::string other = resumed == RequestKind::change ? "migration" : "change";
    EXPECT_TRUE(admitted(own, resumed));
    EXPECT_TRUE(admitted("resume", resumed));
    EXPECT_TRUE(admitted(std::nullopt, resumed));
    EXPECT_FALSE(admitted(other, resumed));
    EXPECT_FALSE(admitted("query", resumed));
  }
}

TEST(Matching, WhatApprovesItselfAsksNobody) {
  const trust::Authority authority = World().authority();
  const trust::Match match = trust::match_workflow(authority, input_of("staging", StatementClass::read));
  EXPECT_TRUE(match.auto_approved);
  EXPECT_TRUE(match.matched()) << match.refusals.front().message;
  EXPECT_TRUE(match.steps.empty());
}

TEST(Matching, OneStepIdWithTwoMeaningsMatchesNothing) {
  trust::MatchInput input = input_of("production", StatementClass::dml);
  input.risk = model::Risk::high;
  const auto change = [](model::Policy& policy) { policy.workflows[0].raise[0].add[0].id = "dba"; };
  EXPECT_EQ(only_refusal(match_under(change, input)), ErrorCode::trust_step_conflict);
  const auto at_night = [](model::Policy& policy) {
    model::RaiseRule& rule = policy.workflows[0].raise[0];
    rule.add[0].id = "dba";
    rule.outside = {{{"fri"}, "09:00", "17:00", "UTC"}};  // it is Friday noon
  };
  EXPECT_EQ(only_refusal(match_under(at_night, input)), ErrorCode::trust_step_conflict) << "whenever it is";
}

TEST(Matching, TwoThatFitEquallyWellMatchNothing) {
  const auto change = [](model::Policy& policy) {
    policy.workflows.push_back(policy.workflows[0]);
    policy.workflows.back().name = "twin";
  };
  const trust::Match match = match_under(change, input_of("production", StatementClass::dml));
  EXPECT_EQ(only_refusal(match), ErrorCode::trust_workflow_tie);
  EXPECT_TRUE(match.workflow.name.empty());
}

TEST(Matching, PlacesThatPolicyDoesNotListMatchNothing) {
  trust::MatchInput input = input_of("production", StatementClass::dml);
  input.database = "bank";
  EXPECT_EQ(only_refusal(trust::match_workflow(World().authority(), input)), ErrorCode::trust_unknown_database);
}

TEST(Matching, WaivedFindingsRaiseNothing) {
  World world;
  world.review.findings.resize(2);
  world.review.findings[0].rule = "drop-table";
  world.review.findings[1].rule = "drop-column";
  world.review.findings[1].waived = true;
  EXPECT_EQ(world.match_input().rules, std::vector<std::string>{"drop-table"});
}

}  // namespace
}  // namespace dbw::test
