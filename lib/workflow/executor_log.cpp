#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/commit.hpp"
#include "crypto/hash.hpp"
#include "workflow/executor.hpp"

/// What the executor writes into its log besides the runs themselves: the first lines, decisions at first sight,
/// denials.
namespace dbw::workflow {
namespace {

constexpr std::size_t k_deny_message_bytes_max = 512;
/// Approvals of one request that the log remembers; each must be read again in every run.
constexpr std::size_t k_logged_decisions_max = 64;

audit::SignedDocument to_audit(const trust::SignedDocument& document) { return {document.bytes, document.signatures}; }

/// The authentic decisions with the commits they came from.
std::vector<std::pair<const trust::JudgedDecision*, const std::string*>> authentic_decisions(
    const Assessment& assessment) {
  std::map<Digest, const trust::DecisionInput*> commits;
  for (const trust::DecisionInput& input : assessment.decision_commits) {
    try {
      commits[crypto::sha256(codec::parse_signed_commit(input.commit).payload)] = &input;
    } catch (const Error&) {
      continue;  // no decision at all; the judgement says why
    }
  }
  std::vector<std::pair<const trust::JudgedDecision*, const std::string*>> out;
  for (const trust::JudgedDecision& judged : assessment.judged.decisions) {
    const auto commit = commits.find(judged.payload);
    if (judged.authentic && judged.decision && commit != commits.end())
      out.emplace_back(&judged, &commit->second->commit);
  }
  return out;
}

}  // namespace

audit::TrustDocuments Executor::trust_documents() const {
  audit::TrustDocuments documents;
  for (const trust::SignedDocument& root : m_trust_input.roots) documents.roots.push_back(to_audit(root));
  documents.roster = to_audit(m_authority->roster_document());
  documents.policy = to_audit(m_authority->policy_document());
  for (const trust::SignedDocument& suspension : m_authority->suspension_documents())
    documents.suspensions.push_back(to_audit(suspension));
  return documents;
}

model::AuditEntry Executor::entry(std::string_view type) const {
  model::AuditEntry entry;
  entry.type = type;
  entry.at = m_now;
  entry.tool_name = "dbw-exec";
  entry.tool_version = DBW_VERSION;
  entry.tool_build = "release";
  return entry;
}

void Executor::show_alive() {
  const Seconds age_max = m_authority->policy().log_max_age;
  if (age_max.count() == 0 || !m_options.bundle.empty()) return;
  const std::uint64_t size = m_log->head().size;
  if (size != 0 && m_now - m_log->line(size - 1).entry.at < age_max / 2) return;
  append({entry("alive")}, {});
}

void Executor::append(std::vector<model::AuditEntry> entries, const audit::Blobs& blobs) {
  audit::Blobs all = blobs;
  if (m_log->head().size == 0) {
    audit::GenesisBody body;
    body.root_sha256 = m_config.pin.root_sha256;
    body.root_version = m_config.pin.root_version;
    body.key = m_key->public_key().text();
    body.trust = audit::add_trust_documents(all, trust_documents());
    model::AuditEntry genesis = entry("genesis");
    genesis.body = audit::emit_body(body);
    entries.insert(entries.begin(), genesis);
  }
  m_log->append(std::move(entries), all);
  m_index.catch_up(*m_log);
  m_marks.log = m_log->head();
  save_marks(m_config.state / "marks.yaml", m_marks);
}

void Executor::append_result(const model::AuditEntry& result, const audit::Blobs& blobs) {
  const auto unless_known = [this](std::vector<model::AuditEntry> entries) {
    m_index.catch_up(*m_log);
    std::erase_if(entries, [this](const model::AuditEntry& entry) {
      const std::vector<LoggedRun>& runs = m_index.of(*entry.request).runs;
      return std::any_of(runs.begin(), runs.end(),
                         [&](const LoggedRun& run) { return run.run == entry.run && !run.outcome.empty(); });
    });
    return entries;
  };
  const std::vector<model::AuditEntry> entries = unless_known({result});
  if (!entries.empty()) m_log->append(entries, blobs, unless_known);
  m_index.catch_up(*m_log);
}

void Executor::advance_marks(Target& target) {
  m_index.catch_up(*m_log);
  m_marks.log = m_log->head();
  save_marks(m_config.state / "marks.yaml", m_marks);
  target.ledger().advance(database_marks(m_authority->marks(), m_log->origin(), m_log->head()));
  target.set_log_mark(static_cast<std::int64_t>(m_log->head().size));
  m_log_marks[target.id()] = target.log_mark();
}

void Executor::log_new_decisions(const std::vector<RequestId>& ids) {
  std::vector<model::AuditEntry> entries;
  audit::Blobs blobs;
  for (const RequestId& id : ids) {
    const auto assessment = assess_known(id);
    if (!assessment || !assessment->request) continue;
    const LoggedRequest& logged = m_index.of(id);
    std::size_t known = logged.decisions.size();
    for (const auto& [judged, commit] : authentic_decisions(*assessment)) {
      // Approvals beyond the bound add nothing; what takes away is always kept.
      if (judged->decision->kind == model::DecisionKind::post_review) continue;  // log_post_reviews()
      const bool takes_away = judged->decision->kind != model::DecisionKind::approve;
      if (logged.decisions.contains(judged->payload) || (known >= k_logged_decisions_max && !takes_away)) continue;
      ++known;
      model::AuditEntry decision = entry("decision");
      decision.request = id;
      decision.request_sha256 = (*assessment->request)->sha256;
      decision.database = (*assessment->request)->request.database;
      decision.environment = (*assessment->request)->request.environment;
      decision.body = audit::emit_body(audit::DecisionBody{judged->payload, audit::add_blob(blobs, *commit),
                                                           std::string(model::decision_name(judged->decision->kind)),
                                                           judged->person});
      entries.push_back(decision);
    }
  }
  if (!entries.empty()) append(std::move(entries), blobs);
}

void Executor::log_denial(const Assessment& assessment, const std::vector<Refusal>& refusals,
                          const std::string& member) {
  // Only for requests that are really somebody's: nobody else may fill the log. And once: the next run finds it in the
  // index.
  if (!assessment.request || refusals.empty()) return;
  const std::string error = error_id(refusals.front().code);
  const Digest& digest = (*assessment.request)->sha256;
  if (m_index.of(assessment.stored.id).denied.contains(denial_key(digest, error, member))) return;
  model::AuditEntry deny = entry("deny");
  deny.request = assessment.stored.id;
  deny.request_sha256 = digest;
  deny.database = (*assessment.request)->request.database;
  deny.environment = (*assessment.request)->request.environment;
  audit::Blobs blobs;
  deny.body = audit::emit_body(
      audit::DenyBody{error, std::string(truncate_utf8(printable(refusals.front().message), k_deny_message_bytes_max)),
                      audit::add_blob(blobs, model::emit_trace(m_trace)), member});
  try {
    append({deny}, blobs);
  } catch (const Error& failure) {
    // The refusal stands without its line; if the log is out of reach, the next request finds out.
    say(fmt::format("{}: the denial could not be logged: {}", assessment.stored.id.text(), failure.message()));
  }
}

}  // namespace dbw::workflow
