#include "base/text.hpp"
#include "codec/json.hpp"
#include "report/excerpt.hpp"
#include "report/findings.hpp"
#include "report/findings_internal.hpp"

namespace dbw::report {
namespace {

using codec::Value;

void set_place(Value& out, const Lines& lines, ByteRange range) {
  const Place start = lines.place_of(range.start);
  const Place end = lines.place_of(range.end);
  out.set("line", std::int64_t{start.line});
  out.set("column", std::int64_t{start.column});
  out.set("end_line", std::int64_t{end.line});
  out.set("end_column", std::int64_t{end.column});
}

Value finding_value(const model::Finding& finding, const LinesOf& files) {
  Value out;
  out.set("rule", finding.rule);
  out.set("severity", model::severity_name(finding.severity));
  out.set("file", printable(finding.file));
  out.set("start", number(finding.range.start));
  out.set("end", number(finding.range.end));
  if (const auto file = files.find(finding.file); file != files.end()) set_place(out, file->second, finding.range);
  out.set("message", printable(finding.message));
  out.set("why", printable(finding.why, true));
  out.set("suggestion", printable(finding.suggestion, true));
  out.set("object", printable(finding.object));
  out.set("waived", finding.waived);
  out.set("waiver", printable(finding.waiver));
  out.set("by_comment", finding.by_comment);
  return out;
}

Value statement_value(const model::ReviewedStatement& statement) {
  Value out;
  out.set("file", printable(statement.file));
  out.set("start", number(statement.range.start));
  out.set("end", number(statement.range.end));
  out.set("class", class_name(statement.statement_class));
  out.set("read_only", statement.read_only);
  return out;
}

Value factor_value(const model::RiskFactor& factor) {
  Value out;
  out.set("name", factor.name);
  out.set("weight", std::int64_t{factor.weight});
  out.set("source", printable(factor.source));
  return out;
}

}  // namespace

std::vector<Value> finding_values(const std::vector<model::Finding>& findings, const SqlFiles& files) {
  const LinesOf lines = lines_of(files);
  std::vector<Value> out;
  for (const model::Finding& it : findings) out.push_back(finding_value(it, lines));
  return out;
}

std::string findings_json(const model::Review& review, const SqlFiles& files) {
  Value statements{Value::List{}}, findings{Value::List{}}, factors{Value::List{}}, classes{Value::List{}};
  for (const StatementClass it : review.classes()) classes.push(class_name(it));
  for (const model::ReviewedStatement& it : review.statements) statements.push(statement_value(it));
  for (Value& it : finding_values(review.findings, files)) findings.push(std::move(it));
  for (const model::RiskFactor& it : review.factors) factors.push(factor_value(it));
  Value out;
  out.set("dbw", "review/v1");
  out.set("risk", model::risk_name(review.risk));
  out.set("blocked", review.blocked());
  out.set("read_only", review.read_only());
  out.set("classes", std::move(classes));
  out.set("statements", std::move(statements));
  out.set("findings", std::move(findings));
  out.set("factors", std::move(factors));
  out.set("rule_set", review.rule_set.text());
  return codec::emit_json_pretty(out);
}

}  // namespace dbw::report
