#include "trust/warnings.hpp"

#include <map>
#include <set>

#include "support/trust_world.hpp"

/// What documents that verify leave to worry about.
namespace dbw::test {
namespace {

using Lines = std::vector<std::string>;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::set<ErrorCode> codes(const std::vector<trust::Warning>& warnings, const std::string& workflow) {
  std::set<ErrorCode> out;
  for (const trust::Warning& each : warnings) {
    if (each.workflow == workflow) out.insert(each.refusal.code);
  }
  return out;
}

std::vector<trust::Warning> warnings_of(const std::string& roster, const std::string& policy) {
  return trust::workflow_warnings(model::parse_roster(roster, "roster"), model::parse_policy(policy, "policy"));
}

std::set<ErrorCode> warned(const std::string& workflow, const std::string& roster, const std::string& policy) {
  return codes(warnings_of(roster, policy), workflow);
}

TEST(Warnings, GroupsOfOneHaveNoReserve) {
  EXPECT_EQ(warned("break-glass", roster_yaml(), policy_yaml()), std::set<ErrorCode>{ErrorCode::trust_no_reserve});
  EXPECT_THAT(warned("prod-read", roster_yaml(), policy_yaml()), IsEmpty());
}

TEST(Warnings, TheOnlyApproverIsTheOnlyRequester) {
  // Everybody together can fill the step, so it is no error; but dave is the requester whenever there is one.
  const std::string policy =
      replaced(policy_yaml(), "    steps: [{id: peer, groups: [dev], need: 1}]\n",
               "    requesters: [team-leads]\n    steps: [{id: peer, groups: [team-leads], need: 2}]\n");
  EXPECT_EQ(warned("prod-read", roster_yaml(), policy),
            (std::set<ErrorCode>{ErrorCode::trust_deadlock, ErrorCode::trust_no_reserve}));
}

TEST(Warnings, SomeRequestersOfManyAreStuck) {
  // bob is the third of dba and the first of team-leads: without him prod-write still works, without both it does not.
  const std::string policy =
      replaced(policy_yaml(), "{id: dba, groups: [dba], need: 2}", "{id: dba, groups: [dba], need: 3}");
  const auto warnings =
      trust::workflow_warnings(model::parse_roster(roster_yaml(), "roster"), model::parse_policy(policy, "policy"));
  bool found = false;
  for (const trust::Warning& each : warnings) {
    if (each.refusal.code != ErrorCode::trust_deadlock) continue;
    found = true;
    EXPECT_THAT(each.refusal.message, HasSubstr("requests by bob"));
  }
  EXPECT_TRUE(found);
}

TEST(Warnings, RequestersWithoutAKeyToAskWith) {
  const std::string roster = replaced(roster_yaml(), fmt::format("{{key: \"{}\", uses: [request]}}", key_line("olga")),
                                      fmt::format("{{key: \"{}\", uses: [approve]}}", key_line("olga")));
  EXPECT_EQ(warned("break-glass", roster, policy_yaml()),
            (std::set<ErrorCode>{ErrorCode::trust_deadlock, ErrorCode::trust_no_reserve}));
}

TEST(Warnings, ApprovalsThatBarelyReachTheNextWindow) {
  const std::string windows =
      "    windows: [{days: [mon, tue, wed, thu, fri, sat, sun], from: \"09:00\", to: \"10:00\"}]\n";
  const struct {
    const char* ttl;
    bool tight;
  } cases[] = {
      {"23h", false}, {"1381m", true}, {"1439m", true}, {"24h", false}};  // 23h is the gap: an error, no warning
  for (const auto& each : cases) {
    const std::string policy =
        replaced(policy_yaml(), "    approval_ttl: 7d\n", fmt::format("    approval_ttl: {}\n{}", each.ttl, windows));
    EXPECT_EQ(warned("prod-write", roster_yaml(), policy).count(ErrorCode::trust_tight_window), each.tight ? 1U : 0U)
        << each.ttl;
  }
}

TEST(Warnings, LivesEndInSteps) {
  const Timestamp end = k_now + Seconds(100 * 86400);
  const struct {
    std::int64_t seconds_left;
    const char* words;
  } cases[] = {{30 * 86400, nullptr},
               {30 * 86400 - 1, "in less than 30 days"},
               {14 * 86400, "in less than 30 days"},
               {14 * 86400 - 1, "14 days"},
               {3 * 86400 - 1, "in less than 3 days"},
               {1, "in less than 3 days"},
               {0, nullptr}};
  for (const auto& each : cases) {
    const auto warnings = trust::life_warnings("policy", 7, end, end - Seconds(each.seconds_left));
    ASSERT_EQ(warnings.size(), each.words == nullptr ? 0U : 1U) << each.seconds_left;
    if (each.words == nullptr) continue;
    EXPECT_EQ(warnings[0].refusal.code, ErrorCode::expires_soon);
    EXPECT_THAT(warnings[0].refusal.message, HasSubstr(each.words));
    EXPECT_THAT(warnings[0].refusal.message, HasSubstr(end.text()));
    EXPECT_THAT(warnings[0].refusal.hint, HasSubstr("dbw-sign policy renew"));
  }
}

TEST(Warnings, WhoeverAsksIsNeededForARaisedStep) {
  const std::string policy = replaced(policy_yaml(), "    requesters: [dev]\n", "    requesters: [security]\n");
  std::string words;
  for (const trust::Warning& each : warnings_of(roster_yaml(), policy)) {
    if (each.refusal.code == ErrorCode::trust_deadlock) words += each.refusal.message;
  }
  EXPECT_EQ(words,
            "workflow prod-write: requests by whoever asks that raise every step can never be approved: without the "
            "requester the steps lack people");
}

TEST(Warnings, ErrorsOfLintAreNotRepeated) {
  const std::string unfillable = replaced(policy_yaml(), "groups: [dba], need: 2", "groups: [dba], need: 9");
  EXPECT_EQ(warned("prod-write", roster_yaml(), unfillable).count(ErrorCode::trust_deadlock), 0U);
  const std::string conflict =
      replaced(policy_yaml(), "{id: security, groups: [security], need: 1}", "{id: dba, groups: [security], need: 1}");
  EXPECT_THAT(warned("prod-write", roster_yaml(), conflict), IsEmpty());
}

TEST(Warnings, WhoApprovesWithAnotherKeyIsNotStuck) {
  const std::string alone = "    requesters: [security]\n    steps: [{id: me, groups: [security], need: 1}]\n";
  const std::string policy = replaced(policy_yaml(), "    steps: [{id: peer, groups: [dev], need: 1}]\n", alone);
  const std::string solo = replaced(policy_yaml(), "    steps: [{id: peer, groups: [dev], need: 1}]\n",
                                    alone + "    same_human_other_key: true\n");
  EXPECT_EQ(warned("prod-read", roster_yaml(), policy).count(ErrorCode::trust_deadlock), 1U);
  EXPECT_EQ(warned("prod-read", roster_yaml(), solo).count(ErrorCode::trust_deadlock), 0U);
}

TEST(Warnings, RequestersOfOneAreNamed) {
  Lines messages;
  for (const trust::Warning& each : warnings_of(roster_yaml(), policy_yaml())) messages.push_back(each.refusal.message);
  EXPECT_THAT(messages, Contains("workflow break-glass: olga alone is in its requesters group oncall"));
  EXPECT_THAT(messages, testing::Not(Contains(HasSubstr("requesters group dev"))));
}

TEST(Warnings, OfAllThreeDocumentsAndTheWorkflows) {
  const auto kinds = [](Timestamp now) {
    std::map<ErrorCode, int> out;
    for (const trust::Warning& each :
         trust::lint_warnings(model::parse_root(root_yaml(), "root"), model::parse_roster(roster_yaml(), "roster"),
                              model::parse_policy(policy_yaml(), "policy"), now))
      ++out[each.refusal.code];
    return out;
  };
  const int reserves = kinds(k_now)[ErrorCode::trust_no_reserve];
  EXPECT_GT(reserves, 0);
  EXPECT_EQ(kinds(k_now)[ErrorCode::expires_soon], 0);
  const Timestamp late = Timestamp::parse("2027-02-10T00:00:00Z");
  EXPECT_EQ(kinds(late)[ErrorCode::expires_soon], 2) << "roster and policy";
  EXPECT_EQ(kinds(late)[ErrorCode::trust_no_reserve], reserves);
  EXPECT_EQ(kinds(Timestamp::parse("2027-10-31T00:00:00Z"))[ErrorCode::expires_soon], 1) << "the root";
}

}  // namespace
}  // namespace dbw::test
