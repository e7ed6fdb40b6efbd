#include <algorithm>

#include "base/files.hpp"
#include "review/review.hpp"
#include "support/trust_world.hpp"
#include "workflow/assess.hpp"
#include "workflow/authority_files.hpp"

/// Policy as all tools apply it to one request's content.
namespace dbw::workflow {
namespace {

using testing::HasSubstr;

constexpr std::string_view k_drop = "DROP INDEX CONCURRENTLY orders_by_day;\n";

/// olga's request in an emergency, for the policy's break-glass workflow with more lines.
class BreakGlass : public testing::Test {
 protected:
  BreakGlass() { with("    overrides: [drop-index]\n"); }

  void with(std::string_view lines) {
    const std::string policy = test::replaced(test::policy_yaml(), "\"*\": {ban-drop-table: block}",
                                              "\"*\": {drop-index: block, drop-table: block}");
    world.set_policy(
        test::replaced(policy,
                       "    require: {reason: true}\n    steps: [{id: oncall-lead, groups: [oncall-lead], need: 1}]\n  "
                       "  approval_ttl: 1h\n",
                       fmt::format("    steps: [{{id: oncall-lead, groups: [oncall-lead], need: 1}}]\n{}", lines)));
  }

  Content judge(std::string_view sql, std::string_view mode = "break_glass") const {
    std::string text = test::replaced(world.request, "mode: apply", fmt::format("mode: {}", mode));
    text = test::replaced(text, "requester: alice", "requester: olga");
    model::Request request = model::parse_request(text, "request");
    request.steps.front().transactional = sql != k_drop;
    request.steps.front().rows_min = request.steps.front().rows_max = std::nullopt;
    const std::map<std::string, std::string> files{{"backfill.sql", std::string(sql)},
                                                   {"backfill.down.sql", test::k_down}};
    return judge_content(world.authority(), request, crypto::sha256(text), files, world.now);
  }

  test::World world;
};

std::vector<ErrorCode> codes(const Content& content) {
  std::vector<ErrorCode> out;
  for (const Refusal& refusal : content.refusals) out.push_back(refusal.code);
  return out;
}

TEST_F(BreakGlass, PassesTheRulesThatItNames) {
  const Content content = judge(k_drop);
  EXPECT_EQ(codes(content), std::vector<ErrorCode>{});
  EXPECT_EQ(content.match.workflow.name, "break-glass");
  EXPECT_THAT(content.verdict, HasSubstr("overridden by workflow break-glass")) << "approvers sign it";
  EXPECT_THAT(content.terms, HasSubstr("\"overrides\":[\"drop-index\"]"));
}

TEST_F(BreakGlass, PassesNoOtherRule) {
  EXPECT_EQ(codes(judge("DROP TABLE orders;\n")), std::vector<ErrorCode>{ErrorCode::review_blocked});
  with("");
  EXPECT_EQ(codes(judge(k_drop)), std::vector<ErrorCode>{ErrorCode::review_blocked});
}

TEST_F(BreakGlass, OverridesServeNoOtherMode) {
  const Content content = judge(k_drop, "apply");
  const std::vector<ErrorCode> all = codes(content);
  EXPECT_NE(std::find(all.begin(), all.end(), ErrorCode::review_blocked), all.end());
}

TEST_F(BreakGlass, RaisesSeeWhatIsOverridden) {
  with("    overrides: [drop-index]\n    raise: [{when: {rules: [drop-index]}, add: [{id: dba, groups: [dba]}]}]\n");
  const Content content = judge(k_drop);
  ASSERT_EQ(content.match.steps.size(), 2u);
  EXPECT_EQ(content.match.steps[0].id, "dba");
}

TEST_F(BreakGlass, AlwaysAsksForAReason) {
  world.request = test::replaced(world.request, "reason: INC-4711 left orders without a status\n", "");
  EXPECT_EQ(codes(judge(k_drop)), std::vector<ErrorCode>{ErrorCode::trust_requirement})
      << "although the policy does not say so";
}

TEST(PolicyRules, NamesThatNoRuleHasAreRefusedBeforeSigning) {
  struct Case {
    std::string lines;
    ErrorCode code;
  };
  for (const Case& each :
       {Case{"    overrides: [drop-indexes]\n", ErrorCode::rule_unknown},
        {"    overrides: [syntax-error]\n", ErrorCode::rule_not_suppressible},
        {"    raise: [{when: {rules: [no-such]}, add: [{id: x, groups: [dba]}]}]\n", ErrorCode::rule_unknown}}) {
    const TemporaryFolder folder{"dbw-policy"};
    const auto path = folder.path() / "1.yaml";
    write_file_atomic(path,
                      test::replaced(test::replaced(test::policy_yaml(), "ban-drop-table", "drop-table"),
                                     "    approval_ttl: 1h\n", fmt::format("    approval_ttl: 1h\n{}", each.lines)),
                      0600);
    try {
      check_document({path, 1}, DocumentKind::policy);
      ADD_FAILURE() << each.lines;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), each.code) << each.lines;
    }
  }
}

}  // namespace
}  // namespace dbw::workflow
