#include "trust/warnings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "trust/matching.hpp"
#include "trust/windows.hpp"
#include "trust/workflow_fit.hpp"

namespace dbw::trust {
namespace {

constexpr std::int64_t k_day = 86400;
/// Days before expiry at which a warning becomes another one.
constexpr std::array<int, 3> k_life_steps{3, 14, 30};
/// What an approval needs of the next window to be of use.
constexpr Seconds k_window_use_min{3600};

using Humans = std::set<std::string>;

Humans humans_in(const model::Roster& roster, const std::vector<std::string>& groups, const std::string& use) {
  Humans out;
  for (const std::string& group : groups) {
    for (const model::Person* person : group_people(roster, group)) {
      if (has_use(*person, use)) out.insert(person->human);
    }
  }
  return out;
}

Humans everybody(const model::Roster& roster, const std::string& use) {
  Humans out;
  for (const auto& [name, person] : roster.people) {
    if (person.active && has_use(person, use)) out.insert(person.human);
  }
  return out;
}

class WorkflowWarnings {
 public:
  WorkflowWarnings(const model::Roster& roster, const model::Policy& policy, const model::Workflow& workflow,
                   std::vector<Warning>& out)
      : m_roster(roster), m_policy(policy), m_workflow(workflow), m_out(out) {}

  void run() {
    warn_windows();
    std::vector<const model::RaiseRule*> raised;
    for (const model::RaiseRule& rule : m_workflow.raise) raised.push_back(&rule);
    const auto all = merge_steps(m_workflow.steps, raised);
    if (!all || all->empty()) return;
    warn_reserve(*all);
    if (m_workflow.same_human_other_key) return;  // there the requester may approve
    warn_deadlock(m_workflow.steps, "");
    if (!m_workflow.raise.empty()) warn_deadlock(*all, " that raise every step");
  }

 private:
  void add(ErrorCode code, const std::string& message) {
    m_out.push_back({{code, fmt::format("workflow {}: {}", m_workflow.name, message), {}}, m_workflow.name});
  }

  bool can_fill(const std::vector<model::Step>& steps, const std::string& without) const {
    std::vector<Candidate> candidates;
    for (const auto& [name, person] : m_roster.people) {
      if (person.active && person.human != without && has_use(person, "approve"))
        candidates.push_back({person.human, steps_of_person(steps, person)});
    }
    return fill_steps(steps, candidates).complete();
  }

  void warn_deadlock(const std::vector<model::Step>& steps, std::string_view which) {
    // What not even everybody together can fill is an error of lint, whoever asks.
    if (!can_fill(steps, "")) return;
    const Humans requesters = m_workflow.requesters.empty() ? everybody(m_roster, "request")
                                                            : humans_in(m_roster, m_workflow.requesters, "request");
    Humans stuck;
    for (const std::string& human : requesters) {
      if (!can_fill(steps, human)) stuck.insert(human);
    }
    if (requesters.empty()) return add(ErrorCode::trust_deadlock, "nobody who may ask has a key of use request");
    if (stuck.empty() || !m_told.insert(stuck).second) return;
    const std::string who = stuck == requesters ? "whoever asks" : join({stuck.begin(), stuck.end()}, ", ");
    add(ErrorCode::trust_deadlock,
        fmt::format("requests by {}{} can never be approved: without the requester the steps lack people", who, which));
  }

  void warn_reserve(const std::vector<model::Step>& steps) {
    for (const model::Step& step : steps) {
      const Humans able = humans_in(m_roster, step.groups, "approve");
      if (able.size() > static_cast<std::size_t>(step.need)) continue;
      add(ErrorCode::trust_no_reserve,
          fmt::format("step {} needs {} of {}: {}; while one of them is away nothing is approved", step.id, step.need,
                      able.size(), join({able.begin(), able.end()}, ", ")));
    }
    for (const std::string& group : m_workflow.requesters) {
      const Humans able = humans_in(m_roster, {group}, "request");
      if (able.size() == 1)
        add(ErrorCode::trust_no_reserve, fmt::format("{} alone is in its requesters group {}", *able.begin(), group));
    }
  }

  void warn_windows() {
    const Seconds gap = longest_gap(m_policy, m_workflow);
    const Seconds use = m_workflow.approval_ttl - gap;
    if (m_workflow.windows.empty() || use <= Seconds(0) || use >= k_window_use_min) return;
    add(ErrorCode::trust_tight_window,
        fmt::format("windows are up to {} apart and approvals live {}: one that is made as a window closes has {} of "
                    "the next",
                    format_duration(gap), format_duration(m_workflow.approval_ttl), format_duration(use)));
  }

  const model::Roster& m_roster;
  const model::Policy& m_policy;
  const model::Workflow& m_workflow;
  std::vector<Warning>& m_out;
  std::set<Humans> m_told;
};

}  // namespace

std::vector<Warning> life_warnings(std::string_view kind, std::int64_t version, Timestamp expires_at, Timestamp now) {
  const Seconds left = expires_at - now;
  if (left <= Seconds(0)) return {};
  for (const int days : k_life_steps) {
    if (left >= Seconds(days * k_day)) continue;
    return {{{ErrorCode::expires_soon,
              fmt::format("{} {} expires at {}, in less than {} days", kind, version, expires_at.text(), days),
              fmt::format("Run dbw-sign {0} renew in a clone, then dbw-sign {0} sign --push.", kind)},
             ""}};
  }
  return {};
}

std::vector<Warning> workflow_warnings(const model::Roster& roster, const model::Policy& policy) {
  std::vector<Warning> out;
  for (const model::Workflow& workflow : policy.workflows) WorkflowWarnings(roster, policy, workflow, out).run();
  return out;
}

std::vector<Warning> lint_warnings(const model::Root& root, const model::Roster& roster, const model::Policy& policy,
                                   Timestamp now) {
  std::vector<Warning> out = life_warnings("root", root.version, root.expires_at, now);
  const auto append = [&](const std::vector<Warning>& more) { out.insert(out.end(), more.begin(), more.end()); };
  append(life_warnings("roster", roster.version, roster.expires_at, now));
  append(life_warnings("policy", policy.version, policy.expires_at, now));
  append(workflow_warnings(roster, policy));
  return out;
}

}  // namespace dbw::trust
