#include <algorithm>
#include <random>

#include "support/trust_world.hpp"
#include "trust/lint.hpp"

/// Conditions that add steps: each at its boundary, several together, and what must hold for all of them.
namespace dbw::test {
namespace {

constexpr std::string_view k_raise =
    "      - {when: {risk: [high, critical]}, add: [{id: security, groups: [security], need: 1}]}\n";

std::string policy_with(std::string_view raises) { return replaced(policy_yaml(), k_raise, raises); }

std::string raise_when(std::string_view when, std::string_view step = "security") {
  return fmt::format("      - {{when: {{{}}}, add: [{{id: {}, groups: [security]}}]}}\n", when, step);
}

std::vector<std::string> ids(const std::vector<model::Step>& steps) {
  std::vector<std::string> out;
  for (const model::Step& step : steps) out.push_back(step.id);
  return out;
}

bool raised(const std::vector<model::Step>& steps) {
  const std::vector<std::string> all = ids(steps);
  return std::find(all.begin(), all.end(), "security") != all.end();
}

struct RaiseCase {
  const char* when;
  void (*change)(trust::MatchInput&);
  bool raised;
};

TEST(Raise, EveryConditionAtItsBoundary) {
  using Input = trust::MatchInput;
  const RaiseCase cases[]{
      {"risk: [high]", [](Input& in) { in.risk = model::Risk::high; }, true},
      {"risk: [high]", [](Input& in) { in.risk = model::Risk::critical; }, false},
      {"risk: [high]", [](Input& in) { in.risk = model::Risk::unknown; }, false},
      {"risk: [high, unknown]", [](Input& in) { in.risk = model::Risk::unknown; }, true},
      {"rules: [drop-table, drop-column]",
       [](Input& in) {
         in.rules = {"drop-column", "x"};
       },
       true},
      {"rules: [drop-table]", [](Input& in) { in.rules = {"drop-tables"}; }, false},
      {"classes: [ddl]",
       [](Input& in) {
         in.classes = {StatementClass::dml, StatementClass::ddl};
       },
       true},
      {"classes: [ddl]", [](Input&) {}, false},
      {"rows_over: 5000", [](Input& in) { in.rows_max = 5000; }, false},
      {"rows_over: 5000", [](Input& in) { in.rows_max = 5001; }, true},
      {"rows_over: 5000", [](Input& in) { in.rows_max.reset(); }, true},
      {"rows_over: 0", [](Input& in) { in.rows_max = 0; }, false},
      {"rows_over: 0", [](Input& in) { in.rows_max = 1; }, true},
      // All of several: two hold, then one of them does not.
      {"risk: [medium], rows_over: 10", [](Input& in) { in.rows_max = 11; }, true},
      {"risk: [medium], rows_over: 10", [](Input& in) { in.rows_max = 10; }, false},
      {"risk: [high], rows_over: 10", [](Input& in) { in.rows_max = 11; }, false},
      {"risk: [medium], rules: [x], classes: [dml]", [](Input& in) { in.rules = {"x"}; }, true},
      {"risk: [medium], rules: [x], classes: [ddl]", [](Input& in) { in.rules = {"x"}; }, false},
  };
  for (const RaiseCase& each : cases) {
    World world;
    world.set_policy(policy_with(raise_when(each.when)));
    trust::MatchInput input = world.match_input();
    each.change(input);
    const trust::Match match = trust::match_workflow(world.authority(), input);
    ASSERT_TRUE(match.matched()) << each.when;
    EXPECT_EQ(raised(match.steps), each.raised) << each.when;
    EXPECT_EQ(ids(match.steps), ids(match.binding_steps)) << "nothing here depends on the time";
  }
}

struct TimeCase {
  const char* when;
  const char* now;
  bool raised;
};

constexpr const char* k_work = "[{days: mon-fri, from: \"09:00\", to: \"17:00\", zone: Europe/Berlin}]";

TEST(Raise, TimeConditionsAtTheirBoundary) {
  // 2026-11-23 is a Monday; Berlin is an hour ahead of UTC.
  const TimeCase cases[]{
      {"outside", "2026-11-23T07:59:59Z", true},  {"outside", "2026-11-23T08:00:00Z", false},
      {"outside", "2026-11-23T15:59:59Z", false}, {"outside", "2026-11-23T16:00:00Z", true},
      {"outside", "2026-11-22T10:00:00Z", true},  {"during", "2026-11-23T07:59:59Z", false},
      {"during", "2026-11-23T08:00:00Z", true},   {"during", "2026-11-23T16:00:00Z", false},
  };
  for (const TimeCase& each : cases) {
    World world;
    world.set_policy(policy_with(raise_when(fmt::format("{}: {}", each.when, k_work))));
    world.now = Timestamp::parse(each.now);
    const trust::Match match = world.match(world.authority());
    EXPECT_EQ(raised(match.steps), each.raised) << each.when << " " << each.now;
    EXPECT_TRUE(raised(match.binding_steps)) << "bound whatever the time";
  }
}

TEST(Raise, TheClockVoidsNoApproval) {
  World world;
  world.set_policy(policy_with(raise_when(fmt::format("outside: {}", k_work))));
  world.now = Timestamp::parse("2026-11-23T10:00:00Z");
  const std::vector<trust::DecisionInput> yes{honest(world, "bob"), honest(world, "carol"), honest(world, "dave")};
  EXPECT_TRUE(world.judge(yes).satisfied);
  world.now = Timestamp::parse("2026-11-23T18:00:00Z");
  const trust::JudgedDecisions evening = world.judge(yes);
  EXPECT_FALSE(evening.satisfied);
  ASSERT_EQ(evening.missing.size(), 1u);
  EXPECT_EQ(evening.missing[0].step, "security");
  for (const trust::JudgedDecision& judged : evening.decisions) EXPECT_TRUE(judged.valid);
  std::vector<trust::DecisionInput> more = yes;
  more.push_back(honest(world, "erin"));
  EXPECT_TRUE(world.judge(more).satisfied);
  world.now = Timestamp::parse("2026-11-24T10:00:00Z");
  EXPECT_TRUE(world.judge(more).satisfied) << "an approval more than needed is none too many";
}

TEST(Raise, EndsAutoApprovalWhileItHolds) {
  World world;
  world.set_policy(replaced(policy_yaml(), "    auto_approve: {max_risk: low}\n",
                            fmt::format("    auto_approve: {{max_risk: low}}\n    raise:\n{}",
                                        raise_when(fmt::format("outside: {}", k_work)))));
  trust::MatchInput input = world.match_input();
  input.environment = "staging";
  input.kind = model::RequestKind::query;
  input.classes = {StatementClass::read};
  input.risk = model::Risk::low;
  input.now = Timestamp::parse("2026-11-23T10:00:00Z");
  const trust::Match day = trust::match_workflow(world.authority(), input);
  EXPECT_TRUE(day.auto_approved);
  const std::string terms = trust::emit_terms(world.authority(), day, input);
  input.now = Timestamp::parse("2026-11-23T18:00:00Z");
  const trust::Match night = trust::match_workflow(world.authority(), input);
  EXPECT_FALSE(night.auto_approved);
  EXPECT_EQ(ids(night.steps), std::vector<std::string>{"security"});
  EXPECT_EQ(trust::emit_terms(world.authority(), night, input), terms) << "the terms do not depend on the time";
}

TEST(Raise, RowsAreWhatTheRequestDeclares) {
  World world;
  EXPECT_EQ(world.match_input().rows_max, 5000);
  const model::Request one = model::parse_request(world.request, "request");
  model::Request two = one;
  two.steps.push_back(two.steps.front());
  EXPECT_EQ(trust::match_input(two, world.review, k_now).rows_max, 10000) << "all steps together";
  two.steps.back().rows_max.reset();
  EXPECT_EQ(trust::match_input(two, world.review, k_now).rows_max, std::nullopt);
  model::Request query = one;
  query.kind = model::RequestKind::query;
  EXPECT_EQ(trust::match_input(query, world.review, k_now).rows_max, std::nullopt);
  query.results = model::ResultsWish{};
  query.results->max_rows = 7;
  EXPECT_EQ(trust::match_input(query, world.review, k_now).rows_max, 7);
}

std::string random_when(std::mt19937& random) {
  const auto pick = [&](int high) { return std::uniform_int_distribution<int>(0, high)(random); };
  const std::vector<std::string> pool{"risk: [low, medium]",
                                      "risk: [high]",
                                      "rules: [a]",
                                      "classes: [dml]",
                                      "classes: [ddl]",
                                      "rows_over: 100",
                                      "rows_over: 0",
                                      fmt::format("during: {}", k_work),
                                      fmt::format("outside: {}", k_work)};
  std::map<std::string, std::string> fields;
  for (int i = pick(2); i >= 0; --i) {
    const std::string& one = pool[static_cast<std::size_t>(pick(static_cast<int>(pool.size()) - 1))];
    fields.emplace(one.substr(0, one.find(':')), one);
  }
  std::string out;
  for (const auto& [field, text] : fields) out += (out.empty() ? "" : ", ") + text;
  return out;
}

TEST(Raise, AddingAConditionNeverRemovesAStep) {
  std::mt19937 random(20261128);
  const auto pick = [&](int high) { return std::uniform_int_distribution<int>(0, high)(random); };
  for (int round = 0; round < 30; ++round) {
    const std::string before = raise_when(random_when(random), "first");
    World world;
    world.set_policy(policy_with(before));
    const trust::Authority less = world.authority();
    world.set_policy(policy_with(before + raise_when(random_when(random), "second")));
    // erin alone is in security: both steps at once could not be filled.
    world.set_roster(replaced(roster_yaml(), "groups: [dba]\n  dana", "groups: [dba, security]\n  dana"));
    const trust::Authority more = world.authority();
    for (int each = 0; each < 20; ++each) {
      trust::MatchInput input = world.match_input();
      input.risk = static_cast<model::Risk>(pick(4));
      input.classes = pick(1) == 0 ? std::vector{StatementClass::dml} : std::vector{StatementClass::ddl};
      input.rules = pick(1) == 0 ? std::vector<std::string>{"a"} : std::vector<std::string>{};
      input.rows_max = pick(2) == 0 ? std::nullopt : std::optional<std::int64_t>(pick(200));
      input.now = k_now + Seconds(pick(7 * 86400));
      const std::vector<std::string> few = ids(trust::match_workflow(less, input).steps);
      const trust::Match match = trust::match_workflow(more, input);
      const std::vector<std::string> many = ids(match.steps), bound = ids(match.binding_steps);
      ASSERT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end())) << round;
      ASSERT_TRUE(std::includes(bound.begin(), bound.end(), many.begin(), many.end())) << round;
    }
  }
}

struct LintCase {
  std::string policy;
  ErrorCode code;
};

TEST(PolicyLint, NewFieldsNameWhatExists) {
  const auto waiver = [](std::string_view scope) {
    return replaced(
        policy_yaml(), "limits: {",
        fmt::format(
            "  waivers: [{{rule: drop-table, until: 2027-01-01T00:00:00Z, by: rita, reason: x, {}}}]\nlimits: {{",
            scope));
  };
  const auto freeze = [](std::string_view rest) {
    return policy_yaml() +
           fmt::format("freezes: [{{from: 2026-12-18T00:00:00Z, until: 2027-01-04T00:00:00Z, reason: year end{}}}]\n",
                       rest);
  };
  const LintCase cases[]{
      {waiver("database: shop, environment: staging, path: a.sql"), ErrorCode::internal_bug},
      {waiver("database: shops"), ErrorCode::trust_unknown_database},
      {waiver("environment: prod"), ErrorCode::trust_unknown_database},
      {freeze(""), ErrorCode::internal_bug},
      {freeze(", environments: [production]"), ErrorCode::internal_bug},
      {freeze(", environments: [prod]"), ErrorCode::trust_unknown_database},
  };
  for (const LintCase& each : cases) {
    World world;
    world.set_policy(each.policy);
    ErrorCode code = ErrorCode::internal_bug;
    try {
      world.authority();
    } catch (const Error& error) {
      code = error.code();
    }
    EXPECT_EQ(code, each.code) << each.policy;
  }
}

TEST(PolicyLint, WarnsOfWhatHasEnded) {
  model::Policy policy = model::parse_policy(policy_yaml(), "policy");
  policy.waivers = {{"drop-table", k_now, "rita", "x"}};
  policy.freezes = {{k_now - Seconds(10), k_now + Seconds(1), "y", {}}};
  EXPECT_TRUE(trust::warn_policy(policy, k_now).empty());
  EXPECT_THAT(trust::warn_policy(policy, k_now + Seconds(1)),
              testing::ElementsAre(testing::HasSubstr("waiver of drop-table by rita ended"),
                                   testing::HasSubstr("freeze from 2026-11-20T11:59:50Z ended")));
}

TEST(TokenLog, MayHaveGrownSinceTheTokenWasIssued) {
  const World world;
  const trust::Authority authority = world.authority();
  const auto facts = [&](std::int64_t size) {
    return trust::token_facts(authority, world.verified(authority), world.match(authority), world.bindings(authority),
                              world.judge({}), {size, crypto::sha256(std::to_string(size))});
  };
  const model::Token token = trust::make_token(facts(5), "issuer", std::string(32, 'a'), k_now, Seconds(60));
  const model::Envelope envelope = trust::sign_token(token, crypto::MachineKey::from_seed(key_of("issuer").seed));
  EXPECT_EQ(trust::verify_token(authority, envelope, facts(5), k_now)->log_size, 5);
  EXPECT_EQ(trust::verify_token(authority, envelope, facts(9), k_now)->log_size, 5);
}

TEST(TokenTtl, IssuerAndExecutorHoldTheWorkflowsBound) {
  World world;
  world.set_policy(replaced(policy_yaml(), "    approval_ttl: 7d\n", "    approval_ttl: 7d\n    token_ttl: 2m\n"));
  const trust::Authority authority = world.authority();
  const auto facts = [&](const trust::Authority& a) {
    return trust::token_facts(a, world.verified(a), world.match(a), world.bindings(a), world.judge({}), {});
  };
  EXPECT_NO_THROW(trust::make_token(facts(authority), "issuer", std::string(32, 'a'), k_now, Seconds(120)));
  for (const int ttl : {-1, 0, 121}) {
    try {
      trust::make_token(facts(authority), "issuer", std::string(32, 'a'), k_now, Seconds(ttl));
      ADD_FAILURE() << ttl;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::trust_token_life);
    }
  }
  // An issuer that does not care: the executor does.
  trust::TokenFacts loose = facts(authority);
  loose.ttl_max = Seconds(900);
  for (const auto& [ttl, accepted] : {std::pair{120, true}, {121, false}}) {
    const model::Token token = trust::make_token(loose, "issuer", std::string(32, 'a'), k_now, Seconds(ttl));
    const model::Envelope envelope = trust::sign_token(token, crypto::MachineKey::from_seed(key_of("issuer").seed));
    ErrorCode code = ErrorCode::internal_bug;
    try {
      trust::verify_token(authority, envelope, facts(authority), k_now);
    } catch (const Error& error) {
      code = error.code();
    }
    EXPECT_EQ(code, accepted ? ErrorCode::internal_bug : ErrorCode::trust_token_life) << ttl;
  }
}

}  // namespace
}  // namespace dbw::test
