#include "trust/decisions.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "trust/judge.hpp"
#include "trust/person_signature.hpp"

namespace dbw::trust {
namespace {

int rank(const JudgedDecision& judged) { return judged.valid ? 2 : judged.authentic ? 1 : 0; }

/// Copies of one payload (other armour, another ref) are one decision; the copy in the best standing speaks for all.
std::vector<JudgedDecision> judge_each(const JudgeContext& context, std::vector<DecisionInput> inputs) {
  std::sort(inputs.begin(), inputs.end(),
            [](const auto& a, const auto& b) { return std::tie(a.person, a.commit) < std::tie(b.person, b.commit); });
  std::map<Digest, JudgedDecision> by_payload;
  for (const DecisionInput& input : inputs) {
    JudgedDecision judged = judge_decision(context, input);
    const auto [at, inserted] = by_payload.emplace(judged.payload, judged);
    if (!inserted && rank(judged) > rank(at->second)) at->second = std::move(judged);
  }
  std::vector<JudgedDecision> out;
  for (auto& [payload, judged] : by_payload) out.push_back(std::move(judged));
  return out;
}

/// A revocation wins whatever the order; saying yes or no again takes a new decision with its own nonce. That of a
/// suspended person lifts no rejection: whoever stole their key must not be able to.
void apply_revocations(std::vector<JudgedDecision>& decisions) {
  std::set<std::pair<std::string, Digest>> revoked, revoked_approvals;
  for (const JudgedDecision& judged : decisions) {
    if (judged.authentic && judged.decision->kind == model::DecisionKind::revoke)
      (judged.suspended ? revoked_approvals : revoked).emplace(judged.human, *judged.decision->target);
  }
  for (JudgedDecision& judged : decisions) {
    if (!judged.decision || judged.decision->kind == model::DecisionKind::revoke) continue;
    model::TraceRecorder record(judged.trace, judged.payload.text(), judged.refusals);
    const std::pair<std::string, Digest> self{judged.human, judged.payload};
    const bool approval = judged.decision->kind == model::DecisionKind::approve;
    if (revoked.count(self) != 0 || (approval && revoked_approvals.count(self) != 0)) {
      judged.revoked = true;
      judged.valid = false;
      judged.refusals.push_back({ErrorCode::trust_revoked, fmt::format("{} took it back", judged.human)});
    }
    record("decision.revocation", {{"human", judged.human}});
  }
}

std::vector<std::string> rejecting_humans(const std::vector<JudgedDecision>& decisions) {
  std::set<std::string> out;
  for (const JudgedDecision& judged : decisions) {
    if (judged.valid && judged.decision->kind == model::DecisionKind::reject) out.insert(judged.human);
  }
  return {out.begin(), out.end()};
}

bool is_approval(const JudgedDecision& judged) {
  return judged.valid && judged.decision->kind == model::DecisionKind::approve;
}

/// People who could still fill a step: not those whose human approves already.
std::vector<std::string> who_could_fill(const JudgeContext& context, const std::string& step,
                                        const std::set<std::string>& approving) {
  std::vector<std::string> out;
  for (const auto& [name, person] : context.authority.roster().people) {
    const std::vector<std::string> steps = steps_of_person(context.match.steps, person);
    if (std::find(steps.begin(), steps.end(), step) == steps.end() || approving.count(person.human) != 0) continue;
    if (can_approve(context.authority, person) && !self_approval(context, person, nullptr, nullptr))
      out.push_back(name);
  }
  return out;
}

void fill(const JudgeContext& context, JudgedDecisions& out) {
  std::vector<Candidate> candidates;
  std::map<std::string, const JudgedDecision*> first;  // decisions are sorted by payload
  for (const JudgedDecision& judged : out.decisions) {
    if (!is_approval(judged)) continue;
    candidates.push_back({judged.human, judged.decision->steps});
    first.emplace(judged.human, &judged);
  }
  const Filling filling = fill_steps(context.match.steps, candidates);
  std::set<std::string> approving;
  std::map<std::string, std::string> step_of;
  for (const auto& [human, judged] : first) approving.insert(human);
  for (const auto& [step, human] : filling.filled) {
    out.filled.push_back({step, human, first.at(human)->person, first.at(human)->payload});
    step_of[human] = step;
  }
  for (const auto& [step, count] : filling.missing)
    out.missing.push_back({step, count, who_could_fill(context, step, approving)});
  std::vector<std::tuple<std::string, std::string, Digest>> order;
  for (const JudgedDecision& judged : out.decisions) {
    if (is_approval(judged)) order.emplace_back(step_of[judged.human], judged.human, judged.payload);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [step, human, payload] : order) out.approvals.push_back(payload);
}

}  // namespace

JudgedDecisions judge_decisions(const Authority& authority, const VerifiedRequest& request, const Match& match,
                                const Bindings& bindings, const std::vector<DecisionInput>& inputs, Timestamp now) {
  if (inputs.size() > k_decisions_max) {
    throw Error(ErrorCode::trust_too_many_decisions,
                fmt::format("{}: {} decisions, looked at are at most {}", request->request.id.text(), inputs.size(),
                            k_decisions_max));
  }
  const JudgeContext context{authority, *request, match, bindings, now};
  JudgedDecisions out;
  out.decisions = judge_each(context, inputs);
  apply_revocations(out.decisions);
  out.rejected_by = rejecting_humans(out.decisions);
  fill(context, out);
  out.satisfied = match.matched() && (match.auto_approved || !match.steps.empty()) && out.missing.empty() &&
                  out.rejected_by.empty();
  return out;
}

void require_satisfied(const JudgedDecisions& judged) {
  if (!judged.rejected_by.empty())
    throw Error(ErrorCode::trust_rejected, fmt::format("rejected by {}", join(judged.rejected_by, ", ")));
  if (judged.satisfied) return;
  std::vector<std::string> open;
  for (const MissingStep& step : judged.missing) {
    open.push_back(fmt::format("step {} needs {} more; able to approve: {}", step.step, step.count,
                               step.could_fill.empty() ? "nobody" : join(step.could_fill, ", ")));
  }
  throw Error(ErrorCode::trust_approvals_missing, open.empty() ? "no workflow matched" : join(open, "; "));
}

model::Decision draft_decision(const Authority& authority, const VerifiedRequest& request, const Match& match,
                               const Bindings& bindings, model::DecisionKind kind, std::string_view person_name,
                               std::string_view nonce, Timestamp now) {
  const model::Person* person = authority.find_person(person_name);
  if (person == nullptr)
    throw Error(ErrorCode::trust_unknown_person,
                fmt::format("{} is not on roster {}", printable(person_name), authority.roster().version));
  const JudgeContext context{authority, *request, match, bindings, now};
  const std::vector<std::string> steps = steps_of_person(match.binding_steps, *person);
  if (kind == model::DecisionKind::approve) {
    if (steps.empty())
      throw Error(ErrorCode::trust_not_eligible, fmt::format("{} may fill none of the required steps", person->name));
    if (const auto refusal = self_approval(context, *person, nullptr, nullptr)) throw Error(*refusal);
    if (!person->active) throw Error(ErrorCode::trust_inactive_person, fmt::format("{} has left", person->name));
    if (authority.person_suspended(*person))
      throw Error(ErrorCode::trust_suspended, fmt::format("{} is suspended", person->name));
  }
  model::Decision out;
  out.request = request->request.id;
  out.kind = kind;
  out.repo_id = request->request.repo_id;
  out.database = request->request.database;
  out.environment = request->request.environment;
  out.mode = request->request.mode;
  out.request_sha256 = request->sha256;
  out.verdict_sha256 = bindings.verdict_sha256;
  out.terms_sha256 = bindings.terms_sha256;
  out.steps = steps;
  out.approver = person->name;
  out.not_after = std::min(now + match.workflow.approval_ttl, request->request.expires_at);
  out.nonce = std::string(nonce);
  return out;
}

}  // namespace dbw::trust
