#include <algorithm>
#include <set>

#include "codec/json.hpp"
#include "trust/matching.hpp"

namespace dbw::trust {
namespace {

using codec::Value;

template <typename Range, typename Each>
Value list_of(const Range& range, Each each) {
  Value::List items;
  for (const auto& item : range) items.push_back(each(item));
  return Value(std::move(items));
}

Value text(std::string_view value) { return Value(value); }
Value names(const std::vector<std::string>& list) { return list_of(list, text); }
Value seconds(Seconds duration) { return Value(static_cast<std::int64_t>(duration.count())); }
Value classes(const std::vector<StatementClass>& list) {
  return list_of(list, [](StatementClass c) { return text(class_name(c)); });
}

Value step_value(const model::Step& step) {
  return Value::Map{{"id", step.id}, {"groups", names(step.groups)}, {"need", std::int64_t{step.need}}};
}

Value match_value(const model::WorkflowMatch& match) {
  Value out =
      Value::Map{{"environment", match.environment}, {"database", match.database}, {"classes", classes(match.classes)}};
  if (match.kind) out.set("kind", *match.kind);
  if (match.mode) out.set("mode", *match.mode);
  return out;
}

Value window_value(const model::Window& window) {
  return Value::Map{{"days", names(window.days)}, {"from", window.from}, {"to", window.to}, {"zone", window.zone}};
}

Value raise_value(const model::RaiseRule& rule) {
  Value out = Value::Map{{"risk", names(rule.risk)},
                         {"rules", names(rule.rules)},
                         {"classes", classes(rule.classes)},
                         {"during", list_of(rule.during, window_value)},
                         {"outside", list_of(rule.outside, window_value)},
                         {"add", list_of(rule.add, step_value)}};
  if (rule.rows_over) out.set("rows_over", *rule.rows_over);
  return out;
}

/// Only what break_glass workflows have.
void set_break_glass(Value& out, const model::Workflow& workflow) {
  out.set("overrides", names(workflow.overrides)).set("ignore_freezes", workflow.ignore_freezes);
  if (!workflow.post_review) return;
  out.set("post_review", Value::Map{{"groups", names(workflow.post_review->groups)},
                                    {"within", seconds(workflow.post_review->within)}});
}

Value workflow_value(const model::Workflow& workflow) {
  Value out = Value::Map{{"name", workflow.name},
                         {"match", match_value(workflow.match)},
                         {"requesters", names(workflow.requesters)},
                         {"merge_required", workflow.merge_required},
                         {"require_reason", workflow.require_reason},
                         {"require_ticket", workflow.require_ticket},
                         {"require_rollback", workflow.require_rollback},
                         {"steps", list_of(workflow.steps, step_value)},
                         {"raise", list_of(workflow.raise, raise_value)},
                         {"approval_ttl", seconds(workflow.approval_ttl)},
                         {"token_ttl", seconds(workflow.token_ttl)},
                         {"windows", list_of(workflow.windows, window_value)},
                         {"same_human_other_key", workflow.same_human_other_key}};
  if (workflow.auto_approve_max_risk) out.set("auto_approve_max_risk", *workflow.auto_approve_max_risk);
  if (workflow.break_glass()) set_break_glass(out, workflow);
  return out;
}

/// Who approves a request approves the databases that it changes: a member that joins later is no part of it.
Value fleet_value(const model::EnvironmentEntry& place) {
  Value members{Value::Map{}};
  for (const auto& [member, target] : place.targets) members.set(member, target);
  return Value::Map{{"members", members}, {"canary", names(place.canary)}, {"failures_max", place.failures_max}};
}

Value database_value(const Authority& authority, const MatchInput& input) {
  const model::DatabaseEntry& entry = authority.database(input.database);
  const model::EnvironmentEntry& place = authority.environment(input.database, input.environment);
  Value out = Value::Map{{"name", input.database},
                         {"engine", engine_name(entry.engine)},
                         {"server_version", entry.server_version},
                         {"environment", input.environment},
                         {"executor", place.executor},
                         {"token_required", place.token_required},
                         {"production", place.production}};
  if (place.is_fleet()) {
    out.set("fleet", fleet_value(place));
  } else {
    out.set("target", place.targets.at(""));
  }
  return out;
}

/// Groups of the workflow, of raises that did not fire too, each as its humans: who joins or leaves one changes what
/// was agreed to.
Value groups_value(const model::Roster& roster, const model::Workflow& workflow) {
  std::set<std::string> groups(workflow.requesters.begin(), workflow.requesters.end());
  const auto add = [&](const std::vector<model::Step>& steps) {
    for (const model::Step& step : steps) groups.insert(step.groups.begin(), step.groups.end());
  };
  add(workflow.steps);
  for (const model::RaiseRule& rule : workflow.raise) add(rule.add);
  if (workflow.post_review) groups.insert(workflow.post_review->groups.begin(), workflow.post_review->groups.end());
  Value out{Value::Map{}};
  for (const std::string& group : groups) {
    std::set<std::string> humans;
    for (const model::Person* person : group_people(roster, group)) humans.insert(person->human);
    out.set(group, list_of(humans, text));
  }
  return out;
}

Value limits_value(const model::Limits& limits) {
  return Value::Map{{"sql_bytes", limits.sql_bytes},
                    {"statement_timeout", seconds(limits.statement_timeout)},
                    {"lock_timeout", seconds(limits.lock_timeout)},
                    {"max_rows", limits.max_rows},
                    {"result_bytes", limits.result_bytes}};
}

Value severities_value(const model::Policy& policy, const std::string& environment) {
  Value out{Value::Map{}};
  for (const auto& [where, rules] : policy.severities) {
    if (where != "*" && where != environment) continue;
    Value entries{Value::Map{}};
    for (const auto& [rule, severity] : rules) entries.set(rule, severity);
    out.set(where, entries);
  }
  return out;
}

Value waiver_value(const model::Waiver& waiver) {
  Value out =
      Value::Map{{"rule", waiver.rule}, {"until", waiver.until.text()}, {"by", waiver.by}, {"reason", waiver.reason}};
  if (waiver.database) out.set("database", *waiver.database);
  if (waiver.environment) out.set("environment", *waiver.environment);
  if (waiver.path) out.set("path", *waiver.path);
  return out;
}

/// Waivers of other databases and environments are no part of what was agreed to here.
Value waivers_value(const model::Policy& policy, const MatchInput& input) {
  Value::List out;
  for (const model::Waiver& waiver : policy.waivers) {
    const bool here = waiver.database.value_or(input.database) == input.database &&
                      waiver.environment.value_or(input.environment) == input.environment;
    if (here) out.push_back(waiver_value(waiver));
  }
  return Value(std::move(out));
}

}  // namespace

std::string emit_terms(const Authority& authority, const Match& match, const MatchInput& input) {
  const model::Policy& policy = authority.policy();
  return codec::emit_json(Value::Map{{"workflow", workflow_value(match.workflow)},
                                     {"required_steps", list_of(match.binding_steps, step_value)},
                                     {"auto_approved", match.binding_steps.empty()},
                                     {"database", database_value(authority, input)},
                                     {"groups", groups_value(authority.roster(), match.workflow)},
                                     {"limits", limits_value(policy.limits)},
                                     {"severities", severities_value(policy, input.environment)},
                                     {"waivers", waivers_value(policy, input)}});
}

}  // namespace dbw::trust
