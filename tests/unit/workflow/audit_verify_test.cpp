#include "workflow/audit_verify.hpp"

#include "base/files.hpp"
#include "model/token.hpp"
#include "support/trust_world.hpp"
#include "unit/audit/memory_log.hpp"
#include "workflow/assess.hpp"
#include "workflow/audit_log.hpp"

namespace dbw::workflow {
namespace {

using testing::Contains;
using testing::IsEmpty;

crypto::MachineKey machine(std::string_view name) { return crypto::MachineKey::from_seed(test::key_of(name).seed); }

const std::string k_origin = std::string(test::k_repo) + "/exec-prod";

audit::SignedDocument document(const trust::SignedDocument& from) { return {from.bytes, from.signatures}; }

/// A log with one execution, whole and allowed; each test spoils one thing.
class Audited : public testing::Test {
 protected:
  Audited() { make(test::replaced(test::policy_yaml(), "ban-drop-table", "drop-table")); }

  void make(const std::string& policy) {
    world.set_policy(policy);
    run = {};
    const trust::Authority authority = world.authority();
    const trust::VerifiedRequest verified = world.verified(authority);
    const std::map<std::string, std::string> files{{"backfill.sql", test::k_sql}, {"backfill.down.sql", test::k_down}};
    content = judge_content(authority, verified->request, verified->sha256, files, world.now);
    run.request = world.request;
    run.signature = world.signed_request().armour;
    run.files = files;
    run.verdict = content.verdict;
    run.terms = content.terms;
    for (const char* person : {"dave", "bob", "carol"}) decide(person, model::DecisionKind::approve);
    trust_documents();
    sign_token();
  }

  /// What `person`'s own tool would write.
  void decide(const std::string& person, model::DecisionKind kind, char nonce = '1') {
    const trust::Authority authority = world.authority();
    const model::Decision decision =
        trust::draft_decision(authority, world.verified(authority), content.match, content.bindings, kind, person,
                              std::string(32, nonce), world.now);
    run.decisions.push_back(
        {person, test::signed_commit(person, test::identity_of(person), model::render_decision(decision))});
  }

  void trust_documents() {
    run.trust = {{document(world.roots[0])}, document(world.rosters[0]), document(world.policies[0]), {}};
    for (const trust::SignedDocument& suspension : world.suspensions)
      run.trust.suspensions.push_back(document(suspension));
  }

  trust::JudgedDecisions judged() const {
    std::vector<trust::DecisionInput> inputs;
    for (const audit::DecisionEvidence& decision : run.decisions) inputs.push_back({decision.person, decision.commit});
    const trust::Authority authority = world.authority();
    return trust::judge_decisions(authority, world.verified(authority), content.match, content.bindings, inputs,
                                  world.now);
  }

  void sign_token() {
    const trust::Authority authority = world.authority();
    const trust::TokenFacts facts =
        trust::token_facts(authority, world.verified(authority), content.match, content.bindings, judged(), token_log);
    const model::Token token = trust::make_token(facts, "issuer", std::string(32, '7'), world.now, Seconds(300));
    run.token = model::emit_envelope(trust::sign_token(token, machine("issuer")));
  }

  model::AuditEntry entry(const std::string& type, codec::Value body) const {
    model::AuditEntry out = test::entry(type, std::move(body));
    out.at = world.now;
    return out;
  }

  model::AuditEntry intent(audit::Blobs& blobs) const {
    audit::IntentBody body{audit::add_run_evidence(blobs, run),
                           "change",
                           "apply",
                           std::string(k_target),
                           std::string(32, '7'),
                           {"s1"},
                           1,
                           {},
                           "host"};
    model::AuditEntry out = entry("intent", audit::emit_body(body));
    const model::Envelope envelope = run.token ? model::parse_envelope(*run.token) : model::Envelope{};
    out.request = RequestId("REQ-20261120-K7QF");
    out.request_sha256 = crypto::sha256(world.request);
    out.database = "shop";
    out.environment = "production";
    out.evidence =
        trust::evidence_digest(*out.request_sha256, content.bindings.verdict_sha256, content.bindings.terms_sha256,
                               judged().approvals, run.token ? &envelope : nullptr);
    return out;
  }

  std::map<std::string, std::string> log(const std::function<void(model::AuditEntry&)>& spoil = {}) const {
    audit::Blobs blobs;
    const audit::GenesisBody body{world.pin.root_sha256, 1, machine("exec-prod").public_key().text(),
                                  audit::add_trust_documents(blobs, run.trust)};
    std::vector<model::AuditEntry> entries{entry("genesis", audit::emit_body(body)), intent(blobs)};
    if (spoil) spoil(entries[1]);
    audit::ResultBody result;
    result.outcome = "executed";
    result.intent_seq = 1;
    entries.push_back(entry("result", audit::emit_body(result)));
    entries.back().request = entries[1].request;
    entries.back().request_sha256 = entries[1].request_sha256;
    test::MemoryLog memory;
    memory.apply(audit::plan_append(audit::empty_head(k_origin), memory.reader(), std::move(entries), blobs,
                                    machine("exec-prod")));
    return memory.files;
  }

  AuditVerdict verify(const std::map<std::string, std::string>& files, std::optional<Bookmark> since = {}) const {
    test::MemoryLog memory;
    memory.files = files;
    return verify_audit_log(memory.reader(), "exec-prod", {.pin = world.pin, .since = std::move(since), .threads = 1});
  }
  std::vector<ErrorCode> codes(const std::function<void(model::AuditEntry&)>& spoil = {}) const {
    return test::codes_of(verify(log(spoil)).report);
  }

  static constexpr std::string_view k_target = "9b1d9b1d9b1d9b1d9b1d9b1d9b1d9b1d";
  test::World world;
  Content content;
  audit::RunEvidence run;
  trust::LogHead token_log;
};

TEST_F(Audited, PinAndLogSuffice) {
  const AuditVerdict verdict = verify(log());
  EXPECT_TRUE(verdict.report.good()) << (verdict.report.findings.empty()
                                             ? ""
                                             : verdict.report.findings.back().reason.message);
  EXPECT_EQ(verdict.executions, 1U);
  EXPECT_EQ(verdict.other_rule_sets, 0U);
  ASSERT_TRUE(verdict.bookmark.has_value());

  const Bookmark again = parse_bookmark(emit_bookmark(*verdict.bookmark) + "\n");
  const AuditVerdict next = verify(log(), again);
  EXPECT_TRUE(next.report.good());
  EXPECT_EQ(next.report.lines, 0U);
}

TEST_F(Audited, FromARepository) {
  const TemporaryFolder folder;
  const std::filesystem::path remote = folder.path() / "db-audit.git";
  git::Repository repository = git::Repository::init(remote);
  std::vector<git::TreeChange> changes;
  for (const auto& [path, bytes] : log()) changes.push_back({path, bytes});
  const git::ObjectId tree = repository.write_tree({}, changes);
  const std::string who = "exec-prod <exec-prod@dbw.invalid> 1763633700 +0000";
  repository.set_ref(audit_ref("exec-prod"), repository.write_commit("tree " + tree.hex + "\nauthor " + who +
                                                                     "\ncommitter " + who + "\n\nx\n"));
  const AuditMirror mirror(folder.path() / "cache.git", remote.string());
  EXPECT_EQ(mirror.executors(), std::vector<std::string>{"exec-prod"});
  EXPECT_TRUE(verify_audit_log(mirror.files("exec-prod"), "exec-prod", {.pin = world.pin}).report.good());
  EXPECT_EQ(test::code_of([&] { mirror.files("exec-staging"); }), ErrorCode::audit_no_log);
}

TEST_F(Audited, BookmarkIsStrict) {
  Bookmark bookmark = *verify(log()).bookmark;
  bookmark.head.size = 2;
  EXPECT_EQ(test::code_of([&] { parse_bookmark(emit_bookmark(bookmark)); }), ErrorCode::audit_bookmark);
  bookmark.head.size = 3;
  bookmark.key = machine("issuer").public_key();
  EXPECT_EQ(test::code_of([&] { parse_bookmark(emit_bookmark(bookmark)); }), ErrorCode::audit_bookmark);
  EXPECT_EQ(test::code_of([&] { parse_bookmark("{}"); }), ErrorCode::audit_bookmark);
}

TEST_F(Audited, AnotherPin) {
  const std::map<std::string, std::string> files = log();
  world.pin.root_sha256 = crypto::sha256("another root");
  const AuditVerdict verdict = verify(files);
  EXPECT_FALSE(verdict.report.good());
  EXPECT_EQ(verdict.report.first_bad, 0U);
}

TEST_F(Audited, ApprovalMissing) {
  run.decisions.pop_back();
  EXPECT_THAT(codes(), Contains(ErrorCode::trust_approvals_missing));
}

TEST_F(Audited, RejectionIgnored) {
  decide("bob", model::DecisionKind::reject, '3');
  EXPECT_THAT(codes(), Contains(ErrorCode::trust_rejected));
}

TEST_F(Audited, OtherSqlThanApproved) {
  run.files["backfill.sql"] += "-- more\n";
  EXPECT_THAT(codes(), Contains(ErrorCode::trust_file_digest));
}

TEST_F(Audited, FileMissing) {
  run.files.erase("backfill.sql");
  EXPECT_THAT(codes(), Contains(ErrorCode::audit_evidence_missing));
}

TEST_F(Audited, RequestSignedBySomebodyElse) {
  run.signature = test::sign_ssh(test::key_of("bob"), "dbw-request-v1", run.request);
  EXPECT_THAT(codes(), Contains(ErrorCode::audit_execution_unproven));
}

TEST_F(Audited, VerdictTouchedUp) {
  run.verdict.replace(run.verdict.find("\"risk\""), 6, "\"rysk\"");
  EXPECT_THAT(codes(), Contains(ErrorCode::audit_execution_unproven));
}

TEST_F(Audited, TermsTouchedUp) {
  run.terms += " ";
  EXPECT_THAT(codes(), Contains(ErrorCode::audit_execution_unproven));
}

TEST_F(Audited, NoToken) {
  run.token.reset();
  EXPECT_THAT(codes(), Contains(ErrorCode::audit_execution_unproven));
}

TEST_F(Audited, CiIdentityThatPolicyDemands) {
  make(test::replaced(test::replaced(test::policy_yaml(), "ban-drop-table", "drop-table"), "token: required}",
                      "token: required, ci_identity: {executor: job}}") +
       "ci_identities: [{name: job, provider: github, issuer: \"https://ci.example.org\", audience: dbw, claims: "
       "{repository_id: \"7\", ref: main}}]\n");
  const auto with_ci = [](const char* identity, const char* issuer) {
    return [=](model::AuditEntry& e) {
      e.body.set("ci", codec::Value::Map{{"claims", codec::Value::Map{{"repository_id", "7"}}},
                                         {"identity", identity},
                                         {"issuer", issuer},
                                         {"jti", "j"}});
    };
  };
  EXPECT_TRUE(verify(log(with_ci("job", "https://ci.example.org"))).report.good());
  EXPECT_THAT(codes(), Contains(ErrorCode::audit_execution_unproven)) << "none";
  EXPECT_THAT(codes(with_ci("other", "https://ci.example.org")), Contains(ErrorCode::audit_execution_unproven));
  EXPECT_THAT(codes(with_ci("job", "https://evil.example.org")), Contains(ErrorCode::audit_execution_unproven));
}

TEST_F(Audited, TokenThatKnewAnotherLog) {
  token_log = {1, crypto::sha256("another log")};
  sign_token();
  EXPECT_THAT(codes(), Contains(ErrorCode::audit_execution_unproven));
}

TEST_F(Audited, TokenOfATokenThief) {
  const model::Envelope envelope = model::parse_envelope(*run.token);
  run.token =
      model::emit_envelope(trust::sign_token(model::parse_token_payload(envelope.payload), machine("reviewer")));
  EXPECT_THAT(codes(), Contains(ErrorCode::trust_token_key));
}

TEST_F(Audited, EntryOfAnotherDatabaseOrEvidence) {
  EXPECT_THAT(codes([](model::AuditEntry& e) { e.database = "other"; }), Contains(ErrorCode::audit_execution_unproven));
  EXPECT_THAT(codes([](model::AuditEntry& e) { e.evidence = crypto::sha256("x"); }),
              Contains(ErrorCode::audit_execution_unproven));
  EXPECT_THAT(codes([](model::AuditEntry& e) { e.body.set("target", "another"); }),
              Contains(ErrorCode::audit_execution_unproven));
}

TEST_F(Audited, PolicyThatTooFewSigned) {
  run.trust.policy.signatures.erase("rob");
  const AuditVerdict verdict = verify(log());
  EXPECT_EQ(verdict.report.first_bad, 0U);
}

TEST_F(Audited, EveryBlobIsNeeded) {
  const std::map<std::string, std::string> whole = log();
  for (const auto& [path, bytes] : whole) {
    if (!path.starts_with("evidence/")) continue;
    std::map<std::string, std::string> damaged = whole;
    damaged.erase(path);
    EXPECT_THAT(test::codes_of(verify(damaged).report), Contains(ErrorCode::audit_evidence_missing)) << path;
  }
}

}  // namespace
}  // namespace dbw::workflow
