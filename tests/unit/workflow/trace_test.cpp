#include <cstdlib>
#include <fstream>

#include "base/files.hpp"
#include "codec/json.hpp"
#include "git/repository.hpp"
#include "report/trace_text.hpp"
#include "support/paths.hpp"
#include "support/trust_world.hpp"
#include "workflow/assess.hpp"

/// The trace of a dozen situations against tests/unit/workflow/traces/*.json. Digests are numbered there in the order
/// of their first appearance, since they change with every rule. DBW_UPDATE_TRACES=1 writes the files anew.
namespace dbw::workflow {
namespace {

const RequestId k_id("REQ-20261120-K7QF");

/// World with real SQL, real review and a repository on disk.
struct Scene {
  test::World world;
  std::string sql = test::k_sql;
  std::vector<trust::DecisionInput> decisions;

  Scene() { world.set_policy(policy()); }

  static std::string policy() { return test::replaced(test::policy_yaml(), "ban-drop-table", "drop-table"); }

  void set_sql(const std::string& text) {
    world.request = test::replaced(world.request, crypto::sha256(test::k_sql).text(), crypto::sha256(text).text());
    sql = text;
  }

  std::map<std::string, std::string> files() const {
    return {{"backfill.sql", sql}, {"backfill.down.sql", test::k_down}};
  }

  Content content() const {
    const trust::Authority authority = world.authority();
    const model::Request request = model::parse_request(world.request, "request.yaml");
    return judge_content(authority, request, crypto::sha256(world.request), files(), world.now);
  }

  /// What `person` would have signed, whatever their own tool thinks of it.
  void decide(const std::string& person, model::DecisionKind kind, char nonce = '1') {
    const trust::Authority authority = world.authority();
    const Content judged = content();
    model::Decision decision =
        trust::draft_decision(authority, world.verified(authority), judged.match, judged.bindings,
                              model::DecisionKind::reject, person, std::string(32, nonce), world.now);
    decision.kind = kind;
    decisions.push_back(
        {person, test::signed_commit(person, test::identity_of(person), model::render_decision(decision))});
  }
  void approve(const std::vector<std::string>& people) {
    for (const std::string& person : people) decide(person, model::DecisionKind::approve);
  }

  Assessment assess_in(const std::filesystem::path& folder) const {
    git::Repository objects = git::Repository::init(folder / "change.git");
    const std::string below = request_folder(k_id) + "/";
    std::vector<git::TreeChange> changes{{below + "request.yaml", world.request},
                                         {below + "request.yaml.sig", world.signed_request().armour}};
    for (const auto& [path, bytes] : files()) changes.push_back({below + path, bytes});
    View view;
    view.trust_tree = objects.write_tree({}, changes);
    const auto found = assess(objects, view, world.authority(), k_id, world.now, decisions);
    EXPECT_TRUE(found.has_value());
    return found.value_or(Assessment{});
  }

  model::Trace trace() const {
    const TemporaryFolder folder;
    return assess_in(folder.path()).trace;
  }
};

const std::vector<std::string> k_everybody{"bob", "carol", "dave"};

Scene approved() {
  Scene scene;
  scene.approve(k_everybody);
  return scene;
}

model::Trace self_approval() {
  Scene scene;
  scene.approve({"alice"});
  return scene.trace();
}

model::Trace stale() {
  Scene scene = approved();
  scene.world.set_policy(test::replaced(Scene::policy(), "statement_timeout: 30s", "statement_timeout: 40s"));
  return scene.trace();
}

model::Trace rejected() {
  Scene scene = approved();
  scene.decide("carol", model::DecisionKind::reject, '2');
  return scene.trace();
}

model::Trace revoked() {
  Scene scene = approved();
  scene.decisions.push_back(test::revoke(scene.world, "bob", scene.decisions.front()));
  return scene.trace();
}

model::Trace expired_policy() {
  Scene scene = approved();
  scene.world.set_policy(
      test::replaced(Scene::policy(), "expires_at: 2027-02-18T08:00:00Z", "expires_at: 2026-11-20T11:00:00Z"));
  return scene.trace();
}

model::Trace rollback() {
  Scene scene;
  scene.world.marks.policy = {2, crypto::sha256("policy 2")};
  model::Trace trace;
  try {
    trust::verify_authority(scene.world.pin,
                            {scene.world.roots, scene.world.rosters, scene.world.policies, scene.world.suspensions},
                            scene.world.marks, scene.world.now, &trace);
    ADD_FAILURE() << "an older policy was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_rollback);
  }
  return trace;
}

model::Trace no_workflow() {
  Scene scene;
  scene.set_sql("VACUUM orders;\n");
  return scene.trace();
}

model::Trace outside_window() {
  Scene scene;
  scene.world.set_policy(test::replaced(Scene::policy(), "    approval_ttl: 7d\n",
                                        "    approval_ttl: 7d\n    windows: [{days: [mon, tue], from: \"09:00\", to: "
                                        "\"17:00\"}]\n"));
  scene.approve(k_everybody);
  return scene.trace();
}

model::Trace wrong_token_audience() {
  const Scene scene = approved();
  const TemporaryFolder folder;
  const Assessment assessment = scene.assess_in(folder.path());
  EXPECT_EQ(assessment.state, RequestState::approved);
  const trust::Authority authority = scene.world.authority();
  trust::TokenFacts facts = trust::token_facts(authority, *assessment.request, assessment.content->match,
                                               assessment.content->bindings, assessment.judged, {});
  const trust::TokenFacts ours = facts;
  facts.audience = "exec-staging";
  const model::Token token = trust::make_token(facts, "issuer", std::string(32, '7'), scene.world.now, Seconds(300));
  model::Trace trace = assessment.trace;
  trace.executor = true;
  try {
    const auto key = crypto::MachineKey::from_seed(test::key_of("issuer").seed);
    trust::verify_token(authority, trust::sign_token(token, key), ours, scene.world.now, &trace);
    ADD_FAILURE() << "another executor's token was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_token_audience);
  }
  return trace;
}

model::Trace suspended_key() {
  Scene scene = approved();
  scene.world.suspend(fmt::format("keys: [\"{}\"]", test::key_of("carol").key.id.text()));
  return scene.trace();
}

model::Trace missing_step() {
  Scene scene;
  scene.approve({"bob", "carol"});
  return scene.trace();
}

model::Trace blocked_by_rule() {
  Scene scene;
  scene.set_sql("DROP TABLE orders;\n");
  return scene.trace();
}

/// What a trace of the situation must say, besides being the golden one.
struct Situation {
  std::string name;
  std::function<model::Trace()> make;
  std::string state;
  std::string failing;  ///< a check that fails; empty: none does
  std::optional<ErrorCode> error;
};

std::vector<Situation> situations() {
  return {
      {"approved", [] { return approved().trace(); }, "approved", "", {}},
      {"self-approval", self_approval, "awaiting_approval", "decision.independent", ErrorCode::trust_self_approval},
      {"stale", stale, "awaiting_approval", "decision.content", ErrorCode::trust_stale},
      {"rejected", rejected, "rejected", "approvals.rejection", ErrorCode::trust_rejected},
      {"revoked", revoked, "awaiting_approval", "decision.revocation", ErrorCode::trust_revoked},
      {"expired-policy", expired_policy, "blocked", "workflow.policy", ErrorCode::trust_expired},
      {"rollback", rollback, "", "trust.policy", ErrorCode::trust_rollback},
      {"no-workflow", no_workflow, "blocked", "workflow.match", ErrorCode::trust_no_workflow},
      {"outside-window", outside_window, "waiting_window", "workflow.window", ErrorCode::request_outside_window},
      {"wrong-token-audience", wrong_token_audience, "approved", "token.facts", ErrorCode::trust_token_audience},
      {"suspended-key", suspended_key, "awaiting_approval", "decision.signature", ErrorCode::trust_suspended},
      {"missing-step", missing_step, "awaiting_approval", "approvals.step", ErrorCode::trust_approvals_missing},
      {"blocked-by-rule", blocked_by_rule, "blocked", "review.rules", ErrorCode::review_blocked},
  };
}

/// "sha256:<64 digits>" becomes "sha256:#1" and so on.
std::string with_numbered_digests(const std::string& text) {
  constexpr std::string_view prefix = "sha256:";
  std::map<std::string, std::size_t> numbers;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = text.compare(at, prefix.size(), prefix) == 0;
    const std::string digits = begins ? text.substr(at + prefix.size(), 64) : std::string();
    if (digits.size() == 64 && digits.find_first_not_of("0123456789abcdef") == std::string::npos) {
      out += fmt::format("sha256:#{}", numbers.emplace(digits, numbers.size() + 1).first->second);
      at += prefix.size() + digits.size();
    } else {
      out += text[at++];
    }
  }
  return out;
}

void PrintTo(const Situation& situation, std::ostream* out) { *out << situation.name; }

class Traces : public testing::TestWithParam<Situation> {
 protected:
  /// Made once for all tests: keys and commits take their time.
  static const model::Trace& trace() {
    static std::map<std::string, model::Trace> known;
    const auto found = known.find(GetParam().name);
    return found != known.end() ? found->second : known.emplace(GetParam().name, GetParam().make()).first->second;
  }
};

TEST_P(Traces, AreTheGoldenOnes) {
  const std::string text = with_numbered_digests(codec::emit_json_pretty(model::trace_value(trace())) + "\n");
  const std::filesystem::path file = test::source_dir() / "tests/unit/workflow/traces" / (GetParam().name + ".json");
  if (std::getenv("DBW_UPDATE_TRACES") != nullptr) std::ofstream(file) << text;
  EXPECT_EQ(text, test::slurp(file)) << file;
}

TEST_P(Traces, NameTheCheckThatDecides) {
  EXPECT_EQ(trace().state, GetParam().state);
  bool found = GetParam().failing.empty();
  for (const model::TraceCheck& check : trace().checks()) {
    if (check.outcome != model::CheckOutcome::fail) continue;
    EXPECT_FALSE(GetParam().failing.empty()) << check.id;
    if (check.id == GetParam().failing) {
      found = true;
      EXPECT_EQ(check.errors.front(), *GetParam().error);
    }
  }
  EXPECT_TRUE(found) << report::trace_text(trace());
}

TEST_P(Traces, AreTheSameBytesEveryTime) {
  EXPECT_EQ(model::emit_trace(GetParam().make()), model::emit_trace(trace()));
}

TEST_P(Traces, AreCanonicalJson) {
  const std::string bytes = model::emit_trace(trace());
  EXPECT_EQ(codec::emit_json(codec::parse_json(bytes, "trace")), bytes);
  EXPECT_EQ(bytes.find("/tmp"), std::string::npos);
}

std::string name_of(const testing::TestParamInfo<Situation>& info) {
  std::string out = info.param.name;
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}
INSTANTIATE_TEST_SUITE_P(All, Traces, testing::ValuesIn(situations()), name_of);

TEST(Trace, DoesNotDependOnTheOrderOfDecisions) {
  Scene scene = approved();
  scene.decide("carol", model::DecisionKind::reject, '2');
  const std::string bytes = model::emit_trace(scene.trace());
  std::reverse(scene.decisions.begin(), scene.decisions.end());
  scene.decisions.push_back(scene.decisions.front());
  // The copy counts as an input, and changes nothing else.
  EXPECT_EQ(test::replaced(model::emit_trace(scene.trace()), R"("value":"5")", R"("value":"4")"), bytes);
}

/// The part that everybody makes is the same for the executor, who adds to it.
TEST(ContentMemo, KeepsOneAnswerUntilTheClockMayChangeIt) {
  Scene scene;
  const Timestamp now = scene.world.now;
  scene.world.set_policy(
      test::replaced(Scene::policy(), "review:\n",
                     fmt::format("review:\n  waivers:\n    - {{rule: drop-table, until: {}, by: sam, reason: old}}\n",
                                 (now + Seconds(10)).text())));
  const trust::Authority authority = scene.world.authority();
  const model::Request request = model::parse_request(scene.world.request, "request.yaml");
  const Digest digest = crypto::sha256(scene.world.request);
  ContentMemo memo;
  const auto judge = [&](const Digest& sha256, Timestamp at) {
    return memo.judge(authority, request, sha256, scene.files(), at);
  };
  const auto first = judge(digest, now);
  EXPECT_EQ(first->verdict, scene.content().verdict);
  EXPECT_EQ(judge(digest, now), first);
  EXPECT_EQ(judge(digest, now + Seconds(10)), first);
  const auto later = judge(digest, now + Seconds(11));
  EXPECT_NE(later, first) << "a waiver ended";
  EXPECT_EQ(judge(digest, now + Seconds(3600)), later);
  EXPECT_NE(judge(digest, now), later) << "the clock went back";
  const auto other = judge(crypto::sha256("another request"), now);
  EXPECT_NE(other->verdict, later->verdict);
  memo.forget();
  EXPECT_NE(judge(crypto::sha256("another request"), now), other) << "another authority";
}

TEST(ContentMemo, KeepsNothingForAWorkflowThatLooksAtTheTime) {
  Scene scene;
  scene.world.set_policy(test::replaced(Scene::policy(), "{when: {risk: [high, critical]}, add:",
                                        "{when: {outside: [{days: mon-fri, from: \"09:00\", to: \"17:00\"}]}, add:"));
  const trust::Authority authority = scene.world.authority();
  const model::Request request = model::parse_request(scene.world.request, "request.yaml");
  const Digest digest = crypto::sha256(scene.world.request);
  ContentMemo memo;
  const auto first = memo.judge(authority, request, digest, scene.files(), scene.world.now);
  EXPECT_EQ(memo.judge(authority, request, digest, scene.files(), scene.world.now), first);
  EXPECT_NE(memo.judge(authority, request, digest, scene.files(), scene.world.now + Seconds(1)), first);
}

TEST(Trace, OfTheExecutorBeginsLikeEverybodyElses) {
  const model::Trace plain = approved().trace();
  model::Trace executor = plain;
  executor.executor = true;
  executor.passed("executor.history", "", {{"ran", "false"}});
  const auto common = plain.checks();
  const auto all = executor.checks();
  ASSERT_GT(all.size(), common.size());
  for (std::size_t i = 0; i < common.size(); ++i) EXPECT_EQ(all[i].id, common[i].id);
  EXPECT_EQ(all[common.size()].id, "executor.history");
  EXPECT_EQ(all.back().id, "token.facts");
  EXPECT_EQ(all.back().outcome, model::CheckOutcome::skipped);
}

}  // namespace
}  // namespace dbw::workflow
