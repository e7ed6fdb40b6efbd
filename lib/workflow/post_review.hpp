#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "audit/bodies.hpp"
#include "trust/post_review.hpp"
#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// What a post-review of the break_glass run that begins with `intent` is about, from the executor's own evidence: what
/// it names was authentic and in force when it ran. nullopt: the policy in force asks for no review of that workflow.
std::optional<trust::PostReviewSubject> review_subject(
    const trust::Authority& authority, const model::AuditEntry& intent, const Digest& result,
    const std::function<std::string(const Digest& digest)>& evidence);

/// A break_glass run as its reviewer sees it, and what they are about to sign.
struct PostReviewDraft {
  trust::PostReviewSubject subject;
  std::map<std::string, std::string> files;  ///< that were run
  std::string outcome;                       ///< in words
  model::Decision decision;
  std::string message;
};

/// For the newest break-glass result of the request, which covers those before it. Throws Error{request_unknown} where
/// there is none, or it was reviewed already.
PostReviewDraft draft_post_review(Workspace& workspace, const RequestId& id, std::string_view comment);
/// Signs and pushes it to this person's own ref of the request; returns the payload's digest. Throws why it would not
/// count.
Digest sign_post_review(Workspace& workspace, const PostReviewDraft& draft);

}  // namespace dbw::workflow
