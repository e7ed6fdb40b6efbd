#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "model/form.hpp"
#include "model/trust_documents.hpp"
#include "model/verdict.hpp"

namespace dbw::model {
namespace {

const std::vector<std::string> k_severity_names{"off", "info", "warning", "error", "block"};
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
    out.token_required = environment.one_of_if("token", {"required", "none"}).value_or("none") == "required";
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
  policy.workflows = read_workflows(reader);
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
