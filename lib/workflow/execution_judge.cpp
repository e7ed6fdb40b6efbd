#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/sql_types.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "trust/decisions.hpp"
#include "trust/requests.hpp"
#include "trust/tokens.hpp"
#include "trust/windows.hpp"
#include "workflow/assess.hpp"
#include "workflow/audit_verify.hpp"

namespace dbw::workflow {
namespace {

trust::SignedDocument named(const audit::SignedDocument& document, const char* name) {
  return {name, document.bytes, document.signatures};
}

trust::TrustInput trust_input(const audit::TrustDocuments& documents) {
  trust::TrustInput input;
  for (const audit::SignedDocument& root : documents.roots) input.roots.push_back(named(root, "root in the evidence"));
  input.rosters.push_back(named(documents.roster, "roster in the evidence"));
  input.policies.push_back(named(documents.policy, "policy in the evidence"));
  for (const audit::SignedDocument& suspension : documents.suspensions)
    input.suspensions.push_back(named(suspension, "suspension in the evidence"));
  return input;
}

/// One reason more wherever a check does not hold.
class Reasons {
 public:
  explicit Reasons(std::vector<Refusal>& refusals) : m_refusals(refusals) {}
  void require(bool holds, std::string_view what) {
    if (!holds) m_refusals.push_back({ErrorCode::audit_execution_unproven, std::string(what)});
  }
  void add(const std::vector<Refusal>& more) { m_refusals.insert(m_refusals.end(), more.begin(), more.end()); }

 private:
  std::vector<Refusal>& m_refusals;
};

std::string text_at(const codec::Value& map, std::string_view key) {
  const codec::Value* value = map.kind() == codec::Value::Kind::map ? map.find(key) : nullptr;
  return value != nullptr && value->kind() == codec::Value::Kind::text ? value->text() : std::string();
}

const codec::Value::List& list_at(const codec::Value& map, std::string_view key) {
  static const codec::Value::List empty;
  const codec::Value* value = map.find(key);
  return value != nullptr && value->kind() == codec::Value::Kind::list ? value->items() : empty;
}

/// What the recorded verdict says of the SQL, for a review by rules that this version does not have.
trust::MatchInput recorded_match_input(const model::Request& request, const codec::Value& verdict, Timestamp at) {
  trust::MatchInput input = trust::match_input(request, model::Review{}, at);
  std::set<StatementClass> classes;
  for (const codec::Value& statement : list_at(verdict, "statements"))
    classes.insert(parse_class(text_at(statement, "class")).value_or(StatementClass::opaque));
  input.classes.assign(classes.begin(), classes.end());
  input.risk = model::parse_risk(text_at(verdict, "risk")).value_or(model::Risk::unknown);
  for (const codec::Value& finding : list_at(verdict, "findings")) {
    const codec::Value* waived = finding.find("waived");
    const bool lifted = waived != nullptr && waived->kind() == codec::Value::Kind::boolean && waived->boolean();
    if (!lifted || text_at(finding, "waiver").starts_with(k_overridden_by))
      input.rules.push_back(text_at(finding, "rule"));
  }
  return input;
}

/// A policy may name rules that this version lacks; then there is nothing of our own to compare with.
Content review_again(const trust::Authority& authority, const trust::VerifiedRequest& request,
                     const std::map<std::string, std::string>& files, Timestamp at) {
  try {
    return judge_content(authority, request->request, request->sha256, files, at);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::rule_unknown) throw;
    return {};
  }
}

void check_files(const model::Request& request, const std::map<std::string, std::string>& files, std::int64_t bytes_max,
                 std::vector<Refusal>& refusals) {
  for (const model::FileReference& file : model::files_of(request)) {
    const auto found = files.find(file.path);
    if (found == files.end()) {
      refusals.push_back({ErrorCode::audit_evidence_missing, "the evidence lacks " + printable(file.path)});
      continue;
    }
    try {
      trust::require_file(file, found->second, static_cast<std::size_t>(bytes_max));
    } catch (const Error& error) {
      refusals.push_back(error.refusal());
    }
  }
}

}  // namespace

const trust::Authority& ExecutionJudge::authority(const Digest& manifest, Timestamp at,
                                                  const audit::EvidenceReader& evidence) {
  const auto known = m_known.find(manifest);
  if (known != m_known.end() && known->second.from <= at && at < known->second.until) return known->second.authority;
  const trust::TrustInput input = trust_input(audit::read_trust_documents(manifest, evidence));
  trust::Authority fresh = trust::verify_authority(m_pin, input, {}, at);
  const Timestamp until = std::min({fresh.root().expires_at, fresh.roster().expires_at, fresh.policy().expires_at});
  return m_known.insert_or_assign(manifest, Known{std::move(fresh), at, until}).first->second.authority;
}

std::vector<crypto::PublicKey> ExecutionJudge::keys(const model::AuditEntry& entry,
                                                    const audit::EvidenceReader& evidence) {
  const model::Machine* machine =
      authority(audit::named_evidence(entry).front(), entry.at, evidence).find_machine(m_executor);
  if (machine == nullptr || machine->use != "execute") return {};
  return {machine->key};
}

std::vector<Refusal> ExecutionJudge::judge(const model::AuditEntry& entry, const audit::EvidenceReader& evidence) {
  m_token_head.reset();
  std::vector<Refusal> refusals;
  if (entry.type != "intent") return refusals;
  ++m_executions;
  try {
    judge_intent(entry, evidence, refusals);
  } catch (const Error& error) {
    refusals.push_back(error.refusal());
  }
  if (!refusals.empty())
    refusals.insert(refusals.begin(), {ErrorCode::audit_execution_unproven,
                                       fmt::format("the evidence does not allow what was run for {}",
                                                   entry.request ? entry.request->text() : "no request")});
  return refusals;
}

void ExecutionJudge::judge_intent(const model::AuditEntry& entry, const audit::EvidenceReader& evidence,
                                  std::vector<Refusal>& refusals) {
  Reasons reasons(refusals);
  const audit::IntentBody body = audit::parse_intent_body(entry.body);
  const audit::RunEvidence run = audit::read_run_evidence(body.evidence, evidence);
  const trust::Authority& trusted = authority(body.evidence.trust, entry.at, evidence);
  const trust::VerifiedRequest verified =
      trust::verify_request(trusted, {"request.yaml in the evidence", run.request, run.signature}, entry.at);
  const model::Request& request = verified->request;
  reasons.require(entry.request == request.id && entry.request_sha256 == verified->sha256,
                  "the entry names another request than its evidence");
  reasons.require(entry.database == request.database && entry.environment == request.environment,
                  "the entry names another database than the request");
  reasons.require(body.kind == model::kind_name(request.kind) && body.mode == model::mode_name(request.mode),
                  "the entry names another kind or mode than the request");
  const model::EnvironmentEntry& environment = trusted.environment(request.database, request.environment);
  reasons.require(environment.executor == m_executor, "policy gives this database to another executor");
  const auto target = environment.targets.find(body.member);
  reasons.require(target != environment.targets.end() && target->second == body.target, "policy names another target");
  for (const std::string& step : body.steps)
    reasons.require(std::any_of(request.steps.begin(), request.steps.end(),
                                [&](const model::RequestStep& s) { return s.id == step; }),
                    "the request has no step " + printable(step));
  const std::string& ci = environment.executor_ci;
  reasons.require(ci.empty() || (body.ci && body.ci->identity == ci &&
                                 body.ci->issuer == trusted.policy().ci_identities.at(ci).issuer),
                  "policy demands a CI identity, and the entry names none, or another");
  check_files(request, run.files, trusted.policy().limits.sql_bytes, refusals);
  if (!refusals.empty()) return;

  Content content = review_again(trusted, verified, run.files, entry.at);
  if (content.verdict != run.verdict) {
    const codec::Value recorded =
        codec::parse_json(run.verdict, "verdict in the evidence", audit::k_evidence_bytes_max);
    reasons.require(text_at(recorded, "rule_set") != content.review.rule_set.text(),
                    "a review of the same SQL by the same rules gives another verdict");
    reasons.require(text_at(recorded, "request_sha256") == verified->sha256.text(),
                    "the verdict is of another request");
    ++m_other_rule_sets;
    const trust::MatchInput input = recorded_match_input(request, recorded, entry.at);
    content.match = trust::match_workflow(trusted, input);
    content.terms = trust::emit_terms(trusted, content.match, input);
    reasons.require(text_at(recorded, "workflow") == content.match.workflow.name,
                    "the verdict names another workflow than policy gives");
    content.refusals = content.match.refusals;
  }
  reasons.add(content.refusals);
  reasons.require(content.terms == run.terms, "policy gives other terms than those that were approved");
  const trust::Bindings bindings{crypto::sha256(run.verdict), crypto::sha256(run.terms)};
  std::vector<trust::DecisionInput> decisions;
  for (const audit::DecisionEvidence& decision : run.decisions) decisions.push_back({decision.person, decision.commit});
  const trust::JudgedDecisions judged =
      trust::judge_decisions(trusted, verified, content.match, bindings, decisions, entry.at);
  trust::require_satisfied(judged);
  reasons.require(trust::in_window(content.match.workflow.windows, entry.at),
                  "it ran outside of its workflow's windows");
  reasons.require(trust::freeze_of(trusted.policy(), content.match.workflow, request.environment, entry.at) == nullptr,
                  "it ran during a freeze");

  std::optional<model::Envelope> token;
  if (run.token) token = model::parse_envelope(*run.token);
  reasons.require(token.has_value() || !environment.token_required, "policy requires a token, and there is none");
  if (token) {
    const model::Token claimed = model::parse_token_payload(token->payload);
    // How its head relates to this log is judged by the caller, who has the tiles.
    m_token_head =
        audit::TreeHead{static_cast<std::uint64_t>(std::max<std::int64_t>(0, claimed.log_size)), claimed.log_root};
    reasons.require(claimed.log_size <= entry.seq, "the token knew more of the log than there was");
    reasons.require(claimed.jti == body.jti, "the entry names another token");
    trust::TokenFacts facts =
        trust::token_facts(trusted, verified, content.match, bindings, judged, {entry.seq, claimed.log_root});
    trust::verify_token(trusted, *token, facts, entry.at);
  }
  const Digest digest = trust::evidence_digest(verified->sha256, bindings.verdict_sha256, bindings.terms_sha256,
                                               judged.approvals, token ? &*token : nullptr);
  reasons.require(entry.evidence == digest, "`evidence` is not the digest of this evidence");
}

}  // namespace dbw::workflow
