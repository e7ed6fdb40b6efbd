#include "workflow/second_review.hpp"

#include "support/error_of.hpp"
#include "support/trust_world.hpp"

namespace dbw::workflow {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Content approved() {
  Content out;
  out.review.risk = model::Risk::medium;
  out.review.factors = {{"class", 15, "dml"}, {"findings-warning", 3, "of a rule"}};
  out.match.workflow.name = "prod-write";
  out.match.steps = {{"dba", {"dba"}, 2}, {"owner", {"team-leads"}, 1}};
  return out;
}

std::vector<ErrorCode> codes(const Content& again) {
  std::vector<ErrorCode> out;
  for (const Refusal& refusal : raised_refusals(approved(), again)) out.push_back(refusal.code);
  return out;
}

model::Finding finding(model::Severity severity) {
  model::Finding out;
  out.rule = "delete-cascade-fanout";
  out.severity = severity;
  return out;
}

TEST(SecondReview, OfTheSameOrLessAllowsWhatWasApproved) {
  EXPECT_THAT(raised_refusals(approved(), approved()), testing::IsEmpty());
  Content less = approved();
  less.review.risk = model::Risk::low;
  less.match.steps = {{"dba", {"dba"}, 1}};
  less.review.findings = {finding(model::Severity::error)};
  EXPECT_THAT(codes(less), testing::IsEmpty());
}

TEST(SecondReview, RefusesEveryHigherRiskAndNamesWhatAddsToIt) {
  for (const model::Risk risk : {model::Risk::high, model::Risk::critical, model::Risk::unknown}) {
    Content again = approved();
    again.review.risk = risk;
    again.review.factors.push_back({"large-table", 20, "\"orders\" has about 4000000 rows"});
    again.review.factors[1].weight = 6;
    const std::vector<Refusal> refusals = raised_refusals(approved(), again);
    ASSERT_EQ(refusals.size(), 1U);
    EXPECT_EQ(refusals[0].code, ErrorCode::snapshot_risk);
    EXPECT_THAT(refusals[0].message, HasSubstr("about 4000000 rows"));
    EXPECT_THAT(refusals[0].message, HasSubstr("findings-warning"));
    EXPECT_THAT(refusals[0].message, testing::Not(HasSubstr("class")));
  }
}

TEST(SecondReview, RefusesStepsThatWereNotRequired) {
  const auto with = [](std::vector<model::Step> steps) {
    Content again = approved();
    again.match.steps = std::move(steps);
    return codes(again);
  };
  EXPECT_THAT(with({{"dba", {"dba"}, 2}, {"owner", {"team-leads"}, 1}, {"security", {"security"}, 1}}),
              ElementsAre(ErrorCode::snapshot_steps));
  EXPECT_THAT(with({{"dba", {"dba"}, 3}}), ElementsAre(ErrorCode::snapshot_steps));
  EXPECT_THAT(with({{"dba", {"security"}, 1}}), ElementsAre(ErrorCode::snapshot_steps));
}

TEST(SecondReview, RefusesWhatNoWorkflowAdmitsAnyMore) {
  Content again = approved();
  again.match.refusals = {{ErrorCode::trust_no_workflow, "nothing fits"}};
  EXPECT_THAT(codes(again), ElementsAre(ErrorCode::snapshot_steps));
}

TEST(SecondReview, RefusesWhatARuleBlocks) {
  Content again = approved();
  again.review.findings = {finding(model::Severity::block)};
  EXPECT_THAT(codes(again), ElementsAre(ErrorCode::snapshot_blocked));
  again.review.findings[0].waived = true;
  EXPECT_THAT(codes(again), testing::IsEmpty());
}

TEST(SecondReview, IsForWhatPolicyAsksItForAndNeverForBreakGlass) {
  test::World world;
  model::Request request = model::parse_request(world.request, "request");
  EXPECT_FALSE(wants_second_review(world.authority(), request));
  world.set_policy(
      test::replaced(test::policy_yaml(), "token: required}", "token: required, snapshot: {max_age: 7d}}"));
  EXPECT_TRUE(wants_second_review(world.authority(), request));
  request.mode = model::RequestMode::break_glass;
  EXPECT_FALSE(wants_second_review(world.authority(), request));
  request.mode = model::RequestMode::apply;
  request.environment = "staging";
  EXPECT_FALSE(wants_second_review(world.authority(), request));
}

/// alice's request, with other SQL, as it is judged without and with a snapshot in which `orders` has so many rows.
TEST(SecondReview, WithASnapshotKnowsHowLargeATableIs) {
  test::World world;
  world.set_policy(test::replaced(test::policy_yaml(), "ban-drop-table", "drop-table"));
  const auto judge = [&](std::shared_ptr<const model::Snapshot> snapshot) {
    return judge_content(world.authority(), model::parse_request(world.request, "request"),
                         crypto::sha256(world.request),
                         {{"backfill.sql", "ALTER TABLE orders ALTER COLUMN status SET NOT NULL;\n"},
                          {"backfill.down.sql", test::k_down}},
                         world.now, snapshot);
  };
  const auto rows = [&](std::int64_t count) {
    auto snapshot = std::make_shared<model::Snapshot>();
    snapshot->taken_at = world.now;
    snapshot->catalogue.engine = Engine::postgresql;
    snapshot->catalogue.server_version = "15";
    schema::Relation orders;
    orders.name = {"public", "orders"};
    orders.columns.resize(1);
    orders.columns.front().name = "status";
    orders.columns.front().type = "text";
    orders.rows = count;
    orders.bytes = count * 100;
    snapshot->catalogue.relations = {orders};
    return std::shared_ptr<const model::Snapshot>(snapshot);
  };
  const Content without = judge(nullptr);
  ASSERT_THAT(without.refusals, testing::IsEmpty());
  EXPECT_THAT(raised_refusals(without, judge(rows(100))), testing::IsEmpty());
  const std::vector<Refusal> raised = raised_refusals(without, judge(rows(400'000'000)));
  ASSERT_EQ(raised.size(), 2U) << "the step `security` is for high risk alone";
  EXPECT_EQ(raised[0].code, ErrorCode::snapshot_risk);
  EXPECT_EQ(raised[1].code, ErrorCode::snapshot_steps);
  EXPECT_THAT(raised[1].message, HasSubstr("security"));
}

}  // namespace
}  // namespace dbw::workflow
