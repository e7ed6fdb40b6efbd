#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/trust_documents.hpp"
#include "workflow/authority_files.hpp"

namespace dbw::workflow {
namespace {

using Lines = std::vector<std::string>;

template <typename T>
std::set<T> minus(const std::set<T>& a, const std::set<T>& b) {
  std::set<T> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}

std::set<std::string> as_set(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

template <typename Map>
std::set<std::string> keys_of(const Map& map) {
  std::set<std::string> out;
  for (const auto& [key, value] : map) out.insert(key);
  return out;
}

void compare(Lines& out, const std::set<std::string>& before, const std::set<std::string>& after,
             std::string_view gains, std::string_view loses) {
  for (const std::string& each : minus(after, before)) out.push_back(fmt::format(fmt::runtime(gains), each));
  for (const std::string& each : minus(before, after)) out.push_back(fmt::format(fmt::runtime(loses), each));
}

void compare_role(Lines& out, std::string_view name, const model::RootRole& before, const model::RootRole& after) {
  if (before.threshold != after.threshold)
    out.push_back(
        fmt::format("role {}: {} signatures are needed instead of {}", name, after.threshold, before.threshold));
  compare(out, as_set(before.people), as_set(after.people), fmt::format("{{}} gains the role {}", name),
          fmt::format("{{}} loses the role {}", name));
}

std::set<std::string> key_ids(const std::vector<crypto::PublicKey>& keys) {
  std::set<std::string> out;
  for (const crypto::PublicKey& key : keys) out.insert(key.id.text());
  return out;
}

Lines root_difference(const model::Root& before, const model::Root& after) {
  Lines out;
  compare(out, keys_of(before.people), keys_of(after.people), "{} joins the root", "{} leaves the root");
  for (const auto& [name, keys] : after.people) {
    const auto old = before.people.find(name);
    if (old != before.people.end()) {
      compare(out, key_ids(old->second), key_ids(keys), name + " gains the key {}", name + " loses the key {}");
    }
  }
  compare_role(out, "root", before.root, after.root);
  compare_role(out, "policy", before.policy, after.policy);
  compare_role(out, "roster", before.roster, after.roster);
  compare_role(out, "suspend", before.suspend, after.suspend);
  return out;
}

std::set<std::string> person_keys(const model::Person& person) {
  std::set<std::string> out;
  for (const model::PersonKey& key : person.keys) {
    out.insert(fmt::format("{} ({})", key.key.id.text(), join({key.uses.begin(), key.uses.end()}, ", ")));
  }
  return out;
}

Lines roster_difference(const model::Roster& before, const model::Roster& after) {
  Lines out;
  compare(out, keys_of(before.people), keys_of(after.people), "{} joins", "{} is removed");
  for (const auto& [name, person] : after.people) {
    const auto found = before.people.find(name);
    const model::Person& old = found == before.people.end() ? model::Person{} : found->second;
    if (found != before.people.end() && old.active != person.active)
      out.push_back(fmt::format("{} is {}", name, person.active ? "active again" : "no longer active"));
    compare(out, as_set(old.groups), as_set(person.groups), name + " joins the group {}",
            name + " leaves the group {}");
    compare(out, person_keys(old), person_keys(person), name + " gains the key {}", name + " loses the key {}");
  }
  compare(out, keys_of(before.machines), keys_of(after.machines), "machine {} is added", "machine {} is removed");
  for (const auto& [name, machine] : after.machines) {
    const auto old = before.machines.find(name);
    if (old == before.machines.end()) continue;
    if (!(old->second.key == machine.key))
      out.push_back(fmt::format("machine {} has another key: {}", name, machine.key.id.text()));
    compare(out, as_set(old->second.environments), as_set(machine.environments), "machine " + name + " may serve {}",
            "machine " + name + " no longer serves {}");
  }
  return out;
}

std::string steps_text(const std::vector<model::Step>& steps) {
  Lines out;
  for (const model::Step& step : steps) out.push_back(fmt::format("{} of {}", step.need, join(step.groups, "+")));
  return out.empty() ? "nobody" : join(out, " and ");
}

void compare_workflow(Lines& out, const model::Workflow& before, const model::Workflow& after) {
  const std::string& name = after.name;
  if (steps_text(before.steps) != steps_text(after.steps)) {
    out.push_back(fmt::format("workflow {}: approved by {} instead of {}", name, steps_text(after.steps),
                              steps_text(before.steps)));
  }
  if (before.auto_approve_max_risk != after.auto_approve_max_risk) {
    out.push_back(after.auto_approve_max_risk
                      ? fmt::format("workflow {}: approves itself up to risk {}", name, *after.auto_approve_max_risk)
                      : fmt::format("workflow {}: no longer approves itself", name));
  }
  if (before.match.environment != after.match.environment || before.match.database != after.match.database ||
      before.match.classes != after.match.classes || before.match.kind != after.match.kind ||
      before.match.mode != after.match.mode) {
    out.push_back(fmt::format("workflow {}: matches other requests than before", name));
  }
  compare(out, as_set(before.requesters), as_set(after.requesters), "workflow " + name + ": group {} may ask",
          "workflow " + name + ": group {} may no longer ask");
  if (before.merge_required != after.merge_required)
    out.push_back(fmt::format("workflow {}: merge is {}", name, after.merge_required ? "required" : "not required"));
  if (before.approval_ttl != after.approval_ttl)
    out.push_back(fmt::format("workflow {}: approvals live {} instead of {}", name, format_duration(after.approval_ttl),
                              format_duration(before.approval_ttl)));
}

Lines policy_difference(const model::Policy& before, const model::Policy& after) {
  Lines out;
  std::map<std::string, model::Workflow> old_flows, new_flows;
  for (const model::Workflow& flow : before.workflows) old_flows[flow.name] = flow;
  for (const model::Workflow& flow : after.workflows) new_flows[flow.name] = flow;
  compare(out, keys_of(old_flows), keys_of(new_flows), "workflow {} is new", "workflow {} is gone");
  for (const auto& [name, flow] : new_flows) {
    const auto old = old_flows.find(name);
    if (old != old_flows.end()) compare_workflow(out, old->second, flow);
  }
  compare(out, keys_of(before.databases), keys_of(after.databases), "database {} is new", "database {} is gone");
  for (const auto& [name, database] : after.databases) {
    const auto old = before.databases.find(name);
    if (old == before.databases.end()) continue;
    for (const auto& [environment, entry] : database.environments) {
      const auto was = old->second.environments.find(environment);
      if (was == old->second.environments.end()) {
        out.push_back(fmt::format("{}: environment {} is new", name, environment));
      } else {
        if (was->second.executor != entry.executor)
          out.push_back(fmt::format("{} in {}: executor {} instead of {}", name, environment, entry.executor,
                                    was->second.executor));
        if (was->second.target != entry.target)
          out.push_back(fmt::format("{} in {}: another target database", name, environment));
        if (was->second.token_required != entry.token_required)
          out.push_back(fmt::format("{} in {}: a token is {}", name, environment,
                                    entry.token_required ? "required" : "not required"));
      }
    }
  }
  if (before.severities != after.severities) out.push_back("severities of review rules change");
  if (before.waivers.size() != after.waivers.size())
    out.push_back(fmt::format("{} waivers instead of {}", after.waivers.size(), before.waivers.size()));
  const model::Limits& a = before.limits;
  const model::Limits& b = after.limits;
  if (a.sql_bytes != b.sql_bytes || a.max_rows != b.max_rows || a.result_bytes != b.result_bytes ||
      a.statement_timeout != b.statement_timeout || a.lock_timeout != b.lock_timeout) {
    out.push_back("limits change");
  }
  return out;
}

}  // namespace

std::vector<std::string> describe_difference(DocumentKind kind, std::string_view older, std::string_view newer) {
  switch (kind) {
    case DocumentKind::root:
      return root_difference(model::parse_root(older, "the older root"), model::parse_root(newer, "the newer root"));
    case DocumentKind::roster:
      return roster_difference(model::parse_roster(older, "the older roster"),
                               model::parse_roster(newer, "the newer roster"));
    case DocumentKind::policy:
      break;
  }
  return policy_difference(model::parse_policy(older, "the older policy"),
                           model::parse_policy(newer, "the newer policy"));
}

}  // namespace dbw::workflow
