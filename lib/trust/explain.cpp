#include "trust/explain.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "trust/person_signature.hpp"
#include "trust/workflow_fit.hpp"

namespace dbw::trust {
namespace {

std::string weights_text(const model::WorkflowMatch& match) {
  std::vector<std::string> parts;
  if (match.environment != "*") parts.emplace_back("environment 4");
  if (match.database != "*") parts.emplace_back("database 2");
  if (match.classes_written) parts.emplace_back("classes 1");
  return parts.empty() ? "nothing written" : join(parts, " + ");
}

std::vector<ConsideredWorkflow> consider(const model::Policy& policy, const MatchInput& input, const Match& match) {
  std::vector<ConsideredWorkflow> out;
  for (const model::Workflow& workflow : policy.workflows) {
    out.push_back({workflow.name, specificity(workflow.match), weights_text(workflow.match),
                   workflow_misfit(workflow.match, input), workflow.name == match.workflow.name});
  }
  std::stable_sort(out.begin(), out.end(), [](const ConsideredWorkflow& a, const ConsideredWorkflow& b) {
    if (a.misfit.empty() != b.misfit.empty()) return a.misfit.empty();
    return a.specificity > b.specificity;
  });
  return out;
}

std::vector<std::string> who_can_fill(const Authority& authority, const model::Workflow& workflow,
                                      const model::Step& step, const std::string& requester) {
  const model::Person* asking = authority.find_person(requester);
  std::set<std::string> people;
  for (const std::string& group : step.groups) {
    for (const model::Person* person : group_people(authority.roster(), group)) {
      const bool own = asking != nullptr && asking->human == person->human && !workflow.same_human_other_key;
      if (!own && can_approve(authority, *person)) people.insert(person->name);
    }
  }
  return {people.begin(), people.end()};
}

template <typename Range, typename Name>
std::string any_of_text(std::string_view what, const Range& range, Name name) {
  std::vector<std::string> parts;
  for (const auto& item : range) parts.emplace_back(name(item));
  return fmt::format("{} {}", what, join(parts, " or "));
}

std::string windows_text(const std::vector<model::Window>& windows) {
  std::vector<std::string> parts;
  for (const model::Window& window : windows) parts.push_back(window_text(window));
  return join(parts, " or ");
}

/// What an emergency may do, and what it costs afterwards.
void add_break_glass(const model::Workflow& workflow, std::vector<std::string>& out) {
  if (!workflow.overrides.empty()) out.push_back("blocking rules it may pass: " + join(workflow.overrides, ", "));
  if (workflow.ignore_freezes) out.emplace_back("it runs during freezes");
  if (workflow.post_review) {
    out.push_back(fmt::format("one of {} reviews it afterwards, within {}", join(workflow.post_review->groups, ", "),
                              format_duration(workflow.post_review->within)));
  }
}

void add_freezes(const model::Policy& policy, const model::Workflow& workflow, const std::string& environment,
                 std::vector<std::string>& out) {
  for (const model::Freeze& freeze : policy.freezes) {
    const auto& places = freeze.environments;
    const bool here = places.empty() || std::find(places.begin(), places.end(), environment) != places.end();
    if (here && !workflow.ignore_freezes)
      out.push_back(fmt::format("freeze: nothing runs from {} until {} ({})", freeze.from.text(), freeze.until.text(),
                                printable(freeze.reason)));
  }
}

std::vector<std::string> conditions_of(const model::Policy& policy, const model::Workflow& workflow,
                                       const std::string& environment) {
  std::vector<std::string> out;
  out.push_back(workflow.requesters.empty() ? "anybody on the roster may ask"
                                            : fmt::format("may ask: {}", join(workflow.requesters, ", ")));
  std::vector<std::string> required;
  if (workflow.require_reason) required.emplace_back("a reason");
  if (workflow.require_ticket) required.emplace_back("a ticket");
  if (workflow.require_rollback) required.emplace_back("a rollback for every step");
  if (!required.empty()) out.push_back("it needs " + join(required, ", "));
  if (workflow.auto_approve_max_risk)
    out.push_back(fmt::format("up to risk {} it approves itself", *workflow.auto_approve_max_risk));
  out.push_back(workflow.merge_required ? "it runs after its merge" : "it runs without a merge");
  out.push_back(fmt::format("approvals live {}", format_duration(workflow.approval_ttl)));
  out.push_back(fmt::format("tokens live at most {}", format_duration(workflow.token_ttl)));
  for (const model::Window& window : workflow.windows) out.push_back("window: " + window_text(window));
  add_freezes(policy, workflow, environment, out);
  add_break_glass(workflow, out);
  if (workflow.same_human_other_key) out.emplace_back("the requester's other security key approves");
  return out;
}

/// Where nobody asks yet, what depends on the request is a condition.
void drop_open_questions(const MatchInput& input, Match& match) {
  if (!input.requester.empty()) return;
  std::erase_if(match.refusals, [](const Refusal& refusal) {
    return refusal.code == ErrorCode::trust_requester_group || refusal.code == ErrorCode::trust_requirement ||
           refusal.code == ErrorCode::trust_no_approvers;
  });
}

}  // namespace

std::string raise_text(const model::RaiseRule& rule) {
  const auto self = [](const std::string& text) { return text; };
  std::vector<std::string> parts;
  if (!rule.risk.empty()) parts.push_back(any_of_text("risk", rule.risk, self));
  if (!rule.rules.empty()) parts.push_back(any_of_text("finding", rule.rules, self));
  if (!rule.classes.empty()) parts.push_back(any_of_text("class", rule.classes, class_name));
  if (rule.rows_over) parts.push_back(fmt::format("more than {} rows, or no bound, declared", *rule.rows_over));
  if (!rule.during.empty()) parts.push_back("during " + windows_text(rule.during));
  if (!rule.outside.empty()) parts.push_back("outside " + windows_text(rule.outside));
  return join(parts, ", and ");
}

std::string window_text(const model::Window& window) {
  return fmt::format("{} {} to {} {}", join(window.days, ", "), window.from, window.to, window.zone);
}

Explanation explain(const Authority& authority, const MatchInput& input) {
  Explanation out;
  out.match = match_workflow(authority, input);
  drop_open_questions(input, out.match);
  out.considered = consider(authority.policy(), input, out.match);
  const model::Workflow& workflow = out.match.workflow;
  if (workflow.name.empty()) return out;
  const auto add = [&](const std::vector<model::Step>& steps, const std::string& when) {
    for (const model::Step& step : steps)
      out.steps.push_back({step, when, who_can_fill(authority, workflow, step, input.requester)});
  };
  add(workflow.steps, "");
  for (const model::RaiseRule& rule : workflow.raise) add(rule.add, raise_text(rule));
  out.conditions = conditions_of(authority.policy(), workflow, input.environment);
  return out;
}

}  // namespace dbw::trust
