#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/time_zone.hpp"
#include "model/form.hpp"
#include "model/verdict.hpp"

/// The part of a policy that says who must approve what, and when.
namespace dbw::model {
namespace {

const std::vector<std::string> k_risk_names{"low", "medium", "high", "critical", "unknown"};
constexpr Seconds k_ttl_max{90 * 86400};
constexpr Seconds k_break_glass_ttl{3600};
constexpr Seconds k_break_glass_ttl_max{86400};
constexpr Seconds k_post_review_min{3600};
constexpr Seconds k_post_review_max{30 * 86400};

std::string name_or_star(codec::Reader& reader, std::string_view field) {
  const std::string text = reader.text_if(field).value_or("*");
  if (text != "*" && !is_name(text)) throw reader.error(ErrorCode::field_value, field, "expected a name or \"*\"");
  return text;
}

WorkflowMatch read_match(codec::Reader& workflow) {
  WorkflowMatch match;
  match.classes = {StatementClass::read, StatementClass::dml, StatementClass::ddl};
  std::optional<codec::Reader> reader = workflow.map("match");
  if (!reader) throw workflow.error(ErrorCode::field_missing, "match", "a workflow says what it matches");
  match.environment = name_or_star(*reader, "environment");
  match.database = name_or_star(*reader, "database");
  match.kind = reader->one_of_if("kind", {"change", "query", "migration", "grant", "resume"});
  match.mode = reader->one_of_if("mode", {"apply", "dry_run", "break_glass"});
  match.classes_written = reader->has("classes");
  if (match.classes_written) match.classes = read_classes(*reader, "classes");
  reader->finish();
  return match;
}

std::vector<Step> read_steps(codec::Reader& parent, std::string_view field) {
  std::vector<Step> steps;
  std::vector<std::string> ids;
  parent.list_if(field, [&](codec::Reader& reader) {
    Step step;
    step.id = reader.name("id");
    step.groups = required_names(reader, "groups");
    std::sort(step.groups.begin(), step.groups.end());
    step.need = static_cast<int>(reader.integer_if("need", 1, 32).value_or(1));
    reader.finish();
    ids.push_back(step.id);
    steps.push_back(std::move(step));
  });
  require_distinct(parent, field, ids);
  return steps;
}

bool is_time_of_day(std::string_view text, bool end_of_day) {
  if (text.size() != 5 || text[2] != ':') return false;
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (!digit(0) || !digit(1) || !digit(3) || !digit(4)) return false;
  return (text.substr(0, 2) <= "23" && text[3] <= '5') || (end_of_day && text == "24:00");
}

/// A list, or a range such as mon-fri: in the conditions of a raise a list would be nested too deeply.
std::vector<std::string> read_days(codec::Reader& reader) {
  static const std::vector<std::string> week{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  const auto place = [&](std::string_view day) {
    const auto found = std::find(week.begin(), week.end(), day);
    if (found == week.end())
      throw reader.error(ErrorCode::field_value, "days",
                         fmt::format("\"{}\" is not one of: {}", printable(day), join(week, " ")));
    return found;
  };
  const codec::Value* value = reader.raw("days");
  if (value != nullptr && value->kind() == codec::Value::Kind::text) {
    const std::vector<std::string> ends = split(value->text(), '-');
    if (ends.size() != 2 || place(ends[0]) >= place(ends[1]))
      throw reader.error(ErrorCode::field_value, "days", "expected a list of days, or a range such as mon-fri");
    return {place(ends[0]), place(ends[1]) + 1};
  }
  std::vector<std::string> days = required_names(reader, "days");
  for (const std::string& day : days) place(day);
  return days;
}

Window read_window(codec::Reader& reader) {
  Window window;
  window.days = read_days(reader);
  window.from = reader.text("from");
  window.to = reader.text("to");
  if (!is_time_of_day(window.from, false))
    throw reader.error(ErrorCode::field_value, "from", "expected a time of day from 00:00 to 23:59");
  if (!is_time_of_day(window.to, true))
    throw reader.error(ErrorCode::field_value, "to", "expected a time of day from 00:00 to 24:00");
  if (window.to <= window.from)
    throw reader.error(ErrorCode::field_value, "to", "must be later than from; write two windows to pass midnight");
  window.zone = reader.text_if("zone").value_or("UTC");
  if (!find_time_zone(window.zone)) {
    throw reader.error(
        ErrorCode::field_value, "zone",
        "expected UTC, a name such as Europe/Berlin that this version knows, or an offset such as +05:30");
  }
  reader.finish();
  return window;
}

std::vector<Window> read_windows(codec::Reader& reader, std::string_view field) {
  std::vector<Window> windows;
  reader.list_if(field, [&](codec::Reader& window) { windows.push_back(read_window(window)); });
  return windows;
}

void read_when(codec::Reader& when, RaiseRule& rule) {
  rule.risk = when.names_if("risk");
  for (const std::string& risk : rule.risk) {
    if (!parse_risk(risk))
      throw when.error(ErrorCode::field_value, "risk",
                       fmt::format("\"{}\" is not one of: {}", risk, join(k_risk_names, ", ")));
  }
  rule.rules = when.names_if("rules");
  if (when.has("classes")) rule.classes = read_classes(when, "classes");
  rule.rows_over = when.integer_if("rows_over", 0, k_rows_max);
  rule.during = read_windows(when, "during");
  rule.outside = read_windows(when, "outside");
  require_filled(when, "risk", rule.risk.empty());
  require_filled(when, "rules", rule.rules.empty());
  require_filled(when, "during", rule.during.empty());
  require_filled(when, "outside", rule.outside.empty());
  when.finish();
}

RaiseRule read_raise(codec::Reader& reader) {
  RaiseRule rule;
  std::optional<codec::Reader> when = reader.map("when");
  if (!when) throw reader.error(ErrorCode::field_missing, "when", "a raise says when");
  read_when(*when, rule);
  const bool never = rule.risk.empty() && rule.rules.empty() && rule.classes.empty() && !rule.rows_over &&
                     rule.during.empty() && rule.outside.empty();
  if (never)
    throw reader.error(ErrorCode::field_value, "when",
                       "names none of risk, rules, classes, rows_over, during, outside, so it would never apply");
  rule.add = read_steps(reader, "add");
  if (rule.add.empty()) throw reader.error(ErrorCode::field_missing, "add", "a raise adds at least one step");
  reader.finish();
  return rule;
}

void read_require(codec::Reader& workflow, Workflow& out) {
  std::optional<codec::Reader> reader = workflow.map("require");
  if (!reader) return;
  if (!reader->boolean_or("reason", out.break_glass()) && out.break_glass())
    throw reader->error(ErrorCode::field_value, "reason", "break_glass always needs a reason");
  out.require_reason = reader->boolean_or("reason", out.break_glass());
  out.require_ticket = reader->boolean_or("ticket", false);
  out.require_rollback = reader->boolean_or("rollback", false);
  reader->finish();
}

void read_auto_approve(codec::Reader& workflow, Workflow& out) {
  std::optional<codec::Reader> reader = workflow.map("auto_approve");
  if (!reader) return;
  out.auto_approve_max_risk = reader->one_of("max_risk", {"low", "medium", "high", "critical"});
  reader->finish();
  if (out.match.kind == "grant" || out.match.mode == "break_glass") {
    throw workflow.error(ErrorCode::field_value, "auto_approve", "grants and break_glass always need a person");
  }
}

void read_lives(codec::Reader& reader, Workflow& out) {
  const Seconds longest = out.break_glass() ? k_break_glass_ttl_max : k_ttl_max;
  const Seconds usual = out.break_glass() ? k_break_glass_ttl : out.approval_ttl;
  out.approval_ttl = bounded_duration(reader, "approval_ttl", usual, Seconds(60), longest);
  out.token_ttl = bounded_duration(reader, "token_ttl", out.token_ttl, Seconds(60), Seconds(k_token_seconds_max));
}

/// What only break_glass may have: ways past a rule or a freeze, and the look at it afterwards.
void read_break_glass(codec::Reader& reader, Workflow& out) {
  for (const std::string_view field : {"overrides", "ignore_freezes", "post_review"}) {
    if (reader.has(field) && !out.break_glass())
      throw reader.error(ErrorCode::field_value, field, "belongs to workflows with mode: break_glass only");
  }
  out.overrides = reader.names_if("overrides");
  std::sort(out.overrides.begin(), out.overrides.end());
  out.ignore_freezes = reader.boolean_or("ignore_freezes", false);
  std::optional<codec::Reader> review = reader.map("post_review");
  if (!review) return;
  out.post_review = PostReview{required_names(*review, "groups"), Seconds(0)};
  review->duration("within");  // required
  out.post_review->within = bounded_duration(*review, "within", Seconds(0), k_post_review_min, k_post_review_max);
  review->finish();
}

Workflow read_workflow(codec::Reader& reader) {
  Workflow out;
  out.name = reader.name("name");
  out.match = read_match(reader);
  out.requesters = reader.names_if("requesters");
  // Reads and emergencies run from the request's branch; everything else waits for the merge unless policy says
  // otherwise.
  const bool loose = out.match.kind == "query" || out.match.kind == "grant" || out.match.mode == "break_glass";
  out.merge_required =
      reader.one_of_if("merge", {"required", "none"}).value_or(loose ? "none" : "required") == "required";
  out.require_reason = out.break_glass();
  read_require(reader, out);
  out.steps = read_steps(reader, "steps");
  reader.list_if("raise", [&](codec::Reader& raise) { out.raise.push_back(read_raise(raise)); });
  read_auto_approve(reader, out);
  read_lives(reader, out);
  out.windows = read_windows(reader, "windows");
  read_break_glass(reader, out);
  out.same_human_other_key = reader.boolean_or("same_human_other_key", false);
  reader.finish();
  if (out.steps.empty() && !out.auto_approve_max_risk) {
    throw reader.error(ErrorCode::field_missing, "steps", "a workflow has steps or auto_approve");
  }
  return out;
}

}  // namespace

std::vector<Workflow> read_workflows(codec::Reader& policy) {
  std::vector<Workflow> workflows;
  std::vector<std::string> names;
  policy.list_if("workflows", [&](codec::Reader& workflow) {
    workflows.push_back(read_workflow(workflow));
    names.push_back(workflows.back().name);
  });
  if (workflows.empty()) throw policy.error(ErrorCode::field_missing, "workflows", "a policy lists workflows");
  require_distinct(policy, "workflows", names);
  return workflows;
}

}  // namespace dbw::model
