#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "model/request.hpp"
#include "model/verdict.hpp"
#include "trust/authority.hpp"

namespace dbw::trust {

/// What a workflow is chosen by.
struct MatchInput {
  std::string database, environment;
  model::RequestKind kind = model::RequestKind::change;
  model::RequestKind resumed = model::RequestKind::change;  ///< of kind resume: of what it goes on with
  model::RequestMode mode = model::RequestMode::apply;
  std::vector<StatementClass> classes;  ///< distinct; every one must be admitted
  model::Risk risk = model::Risk::unknown;
  std::vector<std::string> rules;  ///< ids of rules that fired and are not waived
  std::string requester;           ///< person
  bool has_reason = false, has_ticket = false, has_rollback = false;
  std::optional<std::int64_t> rows_max;  ///< rows it declares to change or return at most; absent: no bound
  Timestamp now;                         ///< raises may depend on it
};
/// From a request and what review says of it. has_rollback: every step names one. rows_max: the sum over its steps, of
/// a query its results.max_rows; absent where any step names none.
MatchInput match_input(const model::Request& request, const model::Review& review, Timestamp now);

/// The answer: a workflow with what it asks for, or why there is none.
struct Match {
  std::vector<Refusal> refusals;   ///< empty: matched. Otherwise every candidate and why it fell out
  model::Workflow workflow;        ///< meaningless unless matched()
  std::vector<model::Step> steps;  ///< required now, raised ones included, sorted by id; empty where auto-approved
  /// What decisions, verdict and terms name: raises that depend on the time taken as holding, so that the clock alone
  /// never voids an approval.
  std::vector<model::Step> binding_steps;
  bool auto_approved = false;
  model::Trace trace;  ///< the checks workflow.policy to workflow.steps
  bool matched() const { return refusals.empty(); }
};

/// DESIGN section 5 "Matching". Never throws for a request that policy does not admit: the refusals say why
/// (trust_no_workflow, trust_workflow_tie, trust_requester_group, trust_requirement, trust_no_approvers,
/// trust_no_statements, trust_expired, trust_unknown_database).
Match match_workflow(const Authority& authority, const MatchInput& input);

/// Why a workflow's match does not admit the request ("does not admit kind query"); empty where it does.
std::string workflow_misfit(const model::WorkflowMatch& match, const MatchInput& input);

/// Canonical JSON of the conditions that approvers agree to: the resolved workflow with its required steps, the
/// database entry, the groups it names expanded to sorted humans, limits, severities and waivers. Policy and roster
/// versions are no part of it, so unrelated edits void nothing. Throws Error{trust_unknown_database}.
std::string emit_terms(const Authority& authority, const Match& match, const MatchInput& input);

/// Active people of a group, sorted by name (suspended ones included: a suspension must not void other people's
/// approvals).
std::vector<const model::Person*> group_people(const model::Roster& roster, std::string_view group);
/// One of the person's keys has that use.
bool has_use(const model::Person& person, const std::string& use);
/// The required steps whose groups this person is in, sorted: what `Dbw-Steps` must say.
std::vector<std::string> steps_of_person(const std::vector<model::Step>& steps, const model::Person& person);

/// A human and the steps they may fill.
struct Candidate {
  std::string human;
  std::vector<std::string> steps;
};
struct Filling {
  std::vector<std::pair<std::string, std::string>> filled;  ///< (step, human), sorted
  std::vector<std::pair<std::string, int>> missing;         ///< (step, how many), sorted; empty: complete
  bool complete() const { return missing.empty(); }
};
/// Maximum bipartite matching of humans to the places of steps: each human fills at most one place. The order of
/// neither argument matters; candidates of the same human are one.
Filling fill_steps(const std::vector<model::Step>& steps, const std::vector<Candidate>& candidates);

}  // namespace dbw::trust
