#include <fmt/format.h>

#include "base/limits.hpp"
#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "model/audit_entry.hpp"
#include "model/decision.hpp"
#include "model/token.hpp"
#include "model/trust_documents.hpp"
#include "model/verdict.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

Digest digest(std::string_view text) { return crypto::sha256(text); }

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("absent: " + std::string(from));
  return text.replace(at, from.size(), to);
}

template <typename Call>
ErrorCode code_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal_bug;
}

model::Decision sample_decision() {
  model::Decision out;
  out.request = RequestId("REQ-20261120-K7QF");
  out.repo_id = std::string(32, 'a');
  out.database = "shop";
  out.environment = "production";
  out.request_sha256 = digest("r");
  out.verdict_sha256 = digest("v");
  out.terms_sha256 = digest("t");
  out.steps = {"dba", "owner"};
  out.approver = "bob";
  out.not_after = Timestamp::parse("2026-11-27T10:20:00Z");
  out.nonce = std::string(32, 'b');
  out.comment = "looks right: \"ok\"";
  return out;
}

TEST(DecisionForm, RoundTripsEveryKind) {
  for (const auto kind : {model::DecisionKind::approve, model::DecisionKind::reject, model::DecisionKind::revoke,
                          model::DecisionKind::post_review}) {
    model::Decision decision = sample_decision();
    decision.kind = kind;
    if (kind == model::DecisionKind::revoke || kind == model::DecisionKind::post_review)
      decision.target = digest("target");
    const std::string text = model::render_decision(decision);
    const model::Decision again = model::parse_decision(text);
    EXPECT_EQ(again.kind, kind);
    EXPECT_EQ(again.target, decision.target);
    EXPECT_EQ(model::render_decision(again), text);
  }
}

struct BadDecision {
  const char* name;
  const char* from;
  const char* to;
};
constexpr BadDecision k_bad_decisions[]{
    {"another version", "dbw-approval/v1", "dbw-approval/v2"},
    {"unknown decision", "K7QF approve", "K7QF allow"},
    {"subject and body disagree", "Dbw-Decision: approve", "Dbw-Decision: reject"},
    {"key out of order", "Dbw-Database: shop\nDbw-Environment: production",
     "Dbw-Environment: production\nDbw-Database: shop"},
    {"line twice", "Dbw-Mode: apply\n", "Dbw-Mode: apply\nDbw-Mode: apply\n"},
    {"unknown line", "Dbw-Comment:", "Dbw-Extra: 1\nDbw-Comment:"},
    {"steps unsorted", "dba,owner", "owner,dba"},
    {"step twice", "dba,owner", "dba,dba"},
    {"empty steps", "Dbw-Steps: dba,owner", "Dbw-Steps: "},
    {"two spaces", "Dbw-Mode: apply", "Dbw-Mode:  apply"},
    {"trailing space", "Dbw-Approver: bob", "Dbw-Approver: bob "},
    {"short nonce", "bbbbbbbbbbbbbbbb\n", "\n"},
    {"upper-case nonce", "Dbw-Nonce: bb", "Dbw-Nonce: BB"},
    {"empty comment", "Dbw-Comment: looks right: \"ok\"", "Dbw-Comment: "},
    {"no final newline", "\"ok\"\n", "\"ok\""},
    {"blank line at the end", "\"ok\"\n", "\"ok\"\n\n"},
    {"control character in the comment", "looks", "lo\x1bks"},
    {"letters beyond ASCII in the comment", "looks", "l\xC3\xB6ks"},
    {"target of an approval", "Dbw-Comment:", "Dbw-Target: sha256:00\nDbw-Comment:"},
    {"time without zone", "10:20:00Z", "10:20:00"},
};

TEST(DecisionForm, EverythingElseIsRefused) {
  const std::string good = model::render_decision(sample_decision());
  for (const BadDecision& bad : k_bad_decisions) {
    EXPECT_EQ(code_of([&] { model::parse_decision(replaced(good, bad.from, bad.to)); }), ErrorCode::decision_grammar)
        << bad.name;
  }
  EXPECT_EQ(code_of([&] { model::parse_decision(""); }), ErrorCode::decision_grammar);
  EXPECT_EQ(code_of([&] { model::parse_decision(std::string(k_decision_message_bytes_max + 1, 'x')); }),
            ErrorCode::decision_too_large);
  model::Decision longwinded = sample_decision();
  longwinded.comment = std::string(k_decision_message_bytes_max, 'x');
  EXPECT_EQ(code_of([&] { model::render_decision(longwinded); }), ErrorCode::decision_too_large);
}

TEST(DecisionForm, NoStepsAreADash) {
  model::Decision decision = sample_decision();
  decision.steps.clear();
  const std::string text = model::render_decision(decision);
  EXPECT_NE(text.find("Dbw-Steps: -\n"), std::string::npos);
  EXPECT_TRUE(model::parse_decision(text).steps.empty());
}

TEST(RequestForm, RenderedRequestReadsBackTheSame) {
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "schemas/examples/request/valid")) {
    const model::Request request = model::parse_request(slurp(entry.path()), "request");
    const std::string text = model::render_request(request);
    EXPECT_EQ(model::render_request(model::parse_request(text, "rendered")), text) << entry.path();
  }
}

TEST(RequestForm, AwkwardTextsSurvive) {
  model::Request request =
      model::parse_request(slurp(source_dir() / "schemas/examples/request/valid/change.yaml"), "request");
  for (const std::string title :
       {"a: b", "#1", "- x", "yes", "010", "it's", "say \"hi\"", "{x}", "~", "*a", "a #b", "\xC3\xBC"}) {
    request.title = title;
    EXPECT_EQ(model::parse_request(model::render_request(request), "rendered").title, title);
  }
}

TEST(PinForm, RoundTrips) {
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "schemas/examples/pin/valid")) {
    const model::Pin pin = model::parse_pin(slurp(entry.path()), "pin");
    EXPECT_EQ(model::render_pin(model::parse_pin(model::render_pin(pin), "rendered")), model::render_pin(pin));
  }
}

TEST(SuspensionForm, RoundTrips) {
  const model::Suspension suspension =
      model::parse_suspension(slurp(source_dir() / "schemas/examples/suspension/valid/all.yaml"), "suspension");
  EXPECT_EQ(suspension.id(), "bob.0123456789abcdef0123456789abcdef");
  EXPECT_EQ(model::render_suspension(model::parse_suspension(model::render_suspension(suspension), "rendered")),
            model::render_suspension(suspension));
}

TEST(PolicyForm, CiIdentities) {
  const model::Policy policy =
      model::parse_policy(slurp(source_dir() / "schemas/examples/policy/valid/full.yaml"), "policy");
  const model::CiIdentity& deploy = policy.ci_identities.at("deploy-job");
  EXPECT_EQ(deploy.provider, "gitlab");
  EXPECT_EQ(deploy.issuer, "https://gitlab.example.org");
  EXPECT_EQ(deploy.audience, "dbw-exec-prod");
  EXPECT_EQ(deploy.max_age, Seconds(900));
  EXPECT_THAT(deploy.algorithms, ::testing::ElementsAre("RS256"));
  EXPECT_THAT(deploy.claims.at("project_id"), ::testing::ElementsAre("4711"));
  EXPECT_THAT(deploy.claims.at("pipeline_source"), ::testing::ElementsAre("schedule", "web"));
  EXPECT_EQ(policy.databases.at("shop").environments.at("production").executor_ci, "deploy-job");
  EXPECT_EQ(policy.databases.at("shop").environments.at("production").issuer_ci, "issuer-job");
}

TEST(PolicyForm, AgeOfSnapshots) {
  const auto age_in = [](const char* file) {
    const std::filesystem::path path = source_dir() / "schemas/examples/policy/valid" / file;
    return model::parse_policy(slurp(path), file).databases.at("shop").environments.at("production").snapshot_max_age;
  };
  EXPECT_EQ(age_in("full.yaml"), Seconds(7 * 86400));
  EXPECT_EQ(age_in("fleet.yaml"), Seconds(0)) << "no second review";
}

TEST(PolicyForm, DefaultsAreTheStrictOnes) {
  const model::Policy policy =
      model::parse_policy(slurp(source_dir() / "schemas/examples/policy/valid/team.yaml"), "policy");
  EXPECT_TRUE(policy.databases.at("shop").environments.at("production").production);
  EXPECT_TRUE(policy.workflows.at(0).merge_required);
  EXPECT_FALSE(policy.workflows.at(1).merge_required) << "queries do not wait for a merge";
  EXPECT_TRUE(policy.workflows.at(0).match.classes_written);
  EXPECT_EQ(policy.workflows.at(1).approval_ttl, Seconds(7 * 86400));
  EXPECT_EQ(policy.log_max_age, Seconds(3600));
}

TEST(TokenForm, RoundTripsAndFitsOneLine) {
  const std::string json = slurp(source_dir() / "schemas/examples/token/valid/full.json");
  const model::Token token = model::parse_token_payload(json);
  EXPECT_EQ(model::emit_token_payload(token), json);
  const model::Envelope envelope{std::string(model::k_token_payload_type), json, "SHA256:x", std::string(64, '\x01')};
  const std::string line = model::encode_envelope_line(envelope);
  const model::Envelope again = model::decode_envelope_line(line);
  EXPECT_EQ(again.payload, json);
  EXPECT_EQ(again.signature, envelope.signature);
  EXPECT_EQ(model::encode_envelope_line(again), line);
}

TEST(EnvelopeForm, IsStrict) {
  const std::string good = model::emit_envelope({"t", "p", "k", std::string(64, 's')});
  EXPECT_EQ(code_of([&] {
              model::parse_envelope(model::emit_envelope({"t", "p", "k", "short"}));
            }),
            ErrorCode::envelope_malformed);
  EXPECT_EQ(code_of([&] { model::parse_envelope(R"({"payload":"cA==","payloadType":"t","signatures":[]})"); }),
            ErrorCode::envelope_malformed);
  EXPECT_EQ(code_of([&] { model::parse_envelope(replaced(good, "\"payload\":\"cA==\"", "\"payload\":\"cA\"")); }),
            ErrorCode::field_value);
  EXPECT_EQ(code_of([&] { model::parse_envelope(" " + good); }), ErrorCode::json_not_canonical);
  EXPECT_EQ(code_of([&] { model::decode_envelope_line(to_base64url(good) + "\n"); }), ErrorCode::bad_encoding);
  EXPECT_EQ(code_of([&] { model::decode_envelope_line(std::string(k_token_bytes_max + 1, 'A')); }),
            ErrorCode::document_too_large);
}

TEST(AuditEntryForm, RoundTrips) {
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "schemas/examples/audit-entry/valid")) {
    const std::string json = slurp(entry.path());
    EXPECT_EQ(model::emit_audit_entry(model::parse_audit_entry(json)), json);
  }
  model::AuditEntry half =
      model::parse_audit_entry(slurp(source_dir() / "schemas/examples/audit-entry/valid/intent.json"));
  half.request_sha256.reset();
  EXPECT_EQ(code_of([&] { model::emit_audit_entry(half); }), ErrorCode::audit_entry_malformed);
}

TEST(VerdictForm, IsTheExampleAndKeepsExplanationsOut) {
  const std::string expected = slurp(source_dir() / "schemas/examples/verdict/valid/full.json");
  model::Verdict verdict;
  verdict.request = RequestId("REQ-20261120-K7QF");
  verdict.request_sha256 = Digest::parse("sha256:" + std::string(64, 'd'));
  verdict.files = {{"backfill.sql", Digest::parse("sha256:" + std::string(64, 'e'))}};
  verdict.workflow = "prod-write";
  verdict.steps = {{"owner", {"team-leads"}, 1}};
  verdict.review.rule_set = Digest::parse("sha256:" + std::string(64, 'f'));
  verdict.review.statements = {{"backfill.sql", {0, 54}, StatementClass::dml, false}};
  verdict.review.risk = model::Risk::medium;
  model::Finding finding;
  finding.rule = "update-without-where";
  finding.file = "backfill.sql";
  finding.range = {0, 54};
  finding.message = "every row is changed";
  finding.object = "public.orders";
  verdict.review.findings = {finding};
  EXPECT_EQ(model::emit_verdict(verdict), expected);
  verdict.review.findings[0].why = "because";
  verdict.review.factors = {{"rows", 3, "statistics"}};
  EXPECT_EQ(model::emit_verdict(verdict), expected);
}

TEST(Review, ClassesReadOnlyAndBlocked) {
  model::Review review;
  EXPECT_FALSE(review.read_only()) << "nothing is not a proof";
  review.statements = {{"a", {}, StatementClass::ddl, false},
                       {"a", {}, StatementClass::read, true},
                       {"a", {}, StatementClass::ddl, false}};
  EXPECT_EQ(review.classes(), (std::vector<StatementClass>{StatementClass::read, StatementClass::ddl}));
  EXPECT_FALSE(review.read_only());
  model::Finding finding;
  finding.severity = model::Severity::block;
  finding.waived = true;
  review.findings = {finding};
  EXPECT_FALSE(review.blocked());
  review.findings[0].waived = false;
  EXPECT_TRUE(review.blocked());
}

}  // namespace
}  // namespace dbw::test
