#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/text.hpp"
#include "trust/difference.hpp"
#include "trust/lint.hpp"
#include "trust/matching.hpp"
#include "trust/workflow_fit.hpp"

namespace dbw::trust {
namespace {

using Places = std::set<std::string>;
using Powers = std::map<std::pair<std::string, std::string>, Places>;  ///< (human, what they may do) -> where

Places places_of(const model::Policy& policy, const model::WorkflowMatch& match) {
  Places out;
  for (const auto& [database, entry] : policy.databases) {
    for (const auto& [environment, place] : entry.environments) {
      if (admits_place(match, database, environment)) out.insert(fmt::format("{} in {}", database, environment));
    }
  }
  return out;
}

bool in_groups(const model::Person& person, const std::vector<std::string>& groups) {
  return std::any_of(groups.begin(), groups.end(), [&](const std::string& group) {
    return std::find(person.groups.begin(), person.groups.end(), group) != person.groups.end();
  });
}

void add_workflow(const model::Roster& roster, const model::Workflow& workflow, const Places& places, Powers& out) {
  const auto grant = [&](const model::Person& person, const std::string& what) {
    out[{person.human, what}].insert(places.begin(), places.end());
  };
  const auto steps = [&](const model::Person& person, const std::vector<model::Step>& all, std::string_view when) {
    for (const model::Step& step : all) {
      if (in_groups(person, step.groups))
        grant(person, fmt::format("approve step {} of workflow {}{}", step.id, workflow.name, when));
    }
  };
  for (const auto& [name, person] : roster.people) {
    if (!person.active) continue;
    if (has_use(person, "request") && (workflow.requesters.empty() || in_groups(person, workflow.requesters)))
      grant(person, fmt::format("ask under workflow {}", workflow.name));
    if (!has_use(person, "approve")) continue;
    steps(person, workflow.steps, "");
    for (const model::RaiseRule& rule : workflow.raise) steps(person, rule.add, ", where it is raised");
  }
}

Powers powers_of(const model::Roster& roster, const model::Policy& policy) {
  Powers out;
  for (const model::Workflow& workflow : policy.workflows)
    add_workflow(roster, workflow, places_of(policy, workflow.match), out);
  return out;
}

Places minus(const Places& a, const Places& b) {
  Places out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}

void compare_powers(const Powers& before, const Powers& after, std::string_view verb, std::vector<std::string>& out) {
  for (const auto& [power, places] : after) {
    const auto old = before.find(power);
    const Places more = old == before.end() ? places : minus(places, old->second);
    if (more.empty()) continue;
    out.push_back(
        fmt::format("{} {}: {} ({})", power.first, verb, power.second, join({more.begin(), more.end()}, ", ")));
  }
}

std::string workflows_text(const std::vector<std::string>& names) {
  return names.empty() ? "none (refused)" : join(names, ", ");
}

/// Which workflows admit a class at a place, where both policies have that place.
void compare_coverage(const model::Policy& before, const model::Policy& after, std::vector<std::string>& out) {
  std::map<std::tuple<std::string, std::string, StatementClass>, std::vector<std::string>> old;
  for (const CoverageRow& row : coverage(before))
    old[{row.database, row.environment, row.statement_class}] = row.workflows;
  std::map<std::tuple<std::string, std::string, std::string>, std::vector<std::string>> classes;
  for (const CoverageRow& row : coverage(after)) {
    const auto found = old.find({row.database, row.environment, row.statement_class});
    if (found == old.end() || found->second == row.workflows) continue;
    classes[{fmt::format("{} in {}", row.database, row.environment), workflows_text(row.workflows),
             workflows_text(found->second)}]
        .emplace_back(class_name(row.statement_class));
  }
  for (const auto& [change, names] : classes) {
    out.push_back(fmt::format("{} on {}: workflow {} instead of {}", join(names, ", "), std::get<0>(change),
                              std::get<1>(change), std::get<2>(change)));
  }
}

}  // namespace

std::vector<std::string> describe_powers(const model::Roster& old_roster, const model::Policy& old_policy,
                                         const model::Roster& new_roster, const model::Policy& new_policy) {
  const Powers before = powers_of(old_roster, old_policy);
  const Powers after = powers_of(new_roster, new_policy);
  std::vector<std::string> out;
  compare_powers(before, after, "gains", out);
  compare_powers(after, before, "loses", out);
  std::sort(out.begin(), out.end());
  compare_coverage(old_policy, new_policy, out);
  return out;
}

}  // namespace dbw::trust
