#include "support/trust_world.hpp"

/// Terms are what people agree to: whatever of the policy bears on a request changes them, nothing else does.
namespace dbw::test {
namespace {

enum class Ask { change, query, staging, emergency };

trust::MatchInput input_of(Ask ask) {
  trust::MatchInput input;
  input.database = "shop";
  input.environment = ask == Ask::staging ? "staging" : "production";
  input.kind = ask == Ask::change || ask == Ask::emergency ? model::RequestKind::change : model::RequestKind::query;
  input.mode = ask == Ask::emergency ? model::RequestMode::break_glass : model::RequestMode::apply;
  input.classes = {ask == Ask::change || ask == Ask::emergency ? StatementClass::dml : StatementClass::read};
  input.risk = model::Risk::low;
  input.requester = ask == Ask::emergency ? "olga" : "alice";
  input.has_reason = input.has_ticket = input.has_rollback = true;
  input.now = k_now;
  return input;
}

std::string terms(const std::string& policy, Ask ask) {
  World world;
  world.set_policy(policy);
  const trust::Authority authority = world.authority();
  const trust::MatchInput input = input_of(ask);
  return trust::emit_terms(authority, trust::match_workflow(authority, input), input);
}

struct TermsCase {
  Ask ask;
  const char *from, *to;
  bool bound;
};

const char* const k_post_review = "    approval_ttl: 1h\n    post_review: {groups: [dba], within: 24h}\n";

TEST(Terms, BindWhatBearsOnTheRequest) {
  const TermsCase cases[]{
      {Ask::change, "classes: [dml, ddl]", "classes: [dml, ddl], mode: apply", true},
      {Ask::change, "{risk: [high, critical]}", "{risk: [high, critical], rows_over: 10}", true},
      {Ask::staging, "max_risk: low", "max_risk: medium", true},
      {Ask::emergency, "    approval_ttl: 1h\n", "    approval_ttl: 1h\n    overrides: [ban-drop-table]\n", true},
      {Ask::emergency, "    approval_ttl: 1h\n", "    approval_ttl: 1h\n    ignore_freezes: true\n", true},
      {Ask::emergency, "    approval_ttl: 1h\n", k_post_review, true},
      {Ask::change, "    approval_ttl: 1h\n", k_post_review, false},
      {Ask::change, "statement_timeout: 30s", "statement_timeout: 31s", true},
      {Ask::change, "token: required}", "token: required, snapshot: {max_age: 7d}}", false},
      {Ask::change, "ban-drop-table: block", "ban-drop-table: warning", true},
      {Ask::change, "create-index-not-concurrent: block", "create-index-not-concurrent: warning", true},
      {Ask::staging, "create-index-not-concurrent: block", "create-index-not-concurrent: warning", false},
      {Ask::change, "77aa77aa77aa77aa77aa77aa77aa77aa", "77aa77aa77aa77aa77aa77aa77aa77ab", false},
      {Ask::change, "9b1d9b1d9b1d9b1d9b1d9b1d9b1d9b1d", "9b1d9b1d9b1d9b1d9b1d9b1d9b1d9b1e", true},
  };
  for (const TermsCase& each : cases) {
    const std::string before = terms(policy_yaml(), each.ask);
    EXPECT_EQ(before != terms(replaced(policy_yaml(), each.from, each.to), each.ask), each.bound) << each.to;
  }
}

TEST(Terms, BindTheKindThatAWorkflowIsFor) {
  const auto merged = replaced(policy_yaml(), "    steps: [{id: peer,", "    merge: none\n    steps: [{id: peer,");
  EXPECT_NE(terms(merged, Ask::query),
            terms(replaced(merged, "environment: production, kind: query", "environment: production"), Ask::query));
}

TEST(Terms, BindTheGroupsOfThePostReview) {
  const std::string reviewed = replaced(policy_yaml(), "    approval_ttl: 1h\n", k_post_review);
  World world;
  world.set_policy(reviewed);
  const auto bound = [&] {
    const trust::Authority authority = world.authority();
    const trust::MatchInput input = input_of(Ask::emergency);
    return trust::emit_terms(authority, trust::match_workflow(authority, input), input);
  };
  const std::string before = bound();
  world.set_roster(replaced(roster_yaml(), "groups: [security]", "groups: [security, dba]"));
  EXPECT_NE(before, bound());
}

TEST(Terms, BindWhereAWaiverHolds) {
  const auto waived = [](std::string_view scope) {
    const std::string waiver = fmt::format(
        "review:\n  waivers: [{{rule: drop-table, until: 2027-01-01T00:00:00Z, by: rita, reason: x{}}}]\n", scope);
    return terms(replaced(policy_yaml(), "review:\n", waiver), Ask::change);
  };
  const std::string everywhere = waived("");
  EXPECT_NE(everywhere, terms(policy_yaml(), Ask::change));
  for (const std::string scope : {", database: shop", ", environment: production", ", path: a.sql"})
    EXPECT_NE(waived(scope), everywhere) << scope;
  EXPECT_EQ(waived(", environment: staging"), terms(policy_yaml(), Ask::change));
}

}  // namespace
}  // namespace dbw::test
