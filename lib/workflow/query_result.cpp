#include "workflow/query_result.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "trust/recipients.hpp"
#include "workflow/progress.hpp"
#include "workflow/sealed_results.hpp"

namespace dbw::workflow {
namespace {

/// Everybody named, or nobody: a result that half of them can open is not what was approved.
std::vector<crypto::AgeRecipient> require_recipients(const trust::Authority& authority, const model::Request& request) {
  const trust::Recipients found = trust::find_recipients(authority, request);
  if (!found.refusals.empty()) throw Error(found.refusals.front());
  std::vector<crypto::AgeRecipient> keys;
  for (const auto& [person, key] : found.people) keys.push_back(key);
  return keys;
}

std::string message_text(const db::ServerMessage& message) {
  std::string out = fmt::format("{} {}: {}\n", message.severity, message.sqlstate, message.message);
  for (const auto& [name, text] : {std::pair{"detail", &message.detail},
                                   {"hint", &message.hint},
                                   {"context", &message.context},
                                   {"schema", &message.schema},
                                   {"table", &message.table},
                                   {"column", &message.column},
                                   {"constraint", &message.constraint}}) {
    if (!text->empty()) out += fmt::format("{}: {}\n", name, *text);
  }
  return out;
}

}  // namespace

QueryResult::QueryResult(const ExecutorConfig& config, const trust::Authority& authority, const model::Request& request,
                         const plan::Plan& plan, const QueryOrigin& origin)
    : m_request(request.id),
      m_recipients(require_recipients(authority, request)),
      m_step(origin.step),
      m_member(origin.member) {
  const bool sealed = !m_recipients.empty();
  m_folder = sealed ? SealedOutbox(config.state).folder(request.id, origin.run)
                    : config.state / "results" / request.id.text() / m_member;
  const std::string format = request.results ? request.results->format : "csv";
  m_name = m_step + (format == "json" ? ".jsonl" : "." + format);
  const std::int64_t bytes_max = sealed ? std::min(plan.bytes_max, k_sealed_rows_bytes_max) : plan.bytes_max;
  m_file.emplace(m_folder / (m_name + (sealed ? std::string(k_sealed_end) : "")), format, plan.rows_max, bytes_max,
                 m_recipients);
}

std::string QueryResult::progress() const {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - m_started;
  return query_progress(m_file->rows(), m_file->bytes(), std::max(passed.count(), 1e-3));
}

/// The log names a text without revealing it: a commitment; returns what opens it.
std::string QueryResult::commit_to(std::string_view path, const std::string& text,
                                   std::optional<Digest>& commitment) const {
  const audit::Opening opening = audit::new_opening(path, text);
  commitment = audit::commitment(opening);
  return audit::emit_openings({opening});
}

void QueryResult::finish(audit::ResultBody& body, StepOutcome& outcome) {
  const std::string openings = commit_to("result", m_file->finish().text(), body.result_sha256);
  if (m_recipients.empty()) {
    write_file_atomic(m_folder / (m_name + ".opening.json"), openings, 0600);
    outcome.result_file = m_folder / m_name;
  } else {
    // The digest of few rows gives them away, so it is sealed as they are.
    write_file_atomic(m_folder / (m_name + std::string(k_sealed_opening_end)), crypto::age_seal(m_recipients, openings),
                      0600);
    body.sealed_sha256 = m_file->sealed();
    outcome.result_file = results_ref(m_request, m_member);
  }
  body.statements = 1;
  body.truncated = outcome.truncated = m_file->truncated();
  outcome.rows = m_file->rows();
}

void QueryResult::keep_message(const db::ServerMessage& message, audit::ResultBody& body) const {
  if (m_recipients.empty()) return;
  const std::string text = message_text(message);
  const std::string name = m_step + ".message.txt";
  const std::string openings = commit_to("error.message", text, body.message);
  const std::string sealed = crypto::age_seal(m_recipients, text);
  write_file_atomic(m_folder / (name + std::string(k_sealed_end)), sealed, 0600);
  write_file_atomic(m_folder / (name + std::string(k_sealed_opening_end)), crypto::age_seal(m_recipients, openings),
                    0600);
  body.sealed_sha256 = crypto::sha256(sealed);
}

}  // namespace dbw::workflow
