#include <map>

#include "base/text.hpp"
#include "report/findings_ci.hpp"
#include "report/findings_internal.hpp"

namespace dbw::report {
namespace {

using model::Finding;
using model::Severity;

/// Text for XML 1.0: what the format cannot hold (control characters, invalid UTF-8) is made visible first.
std::string xml_text(std::string_view text, bool keep_lines = false) {
  std::string out;
  const std::string safe = printable(text, keep_lines);
  for (std::size_t i = 0; i < safe.size(); ++i) {
    const char c = safe[i];
    // U+FFFE and U+FFFF are no characters of XML.
    if (const std::string_view rest = std::string_view(safe).substr(i, 3);
        rest == "\xef\xbf\xbe" || rest == "\xef\xbf\xbf") {
      out += rest.back() == '\xbe' ? "\\ufffe" : "\\uffff";
      i += 2;
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

enum class Outcome { passed, failed, skipped };

Outcome outcome_of(const Finding& finding, Severity fail_on) {
  if (finding.waived) return Outcome::skipped;
  return finding.severity >= fail_on ? Outcome::failed : Outcome::passed;
}

std::string details_of(const Finding& finding, Place at) {
  std::string out = fmt::format("{}:{}:{}: {}[{}]: {}\n", path_of(finding.file), at.line, at.column,
                                model::severity_name(finding.severity), finding.rule, message_of(finding));
  if (!finding.why.empty()) out += fmt::format("why: {}\n", finding.why);
  if (!finding.suggestion.empty()) out += fmt::format("instead: {}\n", finding.suggestion);
  return xml_text(out, true);
}

std::string outcome_element(const Finding& finding, Place at, Severity fail_on) {
  const std::string message = xml_text(message_of(finding));
  switch (outcome_of(finding, fail_on)) {
    case Outcome::failed:
      return fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n", message,
                         model::severity_name(finding.severity), details_of(finding, at));
    case Outcome::skipped:
      return fmt::format("      <skipped message=\"{}\"/>\n", message);
    case Outcome::passed:
      break;
  }
  return fmt::format("      <system-out>{}</system-out>\n", details_of(finding, at));
}

std::string case_element(const Finding& finding, const LinesOf& lines, Severity fail_on) {
  const Place at = span_of(finding, lines).start;
  const std::string path = xml_text(path_of(finding.file));
  return fmt::format(
      "    <testcase name=\"{} at {}:{}\" classname=\"{}\" file=\"{}\" line=\"{}\">\n{}    </testcase>\n",
      xml_text(finding.rule), at.line, at.column, path, path, at.line, outcome_element(finding, at, fail_on));
}

struct Counts {
  std::size_t tests = 0, failures = 0, skipped = 0;
  std::string text() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", tests, failures, skipped);
  }
  void add(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    skipped += other.skipped;
  }
};

Counts count(const std::vector<const Finding*>& findings, Severity fail_on) {
  Counts out{.tests = std::max<std::size_t>(findings.size(), 1)};
  for (const Finding* finding : findings) {
    const Outcome outcome = outcome_of(*finding, fail_on);
    if (outcome == Outcome::failed) ++out.failures;
    if (outcome == Outcome::skipped) ++out.skipped;
  }
  return out;
}

}  // namespace

std::string findings_junit(const model::Review& review, const SqlFiles& files, Severity fail_on) {
  const LinesOf lines = lines_of(files);
  std::map<std::string, std::vector<const Finding*>> suites;
  for (const auto& [path, sql] : files) suites[path];
  for (const Finding& finding : review.findings) suites[finding.file].push_back(&finding);
  Counts total;
  std::string body;
  for (const auto& [file, findings] : suites) {
    const Counts counts = count(findings, fail_on);
    total.add(counts);
    const std::string path = xml_text(path_of(file));
    body += fmt::format("  <testsuite name=\"{}\" {}>\n", path, counts.text());
    if (findings.empty())
      body += fmt::format("    <testcase name=\"no findings\" classname=\"{}\" file=\"{}\"/>\n", path, path);
    for (const Finding* finding : findings) body += case_element(*finding, lines, fail_on);
    body += "  </testsuite>\n";
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dbw-review\" {}>\n{}</testsuites>\n",
      total.text(), body);
}

}  // namespace dbw::report
