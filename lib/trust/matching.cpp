#include "trust/matching.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "trust/windows.hpp"
#include "trust/workflow_fit.hpp"

namespace dbw::trust {
namespace {

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string kind_text(const MatchInput& input) {
  const std::string_view name = model::kind_name(input.kind);
  return input.kind == model::RequestKind::resume ? fmt::format("{} of a {}", name, model::kind_name(input.resumed))
                                                  : std::string(name);
}

/// The most specific workflow that fits; nullptr with reasons in `out`.
const model::Workflow* choose_workflow(const model::Policy& policy, const MatchInput& input,
                                       std::vector<Refusal>& out) {
  std::vector<const model::Workflow*> best;
  std::vector<Refusal> misfits;
  for (const model::Workflow& workflow : policy.workflows) {
    const std::string why = workflow_misfit(workflow.match, input);
    if (!why.empty()) {
      misfits.push_back({ErrorCode::trust_no_workflow, fmt::format("workflow {} {}", workflow.name, why)});
      continue;
    }
    const int mine = kind_rank(workflow.match, input.kind);
    if (!best.empty() && mine > kind_rank(best.front()->match, input.kind)) best.clear();
    if (best.empty() || mine == kind_rank(best.front()->match, input.kind)) best.push_back(&workflow);
  }
  if (best.size() == 1) return best.front();
  if (best.empty()) {
    out.push_back({ErrorCode::trust_no_workflow,
                   fmt::format("no workflow admits a {} ({}) on {} in {}", kind_text(input),
                               model::mode_name(input.mode), printable(input.database), printable(input.environment))});
    out.insert(out.end(), misfits.begin(), misfits.end());
  } else {
    out.push_back({ErrorCode::trust_workflow_tie,
                   fmt::format("workflows {} and {} fit equally well", best[0]->name, best[1]->name)});
  }
  return nullptr;
}

/// Every condition that is written holds. `any_time`: those on the time are taken as holding.
bool fires(const model::RaiseRule& rule, const MatchInput& input, bool any_time) {
  const bool by_risk = rule.risk.empty() || contains(rule.risk, model::risk_name(input.risk));
  const bool by_rule = rule.rules.empty() || std::any_of(rule.rules.begin(), rule.rules.end(),
                                                         [&](const auto& id) { return contains(input.rules, id); });
  const bool by_class =
      rule.classes.empty() || std::any_of(rule.classes.begin(), rule.classes.end(), [&](StatementClass c) {
        return std::find(input.classes.begin(), input.classes.end(), c) != input.classes.end();
      });
  const bool by_rows = !rule.rows_over || !input.rows_max || *input.rows_max > *rule.rows_over;
  const bool by_time =
      any_time || (in_window(rule.during, input.now) && (rule.outside.empty() || !in_window(rule.outside, input.now)));
  return by_risk && by_rule && by_class && by_rows && by_time;
}

std::vector<const model::RaiseRule*> raises(const MatchInput& input, const model::Workflow& workflow, bool any_time) {
  std::vector<const model::RaiseRule*> out;
  for (const model::RaiseRule& rule : workflow.raise) {
    if (fires(rule, input, any_time)) out.push_back(&rule);
  }
  return out;
}

void check_requester(const Authority& authority, const model::Workflow& workflow, const MatchInput& input,
                     std::vector<Refusal>& out) {
  const model::Person* person = authority.find_person(input.requester);
  const bool member =
      person != nullptr && (workflow.requesters.empty() ||
                            std::any_of(workflow.requesters.begin(), workflow.requesters.end(),
                                        [&](const std::string& group) { return contains(person->groups, group); }));
  if (!member) {
    out.push_back({ErrorCode::trust_requester_group,
                   fmt::format("workflow {}: {} is in none of its requesters groups: {}", workflow.name,
                               printable(input.requester), join(workflow.requesters, ", "))});
  }
}

void check_requirements(const model::Workflow& workflow, const MatchInput& input, std::vector<Refusal>& out) {
  const auto lacks = [&](bool required, bool there, std::string_view what) {
    if (required && !there)
      out.push_back({ErrorCode::trust_requirement, fmt::format("workflow {} requires a {}", workflow.name, what)});
  };
  lacks(workflow.require_reason, input.has_reason, "reason");
  lacks(workflow.require_ticket, input.has_ticket, "ticket");
  lacks(workflow.require_rollback, input.has_rollback, "rollback for every step");
}

/// A raised step asks for a person, so it ends auto-approval too.
bool may_go_unapproved(const model::Workflow& workflow, const MatchInput& input, bool raised) {
  if (!workflow.auto_approve_max_risk || raised || input.risk == model::Risk::unknown) return false;
  if (input.kind == model::RequestKind::grant || input.mode == model::RequestMode::break_glass) return false;
  return input.risk <= *model::parse_risk(*workflow.auto_approve_max_risk);
}

void resolve_steps(const MatchInput& input, Match& match) {
  const auto raised = raises(input, match.workflow, false);
  const auto ever_raised = raises(input, match.workflow, true);
  const auto steps = merge_steps(match.workflow.steps, raised);
  const auto binding = merge_steps(match.workflow.steps, ever_raised);
  match.auto_approved = may_go_unapproved(match.workflow, input, !raised.empty());
  if (binding && !may_go_unapproved(match.workflow, input, !ever_raised.empty())) match.binding_steps = *binding;
  if (match.auto_approved) return;
  if (!steps || !binding) {
    match.refusals.push_back(
        {ErrorCode::trust_step_conflict,
         fmt::format("workflow {}: one step id is used with different groups or need", match.workflow.name)});
    return;
  }
  match.steps = *steps;
  if (match.steps.empty()) {
    match.refusals.push_back(
        {ErrorCode::trust_no_approvers,
         fmt::format("workflow {} has no approval steps and lets risk up to {} pass; this request's risk is {}",
                     match.workflow.name, match.workflow.auto_approve_max_risk.value_or("none"),
                     model::risk_name(input.risk))});
  }
}

std::optional<std::int64_t> declared_rows(const model::Request& request) {
  if (request.kind == model::RequestKind::query) return request.results ? request.results->max_rows : std::nullopt;
  std::int64_t sum = 0;
  for (const model::RequestStep& step : request.steps) {
    if (!step.rows_max) return std::nullopt;
    sum += *step.rows_max;
  }
  return sum;
}

bool has_environment(const Authority& authority, const MatchInput& input, std::vector<Refusal>& out) {
  try {
    authority.environment(input.database, input.environment);
    return true;
  } catch (const Error& error) {
    out.push_back(error.refusal());
    return false;
  }
}

model::TraceInputs match_inputs(const MatchInput& input, const model::Workflow* workflow) {
  model::TraceInputs out{{"database", input.database},
                         {"environment", input.environment},
                         {"kind", std::string(model::kind_name(input.kind))},
                         {"mode", std::string(model::mode_name(input.mode))}};
  for (const StatementClass each : input.classes) out.push_back({"class", std::string(class_name(each))});
  if (workflow != nullptr) out.push_back({"workflow", workflow->name});
  return out;
}

std::string requirements_text(const model::Workflow& workflow) {
  std::vector<std::string> out;
  if (workflow.require_reason) out.emplace_back("reason");
  if (workflow.require_ticket) out.emplace_back("ticket");
  if (workflow.require_rollback) out.emplace_back("rollback");
  return join(out, ", ");
}

model::TraceInputs steps_inputs(const MatchInput& input, const Match& match) {
  model::TraceInputs out{{"risk", std::string(model::risk_name(input.risk))},
                         {"auto_approved", match.auto_approved ? "true" : "false"}};
  for (const model::Step& step : match.steps)
    out.push_back({"step", fmt::format("{}: {} of {}", step.id, step.need, join(step.groups, ", "))});
  return out;
}

}  // namespace

std::string workflow_misfit(const model::WorkflowMatch& match, const MatchInput& input) {
  if (!admits_place(match, input.database, input.environment))
    return fmt::format("is for database {} in {}", match.database, match.environment);
  if (!admits_kind(match, input.kind, input.resumed)) return fmt::format("does not admit kind {}", kind_text(input));
  if (!admits_mode(match, input.mode)) return fmt::format("does not admit mode {}", model::mode_name(input.mode));
  std::vector<std::string> refused;
  for (const StatementClass statement_class : input.classes) {
    if (!admits_class(match, statement_class)) refused.emplace_back(class_name(statement_class));
  }
  return refused.empty() ? "" : fmt::format("does not admit statements of class {}", join(refused, ", "));
}

MatchInput match_input(const model::Request& request, const model::Review& review, Timestamp now) {
  MatchInput out;
  out.database = request.database;
  out.environment = request.environment;
  out.kind = request.kind;
  if (request.resumes) out.resumed = request.resumes->kind;
  out.mode = request.mode;
  out.classes = review.classes();
  out.risk = review.risk;
  std::set<std::string_view> rules;
  for (const model::Finding& finding : review.findings) {
    if (!finding.waived) rules.insert(finding.rule);
  }
  out.rules = {rules.begin(), rules.end()};
  out.requester = request.requester;
  out.has_reason = !request.reason.empty();
  out.has_ticket = !request.ticket.empty();
  out.has_rollback = std::all_of(request.steps.begin(), request.steps.end(),
                                 [](const model::RequestStep& step) { return step.rollback.has_value(); });
  out.rows_max = declared_rows(request);
  out.now = now;
  return out;
}

Match match_workflow(const Authority& authority, const MatchInput& input) {
  Match match;
  model::TraceRecorder record(match.trace, "", match.refusals);
  if (authority.policy_expired() && input.mode != model::RequestMode::break_glass) {
    match.refusals.push_back({ErrorCode::trust_expired,
                              fmt::format("policy {} expired at {}; until it is renewed only break_glass requests run",
                                          authority.policy().version, authority.policy().expires_at.text())});
  }
  record("workflow.policy", {{"policy", std::to_string(authority.policy().version)},
                             {"expires_at", authority.policy().expires_at.text()},
                             {"mode", std::string(model::mode_name(input.mode))}});
  const model::Workflow* workflow = nullptr;
  if (has_environment(authority, input, match.refusals)) {
    if (input.classes.empty())
      match.refusals.push_back({ErrorCode::trust_no_statements, "the request holds no statement"});
    workflow = choose_workflow(authority.policy(), input, match.refusals);
  }
  record("workflow.match", match_inputs(input, workflow));
  if (workflow == nullptr) return match;
  match.workflow = *workflow;
  check_requester(authority, *workflow, input, match.refusals);
  record("workflow.requester", {{"requester", input.requester}, {"group", join(workflow->requesters, ", ")}});
  check_requirements(*workflow, input, match.refusals);
  record("workflow.requirements", {{"required", requirements_text(*workflow)}});
  resolve_steps(input, match);
  record("workflow.steps", steps_inputs(input, match));
  return match;
}

std::vector<const model::Person*> group_people(const model::Roster& roster, std::string_view group) {
  std::vector<const model::Person*> out;
  for (const auto& [name, person] : roster.people) {
    if (person.active && contains(person.groups, group)) out.push_back(&person);
  }
  return out;
}

std::vector<std::string> steps_of_person(const std::vector<model::Step>& steps, const model::Person& person) {
  std::set<std::string> out;
  for (const model::Step& step : steps) {
    if (std::any_of(step.groups.begin(), step.groups.end(),
                    [&](const std::string& group) { return contains(person.groups, group); }))
      out.insert(step.id);
  }
  return {out.begin(), out.end()};
}

bool has_use(const model::Person& person, const std::string& use) {
  return std::any_of(person.keys.begin(), person.keys.end(),
                     [&](const model::PersonKey& key) { return key.uses.count(use) != 0; });
}

}  // namespace dbw::trust
