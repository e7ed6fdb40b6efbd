#include "workflow/assess.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "review/review.hpp"
#include "trust/recipients.hpp"
#include "trust/windows.hpp"
#include "workflow/stale.hpp"

namespace dbw::workflow {
namespace {

/// Everything the request names, each file checked against its digest.
std::map<std::string, std::string> read_files(const git::Repository& objects, const StoredRequest& stored,
                                              const model::Request& request, std::size_t bytes_max) {
  std::map<std::string, std::string> files;
  for (const model::FileReference& file : model::files_of(request)) {
    std::string bytes = read_request_file(objects, stored, file.path, bytes_max);
    trust::require_file(file, bytes, bytes_max);
    files[file.path] = std::move(bytes);
  }
  return files;
}

model::TraceInputs file_inputs(const model::Request& request) {
  model::TraceInputs inputs;
  for (const model::FileReference& file : model::files_of(request)) {
    inputs.push_back({"path", file.path});
    inputs.push_back({"sha256", file.sha256.text()});
  }
  return inputs;
}

model::TraceInputs window_inputs(const model::Workflow& workflow, const model::Freeze* freeze) {
  model::TraceInputs inputs;
  if (freeze != nullptr) inputs.push_back({"freeze", fmt::format("{} {}", freeze->from.text(), freeze->until.text())});
  for (const model::Window& window : workflow.windows)
    inputs.push_back({"window", fmt::format("{} {}-{}", join(window.days, ","), window.from, window.to)});
  return inputs;
}

/// The reasons that belong to the request itself, found before anybody is asked.
class Assessor {
 public:
  Assessor(const git::Repository& objects, const View& view, const trust::Authority& authority, Timestamp now,
           ContentMemo& memo)
      : m_objects(objects), m_view(view), m_authority(authority), m_now(now), m_memo(memo) {}

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
    model::Trace& trace = assessment.trace;
    trace.request_sha256 = crypto::sha256(assessment.stored.bytes);
    try {
      trace.run("request.signature", "",
                {{"request_sha256", trace.request_sha256->text()},
                 {"signature_sha256", crypto::sha256(assessment.stored.signature).text()}},
                [&](model::TraceInputs& inputs) {
                  assessment.request = trust::authenticate_request(
                      m_authority, {path, assessment.stored.bytes, assessment.stored.signature});
                  const trust::AuthenticRequest& found = **assessment.request;
                  if (found.request.id != assessment.stored.id) {
                    throw Error(ErrorCode::trust_binding_mismatch,
                                fmt::format("{} holds the request {}", path, found.request.id.text()));
                  }
                  inputs.push_back({"requester", found.request.requester});
                  inputs.push_back({"key", found.key.text()});
                });
      return true;
    } catch (const Error& error) {
      assessment.request.reset();
      assessment.refusals.push_back(error.refusal());
      assessment.state = RequestState::blocked;
      return false;
    }
  }

  bool is_cancelled(Assessment& assessment) {
    if (assessment.stored.cancellation.empty()) {
      assessment.trace.passed("request.withdrawal", "", {});
      return false;
    }
    const auto note = [&](ErrorCode code) {
      assessment.trace.failed("request.withdrawal", "",
                              {{"cancellation_sha256", crypto::sha256(assessment.stored.cancellation).text()}}, code);
    };
    try {
      const auto cancellation =
          trust::verify_cancellation(m_authority, *assessment.request,
                                     {request_folder(assessment.stored.id) + "/cancel.yaml",
                                      assessment.stored.cancellation, assessment.stored.cancellation_signature});
      assessment.state = RequestState::cancelled;
      assessment.refusals.push_back({ErrorCode::request_cancelled, fmt::format("{} withdrew it: {}", cancellation->by,
                                                                               printable(cancellation->reason))});
      note(ErrorCode::request_cancelled);
      return true;
    } catch (const Error& error) {
      note(error.code());
      // Default deny: somebody wanted it stopped, whoever that was.
      assessment.refusals.push_back(error.refusal());
      assessment.state = RequestState::blocked;
      return true;
    }
  }

  bool read_content(Assessment& assessment, const model::Request& request) {
    try {
      const auto bytes_max = static_cast<std::size_t>(m_authority.policy().limits.sql_bytes);
      assessment.trace.run("request.files", "", file_inputs(request), [&](model::TraceInputs&) {
        assessment.files = read_files(m_objects, assessment.stored, request, bytes_max);
      });
    } catch (const Error& error) {
      assessment.refusals.push_back(error.refusal());
      assessment.state = RequestState::blocked;
      return false;
    }
    const model::DatabaseEntry& database = m_authority.database(request.database);
    model::Trace& trace = assessment.trace;
    trace.run("review.sql", "",
              {{"engine", std::string(engine_name(database.engine))}, {"server_version", database.server_version}},
              [&](model::TraceInputs&) {
                assessment.content =
                    m_memo.judge(m_authority, request, (*assessment.request)->sha256, assessment.files, m_now);
              });
    trace.append(assessment.content->trace);
    trace.verdict_sha256 = assessment.content->bindings.verdict_sha256;
    trace.terms_sha256 = assessment.content->bindings.terms_sha256;
    assessment.refusals = assessment.content->refusals;
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
    model::Trace& trace = assessment.trace;
    trace.run("approvals.count", "", {{"decisions", std::to_string(assessment.decision_commits.size())}},
              [&](model::TraceInputs&) {
                assessment.judged =
                    trust::judge_decisions(m_authority, *assessment.request, assessment.content->match,
                                           assessment.content->bindings, assessment.decision_commits, m_now);
              });
    // By person, as people look for them, and an approval before its revocation; the sort is stable, and
    // decisions are sorted by payload.
    std::vector<const trust::JudgedDecision*> by_person;
    for (const trust::JudgedDecision& judged : assessment.judged.decisions) by_person.push_back(&judged);
    std::stable_sort(by_person.begin(), by_person.end(),
                     [](const auto* a, const auto* b) { return trace_place(*a) < trace_place(*b); });
    for (const trust::JudgedDecision* judged : by_person) trace.append(judged->trace);
    trace_steps(assessment);
    for (const trust::JudgedDecision& decision : assessment.judged.decisions) {
      if (!decision.stale || !decision.decision) continue;
      assessment.changes[decision.payload] =
          what_changed(m_objects, m_view, *decision.decision, (*assessment.request)->request, assessment.stored.bytes,
                       m_authority, assessment.content->bindings);
    }
  }

  static std::pair<std::string_view, int> trace_place(const trust::JudgedDecision& judged) {
    return {judged.person, judged.decision ? static_cast<int>(judged.decision->kind) : -1};
  }

  /// Each required step with who fills it, whatever else is wrong with the request.
  static void trace_steps(Assessment& assessment) {
    for (const model::Step& step : assessment.content->match.steps) {
      model::TraceInputs inputs{{"need", std::to_string(step.need)}, {"group", join(step.groups, ", ")}};
      for (const trust::FilledStep& filled : assessment.judged.filled) {
        if (filled.step == step.id)
          inputs.push_back({"filled_by", fmt::format("{} {}", filled.human, filled.payload.text())});
      }
      std::vector<Refusal> open;
      for (const trust::MissingStep& missing : assessment.judged.missing) {
        if (missing.step == step.id) open.push_back({ErrorCode::trust_approvals_missing, {}, {}});
      }
      assessment.trace.judged("approvals.step", step.id, std::move(inputs), open);
    }
  }

  void derive_state(Assessment& assessment, const model::Request& request) {
    const auto note = [&](const Error& error) { assessment.refusals.push_back(error.refusal()); };
    model::TraceRecorder record(assessment.trace, "", assessment.refusals);
    if (!assessment.judged.rejected_by.empty()) {
      assessment.state = RequestState::rejected;
      assessment.refusals.push_back(
          {ErrorCode::trust_rejected, fmt::format("rejected by {}", join(assessment.judged.rejected_by, ", "))});
    }
    record("approvals.rejection", {{"human", join(assessment.judged.rejected_by, ", ")}});
    if (assessment.state == RequestState::rejected) return;
    try {
      assessment.trace.run("request.time", "",
                           {{"created_at", request.created_at.text()}, {"expires_at", request.expires_at.text()}},
                           [&](model::TraceInputs&) { trust::require_current(*assessment.request, m_now); });
    } catch (const Error& error) {
      note(error);
      assessment.state = RequestState::expired;
      return;
    }
    if (!assessment.content->refusals.empty()) {
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
    derive_readiness(assessment, request, record);
  }

  /// Of a request that enough people agreed to.
  void derive_readiness(Assessment& assessment, const model::Request& request, model::TraceRecorder& record) {
    const auto newer = m_view.superseded_by.find(request.id);
    const bool superseded = newer != m_view.superseded_by.end();
    if (superseded) {
      assessment.state = RequestState::superseded;
      assessment.refusals.push_back(
          {ErrorCode::request_superseded, fmt::format("{} replaces {}", newer->second.text(), request.id.text())});
    }
    record("request.superseded", {{"superseded_by", superseded ? newer->second.text() : ""}});
    if (superseded) return;
    const model::Workflow& workflow = assessment.content->match.workflow;
    const bool unmerged = workflow.merge_required && !assessment.stored.merged;
    if (unmerged) {
      assessment.state = RequestState::submitted;
      assessment.refusals.push_back({ErrorCode::request_not_merged, fmt::format("workflow {} wants {} merged first",
                                                                                workflow.name, request.id.text())});
    }
    record("request.merged", {{"merge_required", workflow.merge_required ? "true" : "false"},
                              {"merged", assessment.stored.merged ? "true" : "false"}});
    if (unmerged) return;
    const model::Freeze* freeze = trust::freeze_of(m_authority.policy(), workflow, request.environment, m_now);
    const bool closed = freeze != nullptr || !trust::in_window(workflow.windows, m_now);
    if (closed) wait_for_window(assessment, request, workflow, freeze);
    record("workflow.window", window_inputs(workflow, freeze));
    if (!closed) assessment.state = RequestState::approved;
  }

  void wait_for_window(Assessment& assessment, const model::Request& request, const model::Workflow& workflow,
                       const model::Freeze* freeze) {
    assessment.state = RequestState::waiting_window;
    assessment.opens_at = trust::next_opening(m_authority.policy(), workflow, request.environment, m_now);
    const std::string opens_at = assessment.opens_at->text();
    const std::string why = freeze != nullptr
                                ? fmt::format("frozen until {}: {}; workflow {} goes on at {}", freeze->until.text(),
                                              printable(freeze->reason), workflow.name, opens_at)
                                : fmt::format("the next window of workflow {} opens at {}", workflow.name, opens_at);
    assessment.refusals.push_back({ErrorCode::request_outside_window, why});
  }

  const git::Repository& m_objects;
  const View& m_view;
  const trust::Authority& m_authority;
  Timestamp m_now;
  ContentMemo& m_memo;
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

std::optional<Assessment> assess(const git::Repository& objects, const View& view, const trust::Authority& authority,
                                 const RequestId& id, Timestamp now,
                                 const std::vector<trust::DecisionInput>& remembered, ContentMemo* memo) {
  ContentMemo nothing_yet;
  Assessment assessment;
  assessment.stored.id = id;
  assessment.decision_commits = remembered;
  assessment.trace = authority.trace();
  assessment.trace.at = now;
  assessment.trace.request = id.text();
  try {
    auto stored = assessment.trace.run("request.read", "", {},
                                       [&](model::TraceInputs&) { return read_request(objects, view, id); });
    if (!stored) return std::nullopt;
    assessment.stored = std::move(*stored);
    Assessor(objects, view, authority, now, memo != nullptr ? *memo : nothing_yet).fill(assessment);
  } catch (const Error& error) {
    // What is wrong with one request is that request's; only a repository that cannot be read concerns all.
    if (error.status() == ExitStatus::environment || error.status() == ExitStatus::bug) throw;
    assessment.refusals.push_back(error.refusal());
    assessment.state = RequestState::blocked;
  }
  assessment.trace.state = state_name(assessment.state);
  return assessment;
}

}  // namespace dbw::workflow
