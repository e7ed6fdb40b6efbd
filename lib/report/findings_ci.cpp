#include "report/findings_ci.hpp"

#include <array>

#include "base/text.hpp"
#include "codec/json.hpp"
#include "report/excerpt.hpp"
#include "report/findings_internal.hpp"

namespace dbw::report {
namespace {

using codec::Value;
using model::Severity;

std::string_view gitlab_severity(Severity severity) {
  if (severity == Severity::block) return "blocker";
  if (severity == Severity::error) return "major";
  return severity == Severity::warning ? "minor" : "info";
}

std::string_view github_level(Severity severity) {
  if (severity >= Severity::error) return "error";
  return severity == Severity::warning ? "warning" : "notice";
}

std::string_view rdjson_severity(Severity severity) {
  if (severity >= Severity::error) return "ERROR";
  return severity == Severity::warning ? "WARNING" : "INFO";
}

/// A workflow command ends at the line's end; "%", and in properties ":" and ",", have a meaning of their own.
std::string github_text(std::string_view text, bool property) {
  std::string out;
  for (const char c : printable(text)) {
    const bool escaped = c == '%' || (property && (c == ':' || c == ','));
    out += escaped ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return out;
}

Value place_value(Place place) {
  Value out;
  out.set("line", std::int64_t{place.line});
  out.set("column", std::int64_t{place.column});
  return out;
}

}  // namespace

Span span_of(const model::Finding& finding, const LinesOf& files) {
  const auto file = files.find(finding.file);
  if (file == files.end()) return {};
  return {file->second.place_of(finding.range.start),
          file->second.place_of(std::max(finding.range.start, finding.range.end))};
}

std::string path_of(std::string_view file) {
  while (file.starts_with("./")) file.remove_prefix(2);
  return printable(file);
}

model::Severity severity_of(const model::Finding& finding) {
  return finding.waived ? model::Severity::info : finding.severity;
}

std::string message_of(const model::Finding& finding) {
  std::string out = printable(finding.message);
  if (!finding.waiver.empty())
    out += fmt::format(" ({}: {})", finding.waived ? "waived" : "wish", printable(finding.waiver));
  return out;
}

std::string findings_gitlab(const model::Review& review, const SqlFiles& files) {
  const LinesOf lines = lines_of(files);
  const std::vector<std::string> prints = fingerprints(review, files);
  Value out{Value::List{}};
  for (std::size_t i = 0; i < review.findings.size(); ++i) {
    const model::Finding& finding = review.findings[i];
    Value issue, location, at;
    at.set("begin", std::int64_t{span_of(finding, lines).start.line});
    location.set("path", path_of(finding.file));
    location.set("lines", std::move(at));
    issue.set("description", message_of(finding));
    issue.set("check_name", finding.rule);
    issue.set("fingerprint", prints[i]);
    issue.set("severity", gitlab_severity(severity_of(finding)));
    issue.set("location", std::move(location));
    out.push(std::move(issue));
  }
  return codec::emit_json_pretty(out);
}

std::string findings_github(const model::Review& review, const SqlFiles& files) {
  const LinesOf lines = lines_of(files);
  std::string out;
  for (const Severity severity : {Severity::block, Severity::error, Severity::warning, Severity::info}) {
    for (const model::Finding& finding : review.findings) {
      if (severity_of(finding) != severity) continue;
      const Span span = span_of(finding, lines);
      out += fmt::format("::{} file={},line={},endLine={},title={}::{}\n", github_level(severity),
                         github_text(path_of(finding.file), true), span.start.line, span.end.line,
                         github_text(finding.rule, true), github_text(message_of(finding), false));
    }
  }
  return out;
}

std::string findings_rdjson(const model::Review& review, const SqlFiles& files) {
  const LinesOf lines = lines_of(files);
  Value diagnostics{Value::List{}};
  for (const model::Finding& finding : review.findings) {
    const Span span = span_of(finding, lines);
    Value diagnostic, location, range, code;
    range.set("start", place_value(span.start));
    range.set("end", place_value(span.end));
    location.set("path", path_of(finding.file));
    location.set("range", std::move(range));
    code.set("value", finding.rule);
    diagnostic.set("message", message_of(finding));
    diagnostic.set("location", std::move(location));
    diagnostic.set("severity", rdjson_severity(severity_of(finding)));
    diagnostic.set("code", std::move(code));
    diagnostics.push(std::move(diagnostic));
  }
  Value source, out;
  source.set("name", "dbw-review");
  out.set("source", std::move(source));
  out.set("diagnostics", std::move(diagnostics));
  return codec::emit_json_pretty(out);
}

}  // namespace dbw::report
