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

Value raise_value(const model::RaiseRule& rule) {
  return Value::Map{{"risk", names(rule.risk)},
                    {"rules", names(rule.rules)},
                    {"classes", classes(rule.classes)},
                    {"add", list_of(rule.add, step_value)}};
}

Value window_value(const model::Window& window) {
  return Value::Map{{"days", names(window.days)}, {"from", window.from}, {"to", window.to}, {"zone", window.zone}};
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
                         {"windows", list_of(workflow.windows, window_value)},
                         {"same_human_other_key", workflow.same_human_other_key}};
  if (workflow.auto_approve_max_risk) out.set("auto_approve_max_risk", *workflow.auto_approve_max_risk);
  return out;
}

Value database_value(const Authority& authority, const MatchInput& input) {
  const model::DatabaseEntry& entry = authority.database(input.database);
  const model::EnvironmentEntry& place = authority.environment(input.database, input.environment);
  return Value::Map{{"name", input.database},
                    {"engine", engine_name(entry.engine)},
                    {"server_version", entry.server_version},
                    {"environment", input.environment},
                    {"executor", place.executor},
                    {"target", place.target},
                    {"token_required", place.token_required},
                    {"production", place.production}};
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
  return Value::Map{
      {"rule", waiver.rule}, {"until", waiver.until.text()}, {"by", waiver.by}, {"reason", waiver.reason}};
}

}  // namespace

std::string emit_terms(const Authority& authority, const Match& match, const MatchInput& input) {
  const model::Policy& policy = authority.policy();
  return codec::emit_json(Value::Map{{"workflow", workflow_value(match.workflow)},
                                     {"required_steps", list_of(match.steps, step_value)},
                                     {"auto_approved", match.auto_approved},
                                     {"database", database_value(authority, input)},
                                     {"groups", groups_value(authority.roster(), match.workflow)},
                                     {"limits", limits_value(policy.limits)},
                                     {"severities", severities_value(policy, input.environment)},
                                     {"waivers", list_of(policy.waivers, waiver_value)}});
}

}  // namespace dbw::trust
