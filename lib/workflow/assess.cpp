#include "workflow/assess.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "review/review.hpp"
#include "trust/windows.hpp"
#include "workflow/stale.hpp"

namespace dbw::workflow {
namespace {

/// Everything the request names, each file checked against its digest.
std::map<std::string, std::string> read_files(const git::Repository& objects, const StoredRequest& stored,
                                              const model::Request& request, std::size_t bytes_max) {
  std::map<std::string, std::string> files;
  const auto read = [&](const model::FileReference& file) {
    std::string bytes = read_request_file(objects, stored, file.path, bytes_max);
    trust::require_file(file, bytes, bytes_max);
    files[file.path] = std::move(bytes);
  };
  for (const model::RequestStep& step : request.steps) {
    read(step.sql);
    if (step.rollback) read(*step.rollback);
  }
  return files;
}

std::vector<model::FileReference> references(const model::Request& request) {
  std::vector<model::FileReference> out;
  for (const model::RequestStep& step : request.steps) {
    out.push_back(step.sql);
    if (step.rollback) out.push_back(*step.rollback);
  }
  return out;
}

void add_review_refusals(const model::Review& review, std::vector<Refusal>& refusals) {
  for (const model::Finding& finding : review.findings) {
    if (finding.severity != model::Severity::block || finding.waived) continue;
    refusals.push_back({ErrorCode::review_blocked,
                        fmt::format("{}: {}: {}", finding.file, finding.rule, finding.message), finding.suggestion});
  }
}

/// The reasons that belong to the request itself, found before anybody is asked.
class Assessor {
 public:
  Assessor(const git::Repository& objects, const View& view, const trust::Authority& authority, Timestamp now)
      : m_objects(objects), m_view(view), m_authority(authority), m_now(now) {}

  void fill(Assessment& assessment) {
    if (!authenticate(assessment)) return;
    const model::Request& request = (*assessment.request)->request;
    if (is_cancelled(assessment)) return;
    if (!read_content(assessment, request)) return;
    judge(assessment);
    derive_state(assessment, request);
  }

 private:
  bool authenticate(Assessment& assessment) {
    const std::string path = request_folder(assessment.stored.id) + "/request.yaml";
    try {
      assessment.request =
          trust::authenticate_request(m_authority, {path, assessment.stored.bytes, assessment.stored.signature});
      if ((*assessment.request)->request.id != assessment.stored.id) {
        throw Error(ErrorCode::trust_binding_mismatch,
                    fmt::format("{} holds the request {}", path, (*assessment.request)->request.id.text()));
      }
      return true;
    } catch (const Error& error) {
      assessment.request.reset();
      assessment.refusals.push_back(error.refusal());
      assessment.state = RequestState::blocked;
      return false;
    }
  }

  bool is_cancelled(Assessment& assessment) {
    if (assessment.stored.cancellation.empty()) return false;
    try {
      const auto cancellation =
          trust::verify_cancellation(m_authority, *assessment.request,
                                     {request_folder(assessment.stored.id) + "/cancel.yaml",
                                      assessment.stored.cancellation, assessment.stored.cancellation_signature});
      assessment.state = RequestState::cancelled;
      assessment.refusals.push_back({ErrorCode::request_cancelled, fmt::format("{} withdrew it: {}", cancellation->by,
                                                                               printable(cancellation->reason))});
      return true;
    } catch (const Error& error) {
      // Default deny: somebody wanted it stopped, whoever that was.
      assessment.refusals.push_back(error.refusal());
      assessment.state = RequestState::blocked;
      return true;
    }
  }

  bool read_content(Assessment& assessment, const model::Request& request) {
    try {
      const auto bytes_max = static_cast<std::size_t>(m_authority.policy().limits.sql_bytes);
      assessment.files = read_files(m_objects, assessment.stored, request, bytes_max);
    } catch (const Error& error) {
      assessment.refusals.push_back(error.refusal());
      assessment.state = RequestState::blocked;
      return false;
    }
    assessment.content = judge_content(m_authority, request, (*assessment.request)->sha256, assessment.files, m_now);
    assessment.refusals = assessment.content.refusals;
    return true;
  }

  void judge(Assessment& assessment) {
    const auto refs = m_view.requests.find(assessment.stored.id);
    if (refs != m_view.requests.end()) {
      for (trust::DecisionInput& found : read_decisions(m_objects, m_view, refs->second)) {
        const bool remembered = std::any_of(assessment.decision_commits.begin(), assessment.decision_commits.end(),
                                            [&](const trust::DecisionInput& each) {
                                              return each.person == found.person && each.commit == found.commit;
                                            });
        if (!remembered) assessment.decision_commits.push_back(std::move(found));
      }
    }
    assessment.judged = trust::judge_decisions(m_authority, *assessment.request, assessment.content.match,
                                               assessment.content.bindings, assessment.decision_commits, m_now);
    for (const trust::JudgedDecision& decision : assessment.judged.decisions) {
      if (!decision.stale || !decision.decision) continue;
      assessment.changes[decision.payload] =
          what_changed(m_objects, m_view, *decision.decision, (*assessment.request)->request, assessment.stored.bytes,
                       m_authority, assessment.content.bindings);
    }
  }

  void derive_state(Assessment& assessment, const model::Request& request) {
    const auto note = [&](const Error& error) { assessment.refusals.push_back(error.refusal()); };
    if (!assessment.judged.rejected_by.empty()) {
      assessment.state = RequestState::rejected;
      assessment.refusals.push_back(
          {ErrorCode::trust_rejected, fmt::format("rejected by {}", join(assessment.judged.rejected_by, ", "))});
      return;
    }
    try {
      trust::require_current(*assessment.request, m_now);
    } catch (const Error& error) {
      note(error);
      assessment.state = RequestState::expired;
      return;
    }
    if (!assessment.content.refusals.empty()) {
      assessment.state = RequestState::blocked;
      return;
    }
    try {
      trust::require_satisfied(assessment.judged);
    } catch (const Error& error) {
      note(error);
      assessment.state = RequestState::awaiting_approval;
      return;
    }
    if (const auto newer = m_view.superseded_by.find(request.id); newer != m_view.superseded_by.end()) {
      assessment.state = RequestState::superseded;
      assessment.refusals.push_back(
          {ErrorCode::request_superseded, fmt::format("{} replaces {}", newer->second.text(), request.id.text())});
      return;
    }
    const model::Workflow& workflow = assessment.content.match.workflow;
    if (workflow.merge_required && !assessment.stored.merged) {
      assessment.state = RequestState::submitted;
      assessment.refusals.push_back({ErrorCode::request_not_merged, fmt::format("workflow {} wants {} merged first",
                                                                                workflow.name, request.id.text())});
      return;
    }
    const model::Freeze* freeze = trust::freeze_of(m_authority.policy(), workflow, request.environment, m_now);
    if (freeze != nullptr || !trust::in_window(workflow.windows, m_now)) {
      assessment.state = RequestState::waiting_window;
      assessment.opens_at = trust::next_opening(m_authority.policy(), workflow, request.environment, m_now);
    }
    if (freeze != nullptr) {
      assessment.refusals.push_back(
          {ErrorCode::request_outside_window,
           fmt::format("frozen until {}: {}; workflow {} goes on at {}", freeze->until.text(),
                       printable(freeze->reason), workflow.name, assessment.opens_at->text())});
      return;
    }
    if (assessment.opens_at) {
      assessment.refusals.push_back(
          {ErrorCode::request_outside_window,
           fmt::format("the next window of workflow {} opens at {}", workflow.name, assessment.opens_at->text())});
      return;
    }
    assessment.state = RequestState::approved;
  }

  const git::Repository& m_objects;
  const View& m_view;
  const trust::Authority& m_authority;
  Timestamp m_now;
};

}  // namespace

std::string_view state_name(RequestState state) {
  static constexpr std::array<std::string_view, 16> k_names = {"draft",
                                                               "submitted",
                                                               "blocked",
                                                               "awaiting_approval",
                                                               "approved",
                                                               "waiting_window",
                                                               "expired",
                                                               "rejected",
                                                               "cancelled",
                                                               "superseded",
                                                               "executing",
                                                               "interrupted",
                                                               "executed",
                                                               "failed",
                                                               "partially_executed",
                                                               "unknown"};
  return k_names.at(static_cast<std::size_t>(state));
}

/// Blocking findings that the break_glass workflow may pass are marked so: in the report, and in the verdict that
/// approvers sign.
void apply_overrides(const model::Workflow& workflow, model::Review& review) {
  for (model::Finding& finding : review.findings) {
    const bool named =
        std::find(workflow.overrides.begin(), workflow.overrides.end(), finding.rule) != workflow.overrides.end();
    if (!named || finding.waived || finding.severity != model::Severity::block) continue;
    finding.waived = true;
    finding.waiver = std::string(k_overridden_by) + workflow.name;
  }
}

Content judge_content(const trust::Authority& authority, const model::Request& request, const Digest& request_sha256,
                      const std::map<std::string, std::string>& files, Timestamp now) {
  Content content;
  const model::Policy& policy = authority.policy();
  const model::DatabaseEntry& database = authority.database(request.database);
  review::ReviewInput input;
  input.engine = database.engine;
  input.server_version = database.server_version;
  input.environment = request.environment;
  input.database = request.database;
  input.production = authority.environment(request.database, request.environment).production;
  input.severities = policy.severities;
  input.waivers = policy.waivers;
  input.now = now;
  input.has_rollback = true;
  for (const model::RequestStep& step : request.steps) {
    content.parsed.push_back(sqlparse::parse(database.engine, files.at(step.sql.path),
                                             {.bytes_max = static_cast<std::size_t>(policy.limits.sql_bytes)}));
    input.files.push_back({step.sql.path, content.parsed.back(), step.transactional});
    if (!step.rollback) input.has_rollback = false;
  }
  content.review = review::review_sql(input);
  const trust::MatchInput match_input = trust::match_input(request, content.review, now);
  content.match = trust::match_workflow(authority, match_input);
  apply_overrides(content.match.workflow, content.review);
  content.terms = trust::emit_terms(authority, content.match, match_input);
  content.verdict = model::emit_verdict({request.id, request_sha256, references(request), content.match.workflow.name,
                                         content.match.binding_steps, content.review});
  content.bindings = {crypto::sha256(content.verdict), crypto::sha256(content.terms)};
  add_review_refusals(content.review, content.refusals);
  const std::vector<Refusal> runnable = plan::check_runnable(request, content.parsed);
  content.refusals.insert(content.refusals.end(), runnable.begin(), runnable.end());
  content.refusals.insert(content.refusals.end(), content.match.refusals.begin(), content.match.refusals.end());
  return content;
}

std::optional<Assessment> assess(const git::Repository& objects, const View& view, const trust::Authority& authority,
                                 const RequestId& id, Timestamp now,
                                 const std::vector<trust::DecisionInput>& remembered) {
  Assessment assessment;
  assessment.stored.id = id;
  assessment.decision_commits = remembered;
  try {
    auto stored = read_request(objects, view, id);
    if (!stored) return std::nullopt;
    assessment.stored = std::move(*stored);
    Assessor(objects, view, authority, now).fill(assessment);
  } catch (const Error& error) {
    // What is wrong with one request is that request's; only a repository that cannot be read concerns all.
    if (error.status() == ExitStatus::environment || error.status() == ExitStatus::bug) throw;
    assessment.refusals.push_back(error.refusal());
    assessment.state = RequestState::blocked;
  }
  return assessment;
}

}  // namespace dbw::workflow
