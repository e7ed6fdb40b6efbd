#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trust/decisions.hpp"

namespace dbw::trust {

/// A break_glass request as its executor logged it, and who has to look at it afterwards.
struct PostReviewSubject {
  AuthenticRequest request;  ///< it ran, so it was authentic then; who signed it may have left since
  std::string workflow;
  model::PostReview review;     ///< of that workflow in the policy in force
  std::vector<Digest> results;  ///< leaf hashes of its result lines
};

/// valid: a post-review of one of the subject's results, signed by an active, unsuspended person in one of its groups
/// who neither requested nor wrote it. Refusals as judge_decisions gives them, Error{trust_binding_mismatch} for
/// another result.
JudgedDecision judge_post_review(const Authority& authority, const PostReviewSubject& subject,
                                 const DecisionInput& input, Timestamp now);

/// In one of the groups, and neither requester nor author. Whether the person has left or is suspended is not asked.
bool may_post_review(const Authority& authority, const PostReviewSubject& subject, const model::Person& person);

/// What a reviewer signs about `result`; `nonce` is 32 hex digits.
model::Decision draft_post_review(const PostReviewSubject& subject, const Digest& result, std::string_view person,
                                  std::string_view nonce, Timestamp now);

}  // namespace dbw::trust
