#include "report/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "report/excerpt.hpp"
#include "report/findings_internal.hpp"

namespace dbw::report {
namespace {

struct Paint {
  bool on;
  std::string operator()(std::string_view code, std::string_view text) const {
    return on ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
};

std::string_view color_of(model::Severity severity) {
  switch (severity) {
    case model::Severity::block:
      return "1;35";
    case model::Severity::error:
      return "1;31";
    case model::Severity::warning:
      return "1;33";
    default:
      return "1;36";
  }
}

/// "  = why: first line" and the following lines under it.
std::string note(const Paint& paint, std::string_view label, std::string_view text) {
  std::string out;
  for (const std::string_view line : split_lines(text)) {
    if (out.empty()) {
      out += fmt::format("   = {} {}\n", paint("1", fmt::format("{}:", label)), printable(line));
    } else {
      out += fmt::format("     {:{}}  {}\n", "", label.size(), printable(line));
    }
  }
  return out;
}

std::string excerpt_text(const Paint& paint, const model::Finding& finding, const Lines& lines) {
  const Excerpt excerpt = excerpt_of(lines, finding.range, k_excerpt_lines_max);
  const std::size_t width = std::to_string(excerpt.lines.back().number).size();
  std::string out;
  for (const ExcerptLine& line : excerpt.lines) {
    out += fmt::format(" {} {}\n", paint("34", fmt::format("{:>{}} |", line.number, width)), line.text);
    if (!line.marks.empty())
      out += fmt::format(" {} {}\n", paint("34", fmt::format("{:>{}} |", "", width)),
                         paint(color_of(finding.severity), line.marks));
  }
  if (excerpt.more > 0)
    out += fmt::format(" {:>{}} | ... {} more {}\n", "", width, excerpt.more, excerpt.more == 1 ? "line" : "lines");
  return out;
}

/// `explained`: why and what to do are printed once for each rule, behind its first finding.
std::string finding_text(const Paint& paint, const model::Finding& finding, const LinesOf& files, bool explain) {
  const auto file = files.find(finding.file);
  std::string place = printable(finding.file);
  if (file != files.end()) {
    const Place at = file->second.place_of(finding.range.start);
    place += fmt::format(":{}:{}", at.line, at.column);
  }
  std::string out = fmt::format(
      "{}: {}: {}\n", paint("1", place),
      paint(color_of(finding.severity), fmt::format("{}[{}]", model::severity_name(finding.severity), finding.rule)),
      printable(finding.message));
  if (file != files.end()) out += excerpt_text(paint, finding, file->second);
  if (explain) out += note(paint, "why", finding.why) + note(paint, "instead", finding.suggestion);
  if (!finding.waiver.empty()) out += note(paint, finding.waived ? "waiver" : "wish", finding.waiver);
  return out;
}

}  // namespace

LinesOf lines_of(const SqlFiles& files) {
  LinesOf out;
  for (const auto& [path, sql] : files) out.emplace(path, Lines(sql));
  return out;
}

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::size_t count_findings(const model::Review& review, model::Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(review.findings.begin(), review.findings.end(),
                    [&](const model::Finding& finding) { return finding.severity == severity && !finding.waived; }));
}

std::string summary_line(const model::Review& review) {
  std::vector<std::string> parts;
  const std::pair<model::Severity, std::string_view> kinds[] = {{model::Severity::block, "blocking finding"},
                                                                {model::Severity::error, "error"},
                                                                {model::Severity::warning, "warning"},
                                                                {model::Severity::info, "note"}};
  for (const auto& [severity, what] : kinds) {
    if (const std::size_t count = count_findings(review, severity); count > 0) parts.push_back(plural(count, what));
  }
  const auto waived = std::count_if(review.findings.begin(), review.findings.end(),
                                    [](const model::Finding& finding) { return finding.waived; });
  if (waived > 0) parts.push_back(fmt::format("{} waived", waived));
  const std::string found = parts.empty() ? "no findings" : join(parts, ", ");
  const auto wishes = std::count_if(review.findings.begin(), review.findings.end(), [](const model::Finding& finding) {
    return finding.by_comment && !finding.waived;
  });
  const std::string asked = wishes > 0 ? fmt::format("; wishes for a waiver: {}", wishes) : "";
  return fmt::format("{} in {}{}; risk {}", found, plural(review.statements.size(), "statement"), asked,
                     model::risk_name(review.risk));
}

std::string findings_text(const model::Review& review, const SqlFiles& files, bool color) {
  const Paint paint{color};
  std::string out;
  const LinesOf lines = lines_of(files);
  std::set<std::pair<std::string_view, std::string_view>> explained;
  for (const model::Finding& finding : review.findings) {
    const bool first = explained.emplace(finding.rule, finding.suggestion).second;
    out += finding_text(paint, finding, lines, first) + "\n";
  }
  return out + summary_line(review) + "\n";
}

}  // namespace dbw::report
