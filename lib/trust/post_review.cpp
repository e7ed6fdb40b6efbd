#include "trust/post_review.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "trust/judge.hpp"

namespace dbw::trust {
namespace {

/// A decision names an end; nothing hangs on this one, because the log remembers the review.
constexpr Seconds k_post_review_life{30 * 86400};

}  // namespace

bool may_post_review(const Authority& authority, const PostReviewSubject& subject, const model::Person& person) {
  const Match match;
  const Bindings none;
  return !steps_of_person({{"post-review", subject.review.groups, 1}}, person).empty() &&
         !self_approval({authority, subject.request, match, none, {}}, person, nullptr, nullptr);
}

JudgedDecision judge_post_review(const Authority& authority, const PostReviewSubject& subject,
                                 const DecisionInput& input, Timestamp now) {
  Match match;
  match.workflow.name = subject.workflow;
  match.workflow.post_review = subject.review;
  const Bindings none;
  JudgedDecision judged = judge_decision({authority, subject.request, match, none, now}, input);
  if (!judged.decision || judged.decision->kind != model::DecisionKind::post_review) {
    judged.valid = false;
    return judged;
  }
  const Digest target = judged.decision->target.value_or(Digest{});
  if (std::find(subject.results.begin(), subject.results.end(), target) == subject.results.end()) {
    judged.valid = false;
    judged.refusals.push_back({ErrorCode::trust_binding_mismatch,
                               fmt::format("it is about {}, which is no result of this request", target.text())});
  }
  return judged;
}

model::Decision draft_post_review(const PostReviewSubject& subject, const Digest& result, std::string_view person,
                                  std::string_view nonce, Timestamp now) {
  const model::Request& request = subject.request.request;
  model::Decision out;
  out.request = request.id;
  out.kind = model::DecisionKind::post_review;
  out.repo_id = request.repo_id;
  out.database = request.database;
  out.environment = request.environment;
  out.mode = request.mode;
  out.request_sha256 = subject.request.sha256;
  out.approver = person;
  out.not_after = now + k_post_review_life;
  out.nonce = nonce;
  out.target = result;
  return out;
}

}  // namespace dbw::trust
