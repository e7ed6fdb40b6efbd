#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "workflow/executor.hpp"
#include "workflow/post_review.hpp"

/// What follows break-glass: results that somebody has to look at, and the reviews of those who did.
namespace dbw::workflow {

std::string due_review_text(const DueReview& review) {
  return fmt::format("post-review of {} on {} in {} (workflow {}, run at {}) {} {}; able to sign it: {}",
                     review.request.text(), review.database, review.environment, review.workflow, review.at.text(),
                     review.overdue ? "was due at" : "is due at", review.due.text(),
                     review.people.empty() ? "nobody" : join(review.people, ", "));
}

codec::Value due_review_value(const DueReview& review) {
  codec::Value::List people;
  for (const std::string& person : review.people) people.emplace_back(person);
  codec::Value value;
  value.set("request", review.request.text())
      .set("database", review.database)
      .set("environment", review.environment)
      .set("workflow", review.workflow);
  value.set("at", review.at.text()).set("due", review.due.text()).set("overdue", review.overdue);
  return value.set("people", people);
}

std::optional<trust::PostReviewSubject> Executor::subject_of(const UnreviewedResult& result) const {
  const std::vector<model::Workflow>& workflows = m_authority->policy().workflows;
  const bool wanted = std::any_of(workflows.begin(), workflows.end(),
                                  [](const model::Workflow& workflow) { return workflow.post_review.has_value(); });
  if (!wanted) return std::nullopt;  // spares reading the evidence
  return review_subject(*m_authority, m_log->line(result.intent_seq).entry, result.leaf,
                        [this](const Digest& digest) { return m_log->evidence(digest); });
}

std::vector<DueReview> Executor::due_reviews() const {
  std::vector<DueReview> due;
  for (const UnreviewedResult& result : m_index.unreviewed()) {
    const auto subject = subject_of(result);
    if (!subject) continue;
    const model::Request& request = subject->request.request;
    DueReview review{result.request,
                     request.database,
                     request.environment,
                     subject->workflow,
                     {},
                     result.at,
                     result.at + subject->review.within,
                     false};
    review.overdue = m_now >= review.due;
    for (const auto& [name, person] : m_authority->roster().people) {
      const bool able = person.active && !m_authority->person_suspended(person);
      if (able && trust::may_post_review(*m_authority, *subject, person)) review.people.push_back(name);
    }
    due.push_back(std::move(review));
  }
  return due;
}

std::vector<Refusal> Executor::review_refusals(const Assessment& assessment, model::TraceInputs& inputs) const {
  std::vector<Refusal> refusals;
  if ((*assessment.request)->request.mode != model::RequestMode::break_glass) return refusals;
  for (const DueReview& review : due_reviews()) {
    if (!review.overdue || review.workflow != assessment.content->match.workflow.name) continue;
    inputs.push_back({"overdue", review.request.text()});
    refusals.push_back({ErrorCode::trust_approvals_missing, due_review_text(review),
                        fmt::format("dbw-sign post-review {}", review.request.text())});
  }
  return refusals;
}

/// The first review on the request's refs that counts.
std::optional<std::pair<trust::JudgedDecision, std::string>> Executor::find_review(
    const UnreviewedResult& result, const trust::PostReviewSubject& subject) const {
  const auto refs = m_view.requests.find(result.request);
  if (refs == m_view.requests.end()) return std::nullopt;
  try {
    for (const trust::DecisionInput& input : read_decisions(m_change.objects(), m_view, refs->second)) {
      const trust::JudgedDecision judged = trust::judge_post_review(*m_authority, subject, input, m_now);
      if (judged.valid) return std::pair(judged, input.commit);
    }
  } catch (const Error& error) {
    // What somebody pushed to one request's refs must not stop the others.
    if (error.status() == ExitStatus::environment || error.status() == ExitStatus::bug) throw;
    say(fmt::format("{}: its decisions cannot be read: {}", result.request.text(), error.message()));
  }
  return std::nullopt;
}

void Executor::log_post_reviews() {
  std::vector<model::AuditEntry> entries;
  audit::Blobs blobs;
  for (const UnreviewedResult& result : m_index.unreviewed()) {
    const auto subject = subject_of(result);
    const auto review = subject ? find_review(result, *subject) : std::nullopt;
    if (!review) continue;
    const trust::JudgedDecision& judged = review->first;
    model::AuditEntry decision = entry("decision");
    decision.request = result.request;
    decision.request_sha256 = subject->request.sha256;
    decision.database = subject->request.request.database;
    decision.environment = subject->request.request.environment;
    decision.body =
        audit::emit_body(audit::DecisionBody{judged.payload, audit::add_blob(blobs, review->second),
                                             std::string(model::decision_name(judged.decision->kind)), judged.person});
    entries.push_back(decision);
    say(fmt::format("{}: {} has reviewed it", result.request.text(), judged.person));
  }
  if (!entries.empty()) append(std::move(entries), blobs);
}

}  // namespace dbw::workflow
