#include <fmt/format.h>

#include "report/excerpt.hpp"
#include "report/findings.hpp"
#include "report/findings_internal.hpp"
#include "report/markdown.hpp"

namespace dbw::report {
namespace {

/// Room for the line that says what was left out, and the end of the comment.
constexpr std::size_t k_reserve_bytes = 1'000;

std::string place_text(const model::Finding& finding, const LinesOf& files) {
  const auto file = files.find(finding.file);
  if (file == files.end()) return finding.file;
  return fmt::format("{}:{}", finding.file, file->second.place_of(finding.range.start).line);
}

std::string finding_markdown(const model::Finding& finding, const LinesOf& files) {
  std::string out =
      fmt::format("\n**{}** {} ({}): {}\n", model::severity_name(finding.severity), markdown_text(finding.rule),
                  markdown_text(place_text(finding, files)), markdown_text(finding.message));
  if (finding.waived) out += "\n" + markdown_text(finding.waiver) + "\n";
  if (!finding.waived && !finding.waiver.empty()) out += "\nWish: " + markdown_text(finding.waiver) + "\n";
  if (const auto file = files.find(finding.file); file != files.end()) {
    std::string lines;
    const Excerpt excerpt = excerpt_of(file->second, finding.range, k_excerpt_lines_max);
    for (const ExcerptLine& line : excerpt.lines) lines += line.text + "\n";
    if (excerpt.more > 0) lines += fmt::format("... {} more\n", plural(static_cast<std::size_t>(excerpt.more), "line"));
    out += "\n" + markdown_fence(lines, "sql");
  }
  if (!finding.why.empty()) out += "\nWhy: " + markdown_text(finding.why) + "\n";
  if (!finding.suggestion.empty()) out += "\nInstead:\n\n" + markdown_fence(finding.suggestion, "");
  return out;
}

}  // namespace

// The worst findings come first, so that a cut never hides one behind a milder one.
std::string findings_markdown(const model::Review& review, const SqlFiles& files) {
  std::string out = fmt::format("{}\n### dbw review\n\n{}\n", k_markdown_marker, markdown_text(summary_line(review)));
  const LinesOf lines = lines_of(files);
  std::size_t left_out = 0, blocking_left_out = 0;
  for (const model::Severity severity :
       {model::Severity::block, model::Severity::error, model::Severity::warning, model::Severity::info}) {
    for (const model::Finding& finding : review.findings) {
      if (finding.severity != severity) continue;
      const std::string text = left_out > 0 ? std::string() : finding_markdown(finding, lines);
      if (left_out > 0 || out.size() + text.size() + k_reserve_bytes > k_markdown_bytes_max) {
        ++left_out;
        blocking_left_out += severity == model::Severity::block && !finding.waived ? 1 : 0;
      } else {
        out += text;
      }
    }
  }
  if (left_out > 0) {
    out += fmt::format(
        "\n**{} of {} are not shown here** because the comment would be too long; {} of them block. Run dbw-review "
        "check for all.\n",
        left_out, plural(review.findings.size(), "finding"), blocking_left_out);
  }
  return out;
}

}  // namespace dbw::report
