#include "workflow/run_summary.hpp"

#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/markdown.hpp"

namespace dbw::workflow {
namespace {

std::string cell(const std::string& text) { return text.empty() ? "-" : report::markdown_text(text); }

std::string counted(const std::vector<StepOutcome>& outcomes) {
  std::map<std::string, int> counts;
  for (const StepOutcome& outcome : outcomes) ++counts[outcome.outcome];
  std::vector<std::string> parts;
  for (const auto& [outcome, count] : counts) parts.push_back(fmt::format("{} {}", count, outcome));
  return parts.empty() ? "nothing was due" : join(parts, ", ");
}

std::string reasons(const StepOutcome& outcome) {
  std::vector<std::string> lines;
  if (outcome.recovered) lines.emplace_back("found out afterwards");
  if (!outcome.truncated.empty()) lines.push_back("ended by the bound on " + outcome.truncated);
  for (const Refusal& refusal : outcome.refusals)
    lines.push_back(fmt::format("{} {}", error_id(refusal.code), printable(refusal.message)));
  std::vector<std::string> cells;
  for (const std::string& line : lines) cells.push_back(report::markdown_text(line));
  return join(cells, "<br>");
}

}  // namespace

std::string run_summary(const std::vector<StepOutcome>& outcomes) {
  std::string out = fmt::format("### dbw: {}\n", report::markdown_text(counted(outcomes)));
  if (outcomes.empty()) return out;
  out += "\n| request | step | where | outcome | rows | ms | why |\n| --- | --- | --- | --- | ---: | ---: | --- |\n";
  for (const StepOutcome& outcome : outcomes) {
    const std::string where = outcome.place.database.empty() ? "-" : outcome.place.text();
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n",
                       cell(outcome.request.empty() ? "" : outcome.request.text()), cell(outcome.step),
                       report::markdown_text(where), cell(outcome.outcome), outcome.rows, outcome.duration_ms,
                       reasons(outcome));
  }
  return out;
}

}  // namespace dbw::workflow
