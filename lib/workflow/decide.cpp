#include "workflow/decide.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "codec/commit.hpp"
#include "crypto/hash.hpp"
#include "workflow/publish.hpp"

namespace dbw::workflow {
namespace {

bool waits_for(const Assessment& assessment, const model::Person& person) {
  if (assessment.state != RequestState::awaiting_approval) return false;
  const auto& missing = assessment.judged.missing;
  return std::any_of(missing.begin(), missing.end(), [&](const trust::MissingStep& step) {
    return std::find(step.could_fill.begin(), step.could_fill.end(), person.name) != step.could_fill.end();
  });
}

/// The person's newest approval or rejection that still stands.
Digest newest_of(const Assessment& assessment, const std::string& person) {
  // read_decisions lists each person's commits newest first.
  for (const trust::DecisionInput& input : assessment.decision_commits) {
    if (input.person != person) continue;
    for (const trust::JudgedDecision& judged : assessment.judged.decisions) {
      const bool takes_back = judged.decision && (judged.decision->kind == model::DecisionKind::approve ||
                                                  judged.decision->kind == model::DecisionKind::reject);
      if (judged.person != person || !judged.authentic || judged.revoked || !takes_back) continue;
      if (crypto::sha256(codec::parse_signed_commit(input.commit).payload) == judged.payload) return judged.payload;
    }
  }
  throw Error(ErrorCode::decision_none_to_revoke,
              fmt::format("{} has no approval or rejection on {}", person, assessment.stored.id.text()));
}

}  // namespace

std::vector<Assessment> inbox(const Workspace& workspace) {
  std::vector<Assessment> waiting;
  const model::Person& me = workspace.person();
  for (const RequestId& id : workspace.open_requests()) {
    auto assessment = workspace.assess(id);
    if (assessment && waits_for(*assessment, me)) waiting.push_back(std::move(*assessment));
  }
  std::stable_sort(waiting.begin(), waiting.end(), [](const Assessment& a, const Assessment& b) {
    return a.content->review.risk > b.content->review.risk;
  });
  return waiting;
}

DecisionDraft draft_decision(const Workspace& workspace, const RequestId& id, model::DecisionKind kind,
                             std::string_view comment, const std::optional<Digest>& target) {
  auto assessment = workspace.assess(id);
  if (!assessment) throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
  if (!assessment->request || assessment->files.empty()) throw Error(assessment->refusals.front());
  const bool approving = kind == model::DecisionKind::approve;
  if (approving && !assessment->content->refusals.empty()) throw Error(assessment->content->refusals.front());
  DecisionDraft draft{.assessment = std::move(*assessment), .decision = {}, .message = {}};
  const Content& content = *draft.assessment.content;
  draft.decision =
      trust::draft_decision(workspace.authority(), *draft.assessment.request, content.match, content.bindings, kind,
                            workspace.person().name, crypto::random_hex(16), workspace.now());
  draft.decision.comment = comment;
  if (kind == model::DecisionKind::revoke)
    draft.decision.target = target ? *target : newest_of(draft.assessment, workspace.person().name);
  draft.message = model::render_decision(draft.decision);
  return draft;
}

SignedDecision sign_message(Workspace& workspace, const RequestId& id, const std::string& message) {
  const std::string& me = workspace.person().name;
  git::Repository& objects = workspace.repository().objects();
  SignedDecision made;
  made.ref = approval_ref(id, me);
  made.head = objects.resolve(made.ref);
  // On the trusted branch, which never goes away, whatever becomes of the request's own.
  const git::ObjectId parent = made.head ? *made.head : workspace.view().trust_commit;
  const git::ObjectId tree = objects.write_tree({}, {{std::string(k_decision_file), message}});
  const codec::CommitIdentity who{me, workspace.email(), workspace.now().seconds, "+0000"};
  const std::string payload = codec::commit_payload(tree.hex, parent.hex, who, message);
  made.commit = codec::insert_signature(payload, workspace.signer()->sign("git", payload));
  made.payload = crypto::sha256(payload);
  return made;
}

void push_decision(Workspace& workspace, const SignedDecision& made) {
  const auto pushed = workspace.repository().transport().push({made.ref, made.id, made.head.value_or(git::ObjectId{})});
  require_pushed(pushed, made.ref);
  workspace.refresh();
}

SignedDecision make_decision(Workspace& workspace, const DecisionDraft& draft) {
  SignedDecision made = sign_message(workspace, draft.assessment.stored.id, draft.message);
  // The verifier is asked before anybody else sees it: what does not count is not pushed.
  std::vector<trust::DecisionInput> inputs = draft.assessment.decision_commits;
  inputs.push_back({workspace.person().name, made.commit});
  const trust::JudgedDecisions judged =
      trust::judge_decisions(workspace.authority(), *draft.assessment.request, draft.assessment.content->match,
                             draft.assessment.content->bindings, inputs, workspace.now());
  for (const trust::JudgedDecision& decision : judged.decisions) {
    if (decision.payload == made.payload && !decision.valid) throw Error(decision.refusals.front());
  }
  made.id = workspace.repository().objects().write_commit(made.commit);
  return made;
}

Digest sign_decision(Workspace& workspace, const DecisionDraft& draft) {
  const SignedDecision made = make_decision(workspace, draft);
  push_decision(workspace, made);
  return made.payload;
}

}  // namespace dbw::workflow
