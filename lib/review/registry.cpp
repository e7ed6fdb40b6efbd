#include <algorithm>
#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "crypto/hash.hpp"
#include "review/review.hpp"

namespace dbw::review {

const std::vector<const Rule*>& all_rules() {
  static const std::vector<const Rule*> k_all = {
#define DBW_RULE(name) &k_rule_##name,
#include "review/rules/rules.def"
#undef DBW_RULE
  };
  return k_all;
}

const Rule* find_rule(std::string_view id) {
  const auto& rules = all_rules();
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule* rule) { return rule->info.id == id; });
  return found != rules.end() ? *found : nullptr;
}

namespace {

Refusal unknown_rule(std::string_view rule, std::string_view where) {
  return {ErrorCode::rule_unknown, "there is no rule \"" + std::string(rule) + "\" (" + std::string(where) + ")"};
}

Refusal unknown_severity(std::string_view rule, std::string_view severity, std::string_view where) {
  return {ErrorCode::severity_unknown, "severity \"" + std::string(severity) + "\" of rule " + std::string(rule) +
                                           " (" + std::string(where) +
                                           ") is not one of off, info, warning, error, block"};
}

const std::string* severity_in(const Severities& severities, const std::string& environment, std::string_view rule) {
  const auto map = severities.find(environment);
  if (map == severities.end()) return nullptr;
  const auto found = map->second.find(std::string(rule));
  return found != map->second.end() ? &found->second : nullptr;
}

}  // namespace

model::Severity effective_severity(const RuleInfo& info, const Severities& severities, std::string_view environment) {
  for (const std::string& where : {std::string(environment), std::string("*")}) {
    const std::string* text = severity_in(severities, where, info.id);
    if (text == nullptr) continue;
    const auto severity = model::parse_severity(*text);
    if (!severity) throw Error(unknown_severity(info.id, *text, "severities of " + where));
    return *severity;
  }
  return info.severity;
}

std::vector<Refusal> validate_policy_rules(const Severities& severities, const std::vector<model::Waiver>& waivers) {
  std::vector<Refusal> out;
  for (const auto& [environment, map] : severities) {
    const std::string where = "severities of " + environment;
    for (const auto& [rule, severity] : map) {
      if (find_rule(rule) == nullptr) out.push_back(unknown_rule(rule, where));
      if (!model::parse_severity(severity)) out.push_back(unknown_severity(rule, severity, where));
    }
  }
  for (const model::Waiver& waiver : waivers) {
    const Rule* rule = find_rule(waiver.rule);
    if (rule == nullptr) out.push_back(unknown_rule(waiver.rule, "waiver by " + waiver.by));
    if (rule != nullptr && !rule->info.suppressible) {
      out.push_back({ErrorCode::rule_not_suppressible,
                     "rule " + waiver.rule + " cannot be waived (waiver by " + waiver.by + ")"});
    }
  }
  return out;
}

std::vector<Refusal> validate_policy_rules(const model::Policy& policy) {
  std::vector<Refusal> out = validate_policy_rules(policy.severities, policy.waivers);
  for (const model::Workflow& workflow : policy.workflows) {
    for (const std::string& rule : workflow.overrides) {
      const Rule* known = find_rule(rule);
      const std::string where = "overrides of workflow " + workflow.name;
      if (known == nullptr) out.push_back(unknown_rule(rule, where));
      if (known != nullptr && !known->info.suppressible)
        out.push_back({ErrorCode::rule_not_suppressible, "rule " + rule + " cannot be passed (" + where + ")"});
    }
    for (const model::RaiseRule& raise : workflow.raise) {
      for (const std::string& rule : raise.rules) {
        if (find_rule(rule) == nullptr) out.push_back(unknown_rule(rule, "raise of workflow " + workflow.name));
      }
    }
  }
  return out;
}

// Written down without a tree of values: nothing in it needs an escape, and every review of a small change asks.
Digest rule_set_digest(const std::vector<const Rule*>& rules, const Severities& severities,
                       std::string_view environment) {
  std::string json = "{\"rules\":[";
  for (const Rule* rule : rules) {
    const model::Severity severity = effective_severity(rule->info, severities, environment);
    fmt::format_to(std::back_inserter(json), "{}{{\"id\":\"{}\",\"revision\":{},\"severity\":\"{}\"}}",
                   rule == rules.front() ? "" : ",", rule->info.id, rule->info.revision,
                   model::severity_name(severity));
  }
  return crypto::sha256(json + "]}");
}

int major_version(std::string_view server_version) {
  int major = 0;
  const auto [end, error] =
      std::from_chars(server_version.data(), server_version.data() + server_version.size(), major);
  return error == std::errc() && major > 0 ? major : k_server_major_default;
}

}  // namespace dbw::review
