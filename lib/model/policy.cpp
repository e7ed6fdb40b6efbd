#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/time_zone.hpp"
#include "codec/yaml.hpp"
#include "model/form.hpp"
#include "model/trust_documents.hpp"
#include "model/verdict.hpp"

namespace dbw::model {
namespace {

const std::vector<std::string> k_risk_names{"low", "medium", "high", "critical", "unknown"};
const std::vector<std::string> k_severity_names{"off", "info", "warning", "error", "block"};
const std::vector<std::string> k_required{"required", "none"};
constexpr Seconds k_ttl_max{90 * 86400};
constexpr Seconds k_break_glass_ttl{3600};
constexpr Seconds k_break_glass_ttl_max{86400};
constexpr Seconds k_post_review_min{3600};
constexpr Seconds k_post_review_max{30 * 86400};
constexpr Seconds k_snapshot_age_min{60};
constexpr Seconds k_snapshot_age_max{365 * 86400};
constexpr std::int64_t k_failures_max = 10'000;

/// Databases that are alike, and get every request of their environment one by one.
void read_fleet(codec::Reader& reader, EnvironmentEntry& out) {
  auto members = reader.map("members");
  const std::vector<std::string> names = members ? members->fields() : std::vector<std::string>{};
  if (names.empty()) throw reader.error(ErrorCode::field_missing, "members", "a fleet needs members");
  for (const std::string& member : names) {
    if (!is_name(member)) throw members->error(ErrorCode::field_value, member, "a member's name is no name");
    out.targets[member] = members->name(member);
  }
  members->finish();
  out.canary = reader.names_if("canary");
  for (const std::string& member : out.canary) {
    if (!out.targets.contains(member))
      throw reader.error(ErrorCode::field_value, "canary", fmt::format("{} is no member", member));
  }
  out.failures_max = reader.integer_if("failures_max", 0, k_failures_max).value_or(0);
  reader.finish();
}

void read_targets(codec::Reader& environment, EnvironmentEntry& out) {
  auto fleet = environment.map("fleet");
  if (!fleet) {
    out.targets[""] = environment.name("target");
  } else if (environment.has("target")) {
    throw environment.error(ErrorCode::field_value, "fleet", "an environment has either a target or a fleet");
  } else {
    read_fleet(*fleet, out);
  }
}

DatabaseEntry read_database(codec::Reader& reader) {
  DatabaseEntry entry;
  entry.engine = *parse_engine(reader.one_of("engine", {"postgresql", "mysql", "mariadb", "sqlite"}));
  entry.server_version = reader.text_if("server_version").value_or("");
  reader.map_if("environments", [&](const std::string& name, codec::Reader& environment) {
    EnvironmentEntry& out = entry.environments[name];
    out.executor = environment.name("executor");
    read_targets(environment, out);
    out.token_required = environment.one_of_if("token", k_required).value_or("none") == "required";
    out.production = environment.boolean_or("production", name == "production");
    if (auto snapshot = environment.map("snapshot")) {
      snapshot->duration("max_age");  // required
      out.snapshot_max_age = bounded_duration(*snapshot, "max_age", Seconds(0), k_snapshot_age_min, k_snapshot_age_max);
      snapshot->finish();
    }
    if (auto ci = environment.map("ci_identity")) {
      out.issuer_ci = ci->name_if("issuer").value_or("");
      out.executor_ci = ci->name_if("executor").value_or("");
      ci->finish();
    }
    environment.finish();
  });
  if (entry.environments.empty())
    throw reader.error(ErrorCode::field_missing, "environments", "a database needs environments");
  reader.finish();
  return entry;
}

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

/// A list of conditions that names nothing would never hold, or always: nobody means either.
void require_filled(codec::Reader& reader, std::string_view field, bool empty) {
  if (reader.has(field) && empty) throw reader.error(ErrorCode::field_value, field, "an empty list says nothing");
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
  out.merge_required = reader.one_of_if("merge", k_required).value_or(loose ? "none" : "required") == "required";
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

void read_severities(codec::Reader& review, const std::string& source, Policy& policy) {
  const codec::Value* severities = review.raw("severities");
  if (severities == nullptr) return;
  codec::Reader(*severities, source, "review.severities");
  for (const auto& [environment, rules] : severities->entries()) {
    if (environment != "*" && !is_name(environment)) {
      throw review.error(ErrorCode::field_value, "severities",
                         fmt::format("\"{}\" is neither \"*\" nor an environment", printable(environment)));
    }
    codec::Reader reader(rules, source, fmt::format("review.severities.{}", environment));
    for (const auto& [rule, severity] : reader.text_entries()) {
      if (!is_name(rule)) throw reader.error(ErrorCode::field_value, rule, "the key is not a rule's name");
      if (!parse_severity(severity)) {
        throw reader.error(ErrorCode::field_value, rule,
                           fmt::format("\"{}\" is not one of: {}", printable(severity), join(k_severity_names, ", ")));
      }
      policy.severities[environment][rule] = severity;
    }
  }
}

void read_review(codec::Reader& parent, const std::string& source, Policy& policy) {
  std::optional<codec::Reader> reader = parent.map("review");
  if (!reader) return;
  read_severities(*reader, source, policy);
  reader->list_if("waivers", [&](codec::Reader& waiver) {
    policy.waivers.push_back({waiver.name("rule"), waiver.time("until"), waiver.name("by"), waiver.text("reason"),
                              waiver.name_if("database"), waiver.name_if("environment"), waiver.text_if("path")});
    waiver.finish();
  });
  reader->finish();
}

std::vector<Freeze> read_freezes(codec::Reader& parent) {
  std::vector<Freeze> freezes;
  parent.list_if("freezes", [&](codec::Reader& reader) {
    Freeze freeze{reader.time("from"), reader.time("until"), reader.text("reason"), reader.names_if("environments")};
    require_filled(reader, "environments", freeze.environments.empty());
    if (freeze.until <= freeze.from) throw reader.error(ErrorCode::field_value, "until", "must be later than from");
    reader.finish();
    freezes.push_back(std::move(freeze));
  });
  return freezes;
}

Limits read_limits(codec::Reader& parent) {
  Limits limits{static_cast<std::int64_t>(k_sql_bytes_default), Seconds(30), Seconds(3), k_result_rows_default,
                k_result_bytes_default};
  std::optional<codec::Reader> reader = parent.map("limits");
  if (!reader) return limits;
  limits.sql_bytes =
      reader->integer_if("sql_bytes", 1, static_cast<std::int64_t>(k_sql_bytes_max)).value_or(limits.sql_bytes);
  limits.statement_timeout = reader->duration_if("statement_timeout").value_or(limits.statement_timeout);
  limits.lock_timeout = reader->duration_if("lock_timeout").value_or(limits.lock_timeout);
  limits.max_rows = reader->integer_if("max_rows", 1, k_rows_max).value_or(limits.max_rows);
  limits.result_bytes = reader->integer_if("result_bytes", 1, k_rows_max).value_or(limits.result_bytes);
  reader->finish();
  for (const auto& [field, value] :
       {std::pair{"statement_timeout", limits.statement_timeout}, {"lock_timeout", limits.lock_timeout}}) {
    if (value < Seconds(1))
      throw parent.error(ErrorCode::field_value, "limits", fmt::format("{} must be at least 1s", field));
  }
  return limits;
}

void read_freshness(codec::Reader& parent, Policy& policy) {
  std::optional<codec::Reader> reader = parent.map("freshness");
  if (!reader) return;
  policy.log_max_age = reader->duration_if("log_max_age").value_or(Seconds(0));
  reader->integer_if("witnesses", 0, 0);
  reader->finish();
}

std::vector<std::string> read_lifts(codec::Reader& reader) {
  std::vector<std::string> lifts = reader.texts_if("lifts");
  require_distinct(reader, "lifts", lifts);
  for (const std::string& lift : lifts) {
    const auto dot = lift.rfind('.');
    if (dot == std::string::npos || !is_name(lift.substr(0, dot)) || lift.size() - dot - 1 != 32) {
      throw reader.error(ErrorCode::field_value, "lifts", "expected suspensions as <person>.<nonce>");
    }
  }
  return lifts;
}

std::set<std::string> read_key_algorithms(codec::Reader& reader) {
  const std::vector<std::string>& known = crypto::optional_algorithms();
  const std::vector<std::string> listed = reader.texts_if("key_algorithms");
  require_distinct(reader, "key_algorithms", listed);
  for (const std::string& algorithm : listed) {
    if (std::find(known.begin(), known.end(), algorithm) == known.end()) {
      throw reader.error(ErrorCode::field_value, "key_algorithms",
                         fmt::format("\"{}\" is not one of: {}", printable(algorithm), join(known, ", ")));
    }
  }
  return {listed.begin(), listed.end()};
}

}  // namespace

Policy parse_policy(std::string_view yaml, std::string_view source) {
  const codec::Value document = codec::parse_yaml(yaml, source);
  codec::Reader reader(document, std::string(source));
  const VersionHead head = read_head(reader, "policy");
  Policy policy{};
  policy.repo_id = head.repo_id;
  policy.version = head.version;
  policy.prev = head.prev;
  policy.issued_at = head.issued_at;
  policy.expires_at = head.expires_at;
  policy.root_version = reader.integer("root_version", 1, k_version_max);
  reader.map_if("databases", [&](const std::string& name, codec::Reader& database) {
    policy.databases[name] = read_database(database);
  });
  if (policy.databases.empty()) throw reader.error(ErrorCode::field_missing, "databases", "a policy lists databases");
  std::vector<std::string> names;
  reader.list_if("workflows", [&](codec::Reader& workflow) {
    policy.workflows.push_back(read_workflow(workflow));
    names.push_back(policy.workflows.back().name);
  });
  if (policy.workflows.empty()) throw reader.error(ErrorCode::field_missing, "workflows", "a policy lists workflows");
  require_distinct(reader, "workflows", names);
  policy.freezes = read_freezes(reader);
  read_freshness(reader, policy);
  read_review(reader, std::string(source), policy);
  policy.limits = read_limits(reader);
  policy.lifts = read_lifts(reader);
  policy.key_algorithms = read_key_algorithms(reader);
  policy.ci_identities = read_ci_identities(reader);
  reader.finish();
  return policy;
}

}  // namespace dbw::model
