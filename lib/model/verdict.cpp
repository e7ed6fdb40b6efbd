#include "model/verdict.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "codec/json.hpp"

namespace dbw::model {
namespace {

constexpr std::array<std::string_view, 5> k_severities{"off", "info", "warning", "error", "block"};
constexpr std::array<std::string_view, 5> k_risks{"low", "medium", "high", "critical", "unknown"};

using codec::Value;

template <typename Range, typename Each>
Value list_of(const Range& range, Each each) {
  Value::List items;
  for (const auto& item : range) items.push_back(each(item));
  return Value(std::move(items));
}

Value number(std::size_t value) { return Value(static_cast<std::int64_t>(value)); }
Value text(std::string_view value) { return Value(value); }

Value file_value(const FileReference& file) { return Value::Map{{"path", file.path}, {"sha256", file.sha256.text()}}; }

Value step_value(const Step& step) {
  return Value::Map{{"id", step.id}, {"groups", list_of(step.groups, text)}, {"need", std::int64_t{step.need}}};
}

Value statement_value(const ReviewedStatement& statement) {
  return Value::Map{{"file", statement.file},
                    {"start", number(statement.range.start)},
                    {"end", number(statement.range.end)},
                    {"class", class_name(statement.statement_class)},
                    {"read_only", statement.read_only}};
}

/// Texts that explain a rule belong to the rule set, whose digest is in the verdict; the place and the judgement are
/// what is approved.
Value finding_value(const Finding& finding) {
  return Value::Map{{"rule", finding.rule},
                    {"severity", severity_name(finding.severity)},
                    {"file", finding.file},
                    {"start", number(finding.range.start)},
                    {"end", number(finding.range.end)},
                    {"message", finding.message},
                    {"object", finding.object},
                    {"waived", finding.waived},
                    {"waiver", finding.waiver}};
}

}  // namespace

std::string_view severity_name(Severity severity) { return k_severities.at(static_cast<std::size_t>(severity)); }
std::string_view risk_name(Risk risk) { return k_risks.at(static_cast<std::size_t>(risk)); }

std::optional<Severity> parse_severity(std::string_view name) {
  const auto found = std::find(k_severities.begin(), k_severities.end(), name);
  if (found == k_severities.end()) return std::nullopt;
  return static_cast<Severity>(found - k_severities.begin());
}

std::optional<Risk> parse_risk(std::string_view name) {
  const auto found = std::find(k_risks.begin(), k_risks.end(), name);
  if (found == k_risks.end()) return std::nullopt;
  return static_cast<Risk>(found - k_risks.begin());
}

std::vector<StatementClass> Review::classes() const {
  std::set<StatementClass> distinct;
  for (const ReviewedStatement& statement : statements) distinct.insert(statement.statement_class);
  return {distinct.begin(), distinct.end()};
}

bool Review::read_only() const {
  return !statements.empty() &&
         std::all_of(statements.begin(), statements.end(), [](const auto& statement) { return statement.read_only; });
}

bool Review::blocked() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::block && !finding.waived; });
}

std::string emit_verdict(const Verdict& verdict) {
  return codec::emit_json(Value::Map{{"request", verdict.request.text()},
                                     {"request_sha256", verdict.request_sha256.text()},
                                     {"files", list_of(verdict.files, file_value)},
                                     {"workflow", verdict.workflow},
                                     {"steps", list_of(verdict.steps, step_value)},
                                     {"rule_set", verdict.review.rule_set.text()},
                                     {"statements", list_of(verdict.review.statements, statement_value)},
                                     {"findings", list_of(verdict.review.findings, finding_value)},
                                     {"risk", risk_name(verdict.review.risk)}});
}

}  // namespace dbw::model
