#include "model/trace.hpp"

#include "support/trust_world.hpp"

/// What the judging functions write into a trace; whole traces are compared in unit_workflow.
namespace dbw::test {
namespace {

using model::CheckOutcome;

std::vector<model::TraceCheck> found(const model::Trace& trace, std::string_view id) {
  std::vector<model::TraceCheck> out;
  for (const model::TraceCheck& check : trace.checks()) {
    if (check.id == id) out.push_back(check);
  }
  return out;
}

std::string inputs_of(const model::Trace& trace, std::string_view id) {
  std::string out;
  for (const model::TraceCheck& check : found(trace, id)) {
    for (const model::TraceInput& input : check.inputs) out += input.name + "=" + input.value + ";";
  }
  return out;
}

model::Trace failing(const World& world, ErrorCode expected) {
  model::Trace trace;
  try {
    trust::verify_authority(world.pin, {world.roots, world.rosters, world.policies, world.suspensions}, world.marks,
                            world.now, &trace);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), expected);
  }
  return trace;
}

TEST(Trace, OfTrustNamesDocumentsAndNoMarks) {
  World world;
  world.suspend("people: [erin]");
  const model::Trace trace = world.authority().trace();
  for (const model::TraceCheck& check : trace.checks()) {
    if (check.id.rfind("trust.", 0) != 0) continue;
    EXPECT_EQ(check.outcome, CheckOutcome::pass) << check.id;
  }
  EXPECT_EQ(inputs_of(trace, "trust.root"),
            fmt::format("version=1;sha256={};expires_at=2027-11-01T00:00:00Z;", crypto::sha256(root_yaml()).text()));
  EXPECT_EQ(inputs_of(trace, "trust.suspensions"), fmt::format("suspension=sam.{};", std::string(32, 'a')));
  World again = world;
  again.marks = world.authority().marks();
  EXPECT_EQ(model::emit_trace(again.authority().trace()), model::emit_trace(trace));
}

TEST(Trace, OfARollbackNamesWhatWasSeen) {
  World world;
  world.marks.roster = {2, crypto::sha256("roster 2")};
  const model::Trace trace = failing(world, ErrorCode::trust_rollback);
  EXPECT_EQ(found(trace, "trust.root").front().outcome, CheckOutcome::pass);
  EXPECT_EQ(found(trace, "trust.roster").front().errors, std::vector<ErrorCode>{ErrorCode::trust_rollback});
  EXPECT_EQ(inputs_of(trace, "trust.roster"), "seen=2 " + crypto::sha256("roster 2").text() + ";");
  EXPECT_EQ(found(trace, "trust.policy").front().outcome, CheckOutcome::skipped);
}

TEST(Trace, OfAnUnsignedDocumentNamesNothing) {
  World world;
  world.policies.front().signatures.clear();
  const model::Trace trace = failing(world, ErrorCode::trust_threshold);
  EXPECT_EQ(found(trace, "trust.policy").front().outcome, CheckOutcome::fail);
  EXPECT_EQ(inputs_of(trace, "trust.policy"), "");
}

TEST(Trace, OfAMatchNamesWorkflowRequirementsAndSteps) {
  const World world;
  const model::Trace trace = world.match(world.authority()).trace;
  EXPECT_EQ(inputs_of(trace, "workflow.match"),
            "database=shop;environment=production;kind=change;mode=apply;class=dml;workflow=prod-write;");
  EXPECT_EQ(inputs_of(trace, "workflow.requirements"), "required=reason, ticket, rollback;");
  EXPECT_EQ(inputs_of(trace, "workflow.steps"),
            "risk=medium;auto_approved=false;step=dba: 2 of dba;step=owner: 1 of team-leads;");
}

TEST(Trace, OfNoWorkflowNamesNone) {
  World world;
  world.review.statements.front().statement_class = StatementClass::admin;
  const model::Trace trace = world.match(world.authority()).trace;
  EXPECT_EQ(found(trace, "workflow.match").front().errors, std::vector<ErrorCode>{ErrorCode::trust_no_workflow});
  EXPECT_EQ(inputs_of(trace, "workflow.match").find("workflow="), std::string::npos);
  EXPECT_EQ(found(trace, "workflow.requester").front().outcome, CheckOutcome::skipped);
}

TEST(Trace, OfAWorkflowWithoutRequirementsSaysSo) {
  World world;
  world.set_policy(
      replaced(policy_yaml(), "require: {reason: true, ticket: true, rollback: true}", "require: {ticket: true}"));
  EXPECT_EQ(inputs_of(world.match(world.authority()).trace, "workflow.requirements"), "required=ticket;");
}

TEST(Trace, OfATokenThatPasses) {
  const World world;
  const trust::Authority authority = world.authority();
  const auto judged = world.judge({honest(world, "bob"), honest(world, "carol"), honest(world, "dave")});
  const trust::TokenFacts facts = trust::token_facts(authority, world.verified(authority), world.match(authority),
                                                     world.bindings(authority), judged, {});
  const model::Token token = trust::make_token(facts, "issuer", std::string(32, '7'), world.now, Seconds(300));
  const auto key = crypto::MachineKey::from_seed(key_of("issuer").seed);
  model::Trace trace;
  trace.executor = true;
  trust::verify_token(authority, trust::sign_token(token, key), facts, world.now, &trace);
  for (const char* id : {"token.signature", "token.time", "token.facts"})
    EXPECT_EQ(found(trace, id).front().outcome, CheckOutcome::pass) << id;
  EXPECT_NE(inputs_of(trace, "token.facts").find("audience=exec-prod;"), std::string::npos);
}

/// A copy of a decision on somebody else's ref must not hide the one that counts.
TEST(Trace, OfDecisionsIsOfTheCopyThatCounts) {
  const World world;
  trust::DecisionInput copy = honest(world, "bob");
  copy.person = "alice";
  const auto judged = world.judge({copy, honest(world, "bob")});
  ASSERT_EQ(judged.decisions.size(), 1u);
  EXPECT_EQ(found(judged.decisions.front().trace, "decision.identity").front().outcome, CheckOutcome::pass);
  EXPECT_EQ(found(judged.decisions.front().trace, "decision.revocation").front().outcome, CheckOutcome::pass);
}

}  // namespace
}  // namespace dbw::test
