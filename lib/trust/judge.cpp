#include "trust/judge.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "trust/person_signature.hpp"

namespace dbw::trust {
namespace {

void add(std::vector<Refusal>& out, ErrorCode code, std::string message) { out.push_back({code, std::move(message)}); }

std::string list_of(const std::vector<std::string>& steps) { return steps.empty() ? "none" : join(steps, ","); }

/// Point 3: the key decides who speaks; names, e-mails and refs that say otherwise void the decision.
void check_identity(const codec::SignedCommit& commit, const DecisionInput& input, const model::Decision& decision,
                    const model::Person& person, std::vector<Refusal>& out) {
  if (!(commit.author == commit.committer))
    add(out, ErrorCode::trust_identity_mismatch, "author and committer differ in name, e-mail or time");
  if (std::find(person.emails.begin(), person.emails.end(), commit.author.email) == person.emails.end()) {
    add(out, ErrorCode::trust_identity_mismatch,
        fmt::format("e-mail {} is not listed for {}", printable(commit.author.email), person.name));
  }
  if (decision.approver != person.name) {
    add(out, ErrorCode::trust_identity_mismatch,
        fmt::format("it says {}, but {} signed it", decision.approver, person.name));
  }
  if (input.person != person.name) {
    add(out, ErrorCode::trust_ref_owner,
        fmt::format("it lies on the ref of {}, but {} signed it", printable(input.person), person.name));
  }
}

/// What makes it a decision on this request at all.
void check_subject(const JudgeContext& context, const model::Decision& decision, std::vector<Refusal>& out) {
  const model::Request& request = context.request.request;
  if (decision.repo_id != request.repo_id)
    add(out, ErrorCode::trust_binding_mismatch,
        fmt::format("it is for repository {}, not {}", decision.repo_id, request.repo_id));
  if (decision.request != request.id)
    add(out, ErrorCode::trust_binding_mismatch,
        fmt::format("it is for request {}, not {}", decision.request.text(), request.id.text()));
}

void check_place(const JudgeContext& context, const model::Decision& decision, std::vector<Refusal>& out) {
  const model::Request& request = context.request.request;
  const auto require_equal = [&](std::string_view what, std::string_view theirs, std::string_view ours) {
    if (theirs != ours)
      add(out, ErrorCode::trust_binding_mismatch, fmt::format("it is for {} {}, not {}", what, theirs, ours));
  };
  require_equal("database", decision.database, request.database);
  require_equal("environment", decision.environment, request.environment);
  require_equal("mode", model::mode_name(decision.mode), model::mode_name(request.mode));
}

void check_fresh(const JudgeContext& context, const model::Decision& decision, std::vector<Refusal>& out) {
  const auto require_equal = [&](std::string_view what, const Digest& theirs, const Digest& ours) {
    if (theirs != ours)
      add(out, ErrorCode::trust_stale,
          fmt::format("{} changed since: signed {}, now {}", what, theirs.text(), ours.text()));
  };
  require_equal("the request or its SQL", decision.request_sha256, context.request.sha256);
  require_equal("the review's verdict", decision.verdict_sha256, context.bindings.verdict_sha256);
  require_equal("the terms (workflow, groups, database, limits, severities or waivers)", decision.terms_sha256,
                context.bindings.terms_sha256);
}

void check_time(const JudgeContext& context, const model::Decision& decision, std::vector<Refusal>& out) {
  const Timestamp latest = context.now + context.match.workflow.approval_ttl + Seconds(k_clock_skew_seconds);
  if (context.now > decision.not_after)
    add(out, ErrorCode::trust_decision_expired, fmt::format("it ended at {}", decision.not_after.text()));
  if (decision.not_after > latest) {
    add(out, ErrorCode::trust_decision_expired,
        fmt::format("it ends at {}, later than the workflow allows ({})", decision.not_after.text(), latest.text()));
  }
}

model::TraceInputs place_inputs(const model::Decision& decision) {
  return {{"database", decision.database},
          {"environment", decision.environment},
          {"mode", std::string(model::mode_name(decision.mode))}};
}

bool is_stale(const JudgedDecision& judged) {
  return std::any_of(judged.refusals.begin(), judged.refusals.end(),
                     [](const Refusal& refusal) { return refusal.code == ErrorCode::trust_stale; });
}

std::string groups_text(const std::vector<model::Step>& steps) {
  std::vector<std::string> out;
  for (const model::Step& step : steps) out.push_back(fmt::format("{} ({})", step.id, join(step.groups, ", ")));
  return list_of(out);
}

void judge_approval(const JudgeContext& context, const PersonSignature& signature, JudgedDecision& judged) {
  const model::Decision& decision = *judged.decision;
  std::vector<Refusal>& out = judged.refusals;
  model::TraceRecorder record(judged.trace, judged.payload.text(), out);
  check_place(context, decision, out);
  record("decision.place", place_inputs(decision));
  check_fresh(context, decision, out);
  record("decision.content", {{"request_sha256", decision.request_sha256.text()},
                              {"verdict_sha256", decision.verdict_sha256.text()},
                              {"terms_sha256", decision.terms_sha256.text()}});
  judged.stale = is_stale(judged);
  check_time(context, decision, out);
  record("decision.time", {{"not_after", decision.not_after.text()},
                           {"approval_ttl", format_duration(context.match.workflow.approval_ttl)}});
  const std::vector<std::string> steps = steps_of_person(context.match.binding_steps, *signature.person);
  if (steps.empty()) {
    add(out, ErrorCode::trust_not_eligible,
        fmt::format("{} is in no group of the required steps: {}", signature.person->name,
                    groups_text(context.match.binding_steps)));
  } else if (!judged.stale && decision.steps != steps) {
    add(out, ErrorCode::trust_binding_mismatch,
        fmt::format("it is for steps {}, but {} may fill {}", list_of(decision.steps), signature.person->name,
                    join(steps, ",")));
  }
  record("decision.eligible", {{"signed_step", join(decision.steps, ",")}, {"step", join(steps, ",")}});
  if (const auto refusal = self_approval(context, *signature.person, signature.key, &judged.same_human))
    out.push_back(*refusal);
  record("decision.independent", {{"human", judged.human}, {"requester_human", context.request.human}});
}

/// A "no" outlives changes of terms, verdict and time: only other content makes it pointless.
void judge_rejection(const JudgeContext& context, const PersonSignature& signature, JudgedDecision& judged) {
  model::TraceRecorder record(judged.trace, judged.payload.text(), judged.refusals);
  if (judged.decision->request_sha256 != context.request.sha256) {
    add(judged.refusals, ErrorCode::trust_stale, "the request or its SQL changed since");
    judged.stale = true;
  }
  record("decision.content", {{"request_sha256", judged.decision->request_sha256.text()}});
  std::vector<model::Step> steps = context.match.binding_steps;
  steps.insert(steps.end(), context.match.workflow.steps.begin(), context.match.workflow.steps.end());
  const std::vector<std::string> eligible = steps_of_person(steps, *signature.person);
  if (eligible.empty()) {
    add(judged.refusals, ErrorCode::trust_not_eligible,
        fmt::format("{} is in no group of the steps: {}", signature.person->name, groups_text(steps)));
  }
  record("decision.eligible", {{"step", join(eligible, ",")}});
}

/// A look at what break-glass did, by somebody whom the workflow names and who did not ask for it.
void judge_post_review(const JudgeContext& context, const PersonSignature& signature, JudgedDecision& judged) {
  std::vector<Refusal>& out = judged.refusals;
  model::TraceRecorder record(judged.trace, judged.payload.text(), out);
  check_place(context, *judged.decision, out);
  record("decision.place", place_inputs(*judged.decision));
  if (judged.decision->request_sha256 != context.request.sha256)
    add(out, ErrorCode::trust_stale, "the request or its SQL is another one than was run");
  record("decision.content", {{"request_sha256", judged.decision->request_sha256.text()}});
  const model::Workflow& workflow = context.match.workflow;
  const std::vector<std::string> groups =
      workflow.post_review ? workflow.post_review->groups : std::vector<std::string>{};
  if (steps_of_person({{"post-review", groups, 1}}, *signature.person).empty()) {
    add(out, ErrorCode::trust_not_eligible,
        fmt::format("{} is in no group that reviews break-glass of workflow {} afterwards: {}", signature.person->name,
                    workflow.name, list_of(groups)));
  }
  record("decision.eligible", {{"group", join(groups, ",")}});
  if (const auto refusal = self_approval(context, *signature.person, signature.key, &judged.same_human))
    out.push_back(*refusal);
  record("decision.independent", {{"human", judged.human}, {"requester_human", context.request.human}});
}

void judge_kind(const JudgeContext& context, const PersonSignature& signature, JudgedDecision& judged) {
  switch (judged.decision->kind) {
    case model::DecisionKind::approve:
      judge_approval(context, signature, judged);
      break;
    case model::DecisionKind::reject:
      judge_rejection(context, signature, judged);
      break;
    case model::DecisionKind::revoke:
      break;  // authentic is enough: it can only name its own human's decisions
    case model::DecisionKind::post_review:
      judge_post_review(context, signature, judged);
      break;
  }
  judged.valid = judged.refusals.empty();
}

/// One person can suspend; if that silenced a no, one person could push a request through that somebody rejected.
void take_no_of_suspended(JudgedDecision& judged) {
  const auto suspended = [](const Refusal& refusal) { return refusal.code == ErrorCode::trust_suspended; };
  judged.suspended = std::any_of(judged.refusals.begin(), judged.refusals.end(), suspended);
  const model::DecisionKind kind = judged.decision->kind;
  if (kind == model::DecisionKind::reject || kind == model::DecisionKind::revoke)
    std::erase_if(judged.refusals, suspended);
}

void judge_commit(const JudgeContext& context, const DecisionInput& input, const codec::SignedCommit& commit,
                  JudgedDecision& judged) {
  const PersonSignature signature =
      require_person_signature(context.authority, commit.signature, "git", commit.payload);
  judged.human = signature.person->human;
  judged.key = signature.key->key.id;
  judged.decision = model::parse_decision(commit.message);
  model::TraceRecorder record(judged.trace, judged.payload.text(), judged.refusals);
  judged.refusals = check_signer(context.authority, signature, "approve");
  take_no_of_suspended(judged);
  record("decision.signature", {{"ref_person", input.person},
                                {"kind", std::string(model::decision_name(judged.decision->kind))},
                                {"key", judged.key.text()}});
  check_identity(commit, input, *judged.decision, *signature.person, judged.refusals);
  record("decision.identity", {{"person", signature.person->name}, {"approver", judged.decision->approver}});
  check_subject(context, *judged.decision, judged.refusals);
  record("decision.subject", {{"repo_id", judged.decision->repo_id}, {"request", judged.decision->request.text()}});
  judged.authentic = judged.refusals.empty();
  if (judged.authentic) judge_kind(context, signature, judged);
}

}  // namespace

std::optional<Refusal> self_approval(const JudgeContext& context, const model::Person& person,
                                     const model::PersonKey* key, bool* same_human) {
  const bool requester = person.human == context.request.human;
  const std::vector<std::string>& authors = context.request.request.authors;
  const bool author = std::any_of(authors.begin(), authors.end(), [&](const std::string& name) {
    const model::Person* found = context.authority.find_person(name);
    return found == nullptr ? name == person.human : found->human == person.human;
  });
  if (!requester && !author) return std::nullopt;
  const std::string role = requester ? "requested it" : "is one of its authors";
  if (!requester || !context.match.workflow.same_human_other_key) {
    return Refusal{ErrorCode::trust_self_approval, fmt::format("{} ({}) {}", person.name, person.human, role)};
  }
  // Profile solo: a second factor of the same person, so it has to be another key that somebody must touch.
  const bool other_key = key == nullptr || (key->key.is_security_key() && key->key.id != context.request.key);
  if (!other_key) {
    return Refusal{ErrorCode::trust_self_approval,
                   fmt::format("{} {}; the workflow wants a security key other than the one that signed the request",
                               person.name, role)};
  }
  if (same_human != nullptr) *same_human = true;
  return std::nullopt;
}

JudgedDecision judge_decision(const JudgeContext& context, const DecisionInput& input) {
  JudgedDecision judged;
  judged.person = input.person;
  judged.payload = crypto::sha256(input.commit);
  try {
    const codec::SignedCommit commit = codec::parse_signed_commit(input.commit);
    judged.payload = crypto::sha256(commit.payload);
    judge_commit(context, input, commit, judged);
  } catch (const Error& error) {
    judged.refusals.push_back(error.refusal());
    judged.trace.failed("decision.signature", judged.payload.text(), {{"ref_person", input.person}}, error.code());
  }
  return judged;
}

}  // namespace dbw::trust
