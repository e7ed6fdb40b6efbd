#include "trust/lint.hpp"

#include <set>

#include "support/trust_world.hpp"

/// What signed documents must not say. Each case has the one fault that it names.
namespace dbw::test {
namespace {

using Codes = std::set<ErrorCode>;

Codes codes_of(const std::vector<Refusal>& refusals) {
  Codes out;
  for (const Refusal& refusal : refusals) out.insert(refusal.code);
  return out;
}

Codes root_codes(std::string_view from, std::string_view to) {
  return codes_of(trust::lint_root(model::parse_root(replaced(root_yaml(), from, to), "root")));
}

Codes policy_codes(const std::string& policy, const std::string& roster = roster_yaml()) {
  return codes_of(trust::lint_policy(model::parse_roster(roster, "roster"), model::parse_policy(policy, "policy")));
}

TEST(RootLint, RolesNamePeopleOfTheRoot) {
  EXPECT_EQ(root_codes("people: [sam]", "people: [sam]"), Codes{});
  EXPECT_EQ(root_codes("people: [sam]", "people: [sam, ghost]"), Codes{ErrorCode::trust_unknown_person});
  EXPECT_EQ(root_codes("threshold: 1, people: [sam]", "threshold: 2, people: [sam]"),
            Codes{ErrorCode::trust_threshold_unsatisfiable});
}

/// One human may hold a place in the root and accounts in the roster, with the same e-mail address and key.
TEST(RosterLint, OneHumanMayBeSeveral) {
  const auto lint = [](std::string_view human, std::string_view key) {
    const std::string entry = fmt::format("{{key: \"{}\", uses: [approve]}}", key_line(key));
    const std::string account =
        replaced(replaced(person_yaml("ops", "dba", entry), "  ops:\n", fmt::format("  ops:\n    human: {}\n", human)),
                 "ops@example.org", "carol@example.org");
    return codes_of(
        trust::lint_roster(model::parse_root(root_yaml(), "root"),
                           model::parse_roster(replaced(roster_yaml(), "  dana:\n", account + "  dana:\n"), "roster")));
  };
  EXPECT_EQ(lint("carol", "ops"), Codes{});
  EXPECT_EQ(lint("bob", "ops"), Codes{ErrorCode::trust_duplicate_email});
  EXPECT_EQ(lint("rita", "rita"), Codes{ErrorCode::trust_duplicate_email});
  EXPECT_EQ(lint("carol", "rita"), Codes{ErrorCode::trust_duplicate_human});
  EXPECT_EQ(lint("nobody", "ops"), (Codes{ErrorCode::trust_duplicate_email, ErrorCode::trust_unknown_human}));
}

TEST(RosterLint, ASealKeyIsOneHumans) {
  const std::string seal = "    seal_key: " + crypto::AgeIdentity::generate().recipient().text() + "\n";
  const auto lint = [&](std::string_view human) {
    const std::string bob = replaced(person_yaml("bob", "dba, team-leads, dev"), "  bob:\n", "  bob:\n" + seal);
    std::string roster = replaced(roster_yaml(), person_yaml("bob", "dba, team-leads, dev"), bob);
    roster = replaced(roster, "  carol:\n", fmt::format("  carol:\n    human: {}\n{}", human, seal));
    return codes_of(trust::lint_roster(model::parse_root(root_yaml(), "root"), model::parse_roster(roster, "roster")));
  };
  EXPECT_EQ(lint("bob"), Codes{});
  EXPECT_EQ(lint("carol"), Codes{ErrorCode::trust_duplicate_key});
}

TEST(PolicyLint, WorkflowsAreForPlacesThatExist) {
  const std::string match = "match: {environment: staging, kind: query, classes: [read]}";
  const auto placed = [&](std::string_view where) {
    return policy_codes(
        replaced(policy_yaml(), match, fmt::format("match: {{{}, kind: query, classes: [read]}}", where)));
  };
  EXPECT_EQ(placed("environment: staging, database: shop"), Codes{});
  EXPECT_EQ(placed("environment: stage"), Codes{ErrorCode::trust_unknown_database});
  EXPECT_EQ(placed("environment: staging, database: bank"), Codes{ErrorCode::trust_unknown_database});
}

TEST(PolicyLint, TokensNeedAMachineThatIssuesThem) {
  const std::string entry = fmt::format("use: token, key: \"{}\", environments: ", key_line("issuer"));
  EXPECT_EQ(policy_codes(policy_yaml(), replaced(roster_yaml(), entry + "[production]", entry + "[staging]")),
            Codes{ErrorCode::trust_unknown_machine});
  EXPECT_EQ(policy_codes(replaced(policy_yaml(), "token: required", "token: none"),
                         replaced(roster_yaml(), entry + "[production]", entry + "[staging]")),
            Codes{});
}

TEST(PolicyLint, JobsThatPlacesDemandAreDescribed) {
  const std::string identities = R"(ci_identities:
  - name: deploy-job
    provider: gitlab
    issuer: https://gitlab.example.org
    audience: dbw-exec
    claims: {project_id: "4711", ref: main}
)";
  for (const std::string use : {"issuer", "executor"}) {
    const std::string policy = replaced(policy_yaml(), "token: required}",
                                        fmt::format("token: required, ci_identity: {{{}: deploy-job}}}}", use));
    EXPECT_EQ(policy_codes(policy), Codes{ErrorCode::trust_unknown_ci_identity}) << use;
    EXPECT_EQ(policy_codes(policy + identities), Codes{}) << use;
  }
}

}  // namespace
}  // namespace dbw::test
