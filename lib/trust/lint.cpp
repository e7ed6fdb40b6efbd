#include "trust/lint.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "trust/matching.hpp"
#include "trust/windows.hpp"
#include "trust/workflow_fit.hpp"

namespace dbw::trust {
namespace {

using Refusals = std::vector<Refusal>;

void require_life(Refusals& out, std::string_view what, Timestamp from, Timestamp to, int days_max) {
  if (to - from > Seconds(std::int64_t{days_max} * 86400)) {
    out.push_back({ErrorCode::trust_life, fmt::format("{}: lives from {} to {}, longer than {} days", what, from.text(),
                                                      to.text(), days_max)});
  }
}

void lint_role(Refusals& out, const model::Root& root, std::string_view name, const model::RootRole& role) {
  for (const std::string& person : role.people) {
    if (root.people.find(person) == root.people.end()) {
      out.push_back(
          {ErrorCode::trust_unknown_person,
           fmt::format("root {}: role {} names {}, whom the root does not list", root.version, name, person)});
    }
  }
  if (role.threshold < 1 || static_cast<std::size_t>(role.threshold) > role.people.size()) {
    out.push_back(
        {ErrorCode::trust_threshold_unsatisfiable, fmt::format("root {}: role {} needs {} of {} people", root.version,
                                                               name, role.threshold, role.people.size())});
  }
}

/// Every key once, whatever the name it stands under.
class KeyOwners {
 public:
  KeyOwners(Refusals& out, std::string_view where) : m_out(out), m_where(where) {}
  void add(const crypto::PublicKey& key, const std::string& owner) {
    const auto [at, inserted] = m_owners.emplace(key.id, owner);
    if (!inserted)
      m_out.push_back({ErrorCode::trust_duplicate_key, fmt::format("{}: key {} stands under {} and under {}", m_where,
                                                                   key.id.text(), at->second, owner)});
  }

 private:
  Refusals& m_out;
  std::string m_where;
  std::map<KeyId, std::string> m_owners;
};

/// What is sealed for one person would be open to another.
void lint_seal_keys(Refusals& out, const model::Roster& roster, const std::string& where) {
  std::map<std::string, const model::Person*> owners;
  for (const auto& [name, person] : roster.people) {
    if (!person.seal_key) continue;
    const auto [at, inserted] = owners.emplace(person.seal_key->raw, &person);
    if (inserted || at->second->human == person.human) continue;
    out.push_back({ErrorCode::trust_duplicate_key, fmt::format("{}: seal key {} stands under {} and under {}", where,
                                                               person.seal_key->text(), at->second->name, name)});
  }
}

void lint_humans(Refusals& out, const model::Root& root, const model::Roster& roster, const std::string& where) {
  std::map<std::string, std::string> email_human;
  for (const auto& [name, person] : roster.people) {
    const auto human = roster.people.find(person.human);
    const bool known =
        human != roster.people.end() ? human->second.human == person.human : root.people.count(person.human) != 0;
    if (!known)
      out.push_back({ErrorCode::trust_unknown_human,
                     fmt::format("{}: {} is an account of human {}, who is not there", where, name, person.human)});
    for (const std::string& email : person.emails) {
      const auto [at, inserted] = email_human.emplace(to_lower(email), person.human);
      if (!inserted && at->second != person.human) {
        out.push_back({ErrorCode::trust_duplicate_email,
                       fmt::format("{}: {} belongs to {} and to {}", where, email, at->second, person.human)});
      }
    }
  }
}

/// A key that root lists for one human and roster for another would let one person speak as two.
void lint_shared_keys(Refusals& out, const model::Root& root, const model::Roster& roster, const std::string& where) {
  std::map<KeyId, std::string> root_owner;
  for (const auto& [human, keys] : root.people) {
    for (const crypto::PublicKey& key : keys) root_owner.emplace(key.id, human);
  }
  const auto check = [&](const crypto::PublicKey& key, const std::string& human) {
    const auto at = root_owner.find(key.id);
    if (at != root_owner.end() && at->second != human) {
      out.push_back({ErrorCode::trust_duplicate_human, fmt::format("{}: key {} is {}'s in the root and {}'s here",
                                                                   where, key.id.text(), at->second, human)});
    }
  };
  for (const auto& [name, person] : roster.people) {
    for (const model::PersonKey& key : person.keys) check(key.key, person.human);
  }
  for (const auto& [name, machine] : roster.machines) check(machine.key, fmt::format("machine {}", name));
}

bool can_approve(const model::Policy& policy, const model::Person& person) {
  return std::any_of(person.keys.begin(), person.keys.end(), [&](const model::PersonKey& key) {
    return key.uses.count("approve") != 0 && policy.admits(key.key);
  });
}

/// The checks of one policy, which all need the same three things.
class PolicyLint {
 public:
  PolicyLint(const model::Roster& roster, const model::Policy& policy) : m_roster(roster), m_policy(policy) {}

  Refusals run() {
    require_life(m_out, fmt::format("policy {}", m_policy.version), m_policy.issued_at, m_policy.expires_at,
                 k_roster_days_max);
    lint_databases();
    lint_ci_identities();
    for (const model::Workflow& workflow : m_policy.workflows) lint_workflow(workflow);
    lint_ties();
    lint_review_and_freezes();
    return std::move(m_out);
  }

 private:
  void add(ErrorCode code, const std::string& message) {
    m_out.push_back({code, fmt::format("policy {}: {}", m_policy.version, message)});
  }

  void lint_ci_identities() {
    for (const auto& [database, entry] : m_policy.databases) {
      for (const auto& [environment, place] : entry.environments) {
        for (const std::string& identity : {place.issuer_ci, place.executor_ci}) {
          if (!identity.empty() && m_policy.ci_identities.count(identity) == 0)
            add(ErrorCode::trust_unknown_ci_identity,
                fmt::format("{} in {} demands the CI identity {}", database, environment, identity));
        }
      }
    }
  }

  void require_environment(std::string_view where, const std::string& environment) {
    if (environment != "*" && m_environments.count(environment) == 0) {
      add(ErrorCode::trust_unknown_database,
          fmt::format("{} names environment {}, which no database has", where, environment));
    }
  }

  void lint_review_and_freezes() {
    for (const auto& [environment, rules] : m_policy.severities) require_environment("review.severities", environment);
    for (const model::Freeze& freeze : m_policy.freezes) {
      for (const std::string& environment : freeze.environments) require_environment("freezes", environment);
    }
    for (const model::Waiver& waiver : m_policy.waivers) {
      const std::string where = fmt::format("the waiver of {} by {}", waiver.rule, waiver.by);
      require_environment(where, waiver.environment.value_or("*"));
      if (waiver.database && m_policy.databases.count(*waiver.database) == 0)
        add(ErrorCode::trust_unknown_database, fmt::format("{} names database {}", where, *waiver.database));
    }
  }

  bool has_machine(std::string_view use, const std::string& environment, std::string_view name = {}) const {
    return std::any_of(m_roster.machines.begin(), m_roster.machines.end(), [&](const auto& entry) {
      const model::Machine& machine = entry.second;
      const bool listed = std::find(machine.environments.begin(), machine.environments.end(), environment) !=
                          machine.environments.end();
      return machine.use == use && listed && (name.empty() || machine.name == name);
    });
  }

  void lint_databases() {
    std::map<std::string, std::string> targets;
    for (const auto& [database, entry] : m_policy.databases) {
      for (const auto& [environment, place] : entry.environments) {
        const std::string where = fmt::format("{} in {}", database, environment);
        m_environments.insert(environment);
        if (!has_machine("execute", environment, place.executor)) {
          add(ErrorCode::trust_unknown_machine,
              fmt::format("{}: executor {} is no roster machine of use execute for {}", where, place.executor,
                          environment));
        }
        if (place.token_required && !has_machine("token", environment)) {
          add(ErrorCode::trust_unknown_machine,
              fmt::format("{}: needs a token, but no roster machine of use token serves {}", where, environment));
        }
        for (const auto& [member, target] : place.targets) {
          const std::string one = member.empty() ? where : fmt::format("{} of {}", member, where);
          const auto [at, inserted] = targets.emplace(target, one);
          if (!inserted)
            add(ErrorCode::trust_duplicate_target, fmt::format("{} and {} have one target id", at->second, one));
        }
      }
    }
  }

  void lint_groups(const std::string& where, const std::vector<std::string>& groups) {
    for (const std::string& group : groups) {
      if (group_people(m_roster, group).empty())
        add(ErrorCode::trust_unknown_group, fmt::format("{}: nobody active is in group {}", where, group));
    }
  }

  void lint_place(const model::Workflow& workflow) {
    const bool exists = std::any_of(m_policy.databases.begin(), m_policy.databases.end(), [&](const auto& entry) {
      return std::any_of(
          entry.second.environments.begin(), entry.second.environments.end(),
          [&](const auto& environment) { return admits_place(workflow.match, entry.first, environment.first); });
    });
    if (!exists) {
      add(ErrorCode::trust_unknown_database,
          fmt::format("workflow {}: no database {} with environment {}", workflow.name, workflow.match.database,
                      workflow.match.environment));
    }
  }

  /// With every raise at once: a request that triggers all of them must still find its approvers.
  void lint_steps(const model::Workflow& workflow) {
    std::vector<const model::RaiseRule*> raised;
    for (const model::RaiseRule& rule : workflow.raise) raised.push_back(&rule);
    const auto steps = merge_steps(workflow.steps, raised);
    if (!steps) {
      add(ErrorCode::trust_step_conflict,
          fmt::format("workflow {}: one step id is used with different groups or need", workflow.name));
      return;
    }
    for (const model::Step& step : *steps)
      lint_groups(fmt::format("workflow {}, step {}", workflow.name, step.id), step.groups);
    std::vector<Candidate> candidates;
    for (const auto& [name, person] : m_roster.people) {
      if (person.active && can_approve(m_policy, person))
        candidates.push_back({person.human, steps_of_person(*steps, person)});
    }
    for (const auto& [step, count] : fill_steps(*steps, candidates).missing) {
      add(ErrorCode::trust_step_unfillable,
          fmt::format("workflow {}: step {} lacks {} people who are not already needed in another step", workflow.name,
                      step, count));
    }
  }

  void lint_workflow(const model::Workflow& workflow) {
    lint_place(workflow);
    lint_groups(fmt::format("workflow {}, requesters", workflow.name), workflow.requesters);
    lint_steps(workflow);
    if (workflow.post_review)
      lint_groups(fmt::format("workflow {}, post_review", workflow.name), workflow.post_review->groups);
    const Seconds gap = longest_gap(m_policy, workflow);
    if (workflow.approval_ttl <= gap) {
      add(ErrorCode::trust_window_gap,
          fmt::format("workflow {}: approvals live {}, but windows are up to {} apart", workflow.name,
                      format_duration(workflow.approval_ttl), format_duration(gap)));
    }
  }

  void lint_ties() {
    const std::vector<model::Workflow>& all = m_policy.workflows;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t j = i + 1; j < all.size(); ++j) {
        if (ties(all[i].match, all[j].match))
          add(ErrorCode::trust_workflow_tie,
              fmt::format("workflows {} and {} fit the same requests equally well", all[i].name, all[j].name));
      }
    }
  }

  const model::Roster& m_roster;
  const model::Policy& m_policy;
  std::set<std::string> m_environments;
  Refusals m_out;
};

std::vector<std::string> covering_workflows(const model::Policy& policy, const std::string& database,
                                            const std::string& environment, StatementClass statement_class) {
  std::vector<const model::Workflow*> found;
  for (const model::Workflow& workflow : policy.workflows) {
    if (admits_place(workflow.match, database, environment) && admits_class(workflow.match, statement_class))
      found.push_back(&workflow);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto* a, const auto* b) { return specificity(a->match) > specificity(b->match); });
  std::vector<std::string> names;
  for (const model::Workflow* workflow : found) names.push_back(workflow->name);
  return names;
}

}  // namespace

std::vector<Refusal> lint_root(const model::Root& root) {
  Refusals out;
  require_life(out, fmt::format("root {}", root.version), root.issued_at, root.expires_at, k_root_days_max);
  KeyOwners owners(out, fmt::format("root {}", root.version));
  for (const auto& [person, keys] : root.people) {
    for (const crypto::PublicKey& key : keys) owners.add(key, person);
  }
  lint_role(out, root, "root", root.root);
  lint_role(out, root, "policy", root.policy);
  lint_role(out, root, "roster", root.roster);
  lint_role(out, root, "suspend", root.suspend);
  return out;
}

std::vector<Refusal> lint_roster(const model::Root& root, const model::Roster& roster) {
  Refusals out;
  const std::string where = fmt::format("roster {}", roster.version);
  require_life(out, where, roster.issued_at, roster.expires_at, k_roster_days_max);
  KeyOwners owners(out, where);
  for (const auto& [name, person] : roster.people) {
    for (const model::PersonKey& key : person.keys) owners.add(key.key, name);
  }
  for (const auto& [name, machine] : roster.machines) owners.add(machine.key, fmt::format("machine {}", name));
  lint_seal_keys(out, roster, where);
  lint_humans(out, root, roster, where);
  lint_shared_keys(out, root, roster, where);
  return out;
}

std::vector<Refusal> lint_policy(const model::Roster& roster, const model::Policy& policy) {
  return PolicyLint(roster, policy).run();
}

std::vector<std::string> warn_policy(const model::Policy& policy, Timestamp now) {
  std::vector<std::string> out;
  for (const model::Waiver& waiver : policy.waivers) {
    if (now > waiver.until)
      out.push_back(fmt::format("the waiver of {} by {} ended at {} and lifts nothing", waiver.rule, waiver.by,
                                waiver.until.text()));
  }
  for (const model::Freeze& freeze : policy.freezes) {
    if (now >= freeze.until)
      out.push_back(fmt::format("the freeze from {} ended at {} ({})", freeze.from.text(), freeze.until.text(),
                                printable(freeze.reason)));
  }
  return out;
}

std::vector<CoverageRow> coverage(const model::Policy& policy) {
  std::vector<CoverageRow> rows;
  for (const auto& [database, entry] : policy.databases) {
    for (const auto& [environment, place] : entry.environments) {
      for (const StatementClass statement_class : all_classes()) {
        rows.push_back({database, environment, statement_class,
                        covering_workflows(policy, database, environment, statement_class)});
      }
    }
  }
  return rows;
}

}  // namespace dbw::trust
