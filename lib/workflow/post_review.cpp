#include "workflow/post_review.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "workflow/decide.hpp"
#include "workflow/log_tail.hpp"

namespace dbw::workflow {
namespace {

constexpr std::size_t k_verdict_bytes_max = 16 * 1024 * 1024;

std::string workflow_of(std::string_view verdict) {
  const codec::Value document = codec::parse_json(verdict, "verdict in the evidence", k_verdict_bytes_max);
  const codec::Value* name = document.find("workflow");
  return name != nullptr && name->kind() == codec::Value::Kind::text ? name->text() : std::string();
}

Error nothing_to_review(const RequestId& id, std::string_view why) {
  return Error(ErrorCode::request_unknown, fmt::format("{}: {}", id.text(), why),
               "dbw-exec status names the break-glass results that wait for their review.");
}

/// The newest result of a break_glass run that is not covered by a logged review, and its intent.
std::pair<const audit::Line*, const audit::Line*> newest_result(const std::vector<audit::Line>& lines,
                                                                const RequestId& id) {
  std::pair<const audit::Line*, const audit::Line*> found{nullptr, nullptr};
  std::map<std::int64_t, const audit::Line*> intents;
  std::string reviewer;
  for (const audit::Line& line : lines) {
    if (line.entry.type == "intent") {
      if (audit::parse_intent_body(line.entry.body).mode == model::mode_name(model::RequestMode::break_glass))
        intents[line.entry.seq] = &line;
    } else if (line.entry.type == "result") {
      const audit::ResultBody body = audit::parse_result_body(line.entry.body);
      const auto intent = intents.find(body.intent_seq);
      if (intent != intents.end() && body.outcome != "not_started") found = {intent->second, &line};
    } else if (line.entry.type == "decision") {
      const audit::DecisionBody body = audit::parse_decision_body(line.entry.body);
      if (body.kind != model::decision_name(model::DecisionKind::post_review)) continue;
      reviewer = body.approver;
      found = {nullptr, nullptr};
    }
  }
  if (found.second == nullptr)
    throw nothing_to_review(id, reviewer.empty() ? "the log holds no break-glass result of it"
                                                 : fmt::format("{} has reviewed it", reviewer));
  return found;
}

}  // namespace

std::optional<trust::PostReviewSubject> review_subject(
    const trust::Authority& authority, const model::AuditEntry& intent, const Digest& result,
    const std::function<std::string(const Digest& digest)>& evidence) {
  const audit::RunEvidence run = audit::read_run_evidence(audit::parse_intent_body(intent.body).evidence, evidence);
  trust::PostReviewSubject subject;
  subject.request.request = model::parse_request(run.request, "request in the evidence");
  subject.request.sha256 = crypto::sha256(run.request);
  const model::Person* requester = authority.find_person(subject.request.request.requester);
  subject.request.human = requester != nullptr ? requester->human : subject.request.request.requester;
  subject.workflow = workflow_of(run.verdict);
  subject.results = {result};
  for (const model::Workflow& workflow : authority.policy().workflows) {
    if (workflow.name != subject.workflow || !workflow.post_review) continue;
    subject.review = *workflow.post_review;
    return subject;
  }
  return std::nullopt;
}

PostReviewDraft draft_post_review(Workspace& workspace, const RequestId& id, std::string_view comment) {
  const auto assessment = workspace.assess(id);
  if (!assessment || assessment->stored.bytes.empty())
    throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
  // Whoever signed it may have left since; what counts is that the executor ran it.
  const model::Request request = model::parse_request(assessment->stored.bytes, id.text());
  const LogTail log(workspace, workspace.authority().environment(request.database, request.environment).executor);
  const std::vector<audit::Line> lines = log.lines(id, request.created_at);
  const auto [intent, result] = newest_result(lines, id);
  const auto evidence = [&](const Digest& digest) { return log.evidence(digest); };
  const auto subject = review_subject(workspace.authority(), intent->entry, result->leaf, evidence);
  if (!subject) throw nothing_to_review(id, "the policy in force asks for no review of its workflow");
  PostReviewDraft draft;
  draft.subject = *subject;
  draft.files = audit::read_run_evidence(audit::parse_intent_body(intent->entry.body).evidence, evidence).files;
  const audit::ResultBody body = audit::parse_result_body(result->entry.body);
  draft.outcome = fmt::format("{} at {}, {} rows, {} statements", body.outcome, result->entry.at.text(), body.rows,
                              body.statements);
  draft.decision = trust::draft_post_review(draft.subject, result->leaf, workspace.person().name,
                                            crypto::random_hex(16), workspace.now());
  draft.decision.comment = comment;
  draft.message = model::render_decision(draft.decision);
  return draft;
}

Digest sign_post_review(Workspace& workspace, const PostReviewDraft& draft) {
  SignedDecision made = sign_message(workspace, draft.decision.request, draft.message);
  const trust::JudgedDecision judged = trust::judge_post_review(
      workspace.authority(), draft.subject, {workspace.person().name, made.commit}, workspace.now());
  if (!judged.valid) throw Error(judged.refusals.front());
  made.id = workspace.repository().objects().write_commit(made.commit);
  push_decision(workspace, made);
  return judged.payload;
}

}  // namespace dbw::workflow
