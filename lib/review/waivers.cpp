#include "review/waivers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "review/comments.hpp"

namespace dbw::review {
namespace {

bool can_be_lifted(std::string_view rule) {
  const Rule* known = find_rule(rule);
  return known != nullptr && known->info.suppressible;
}

/// The statement a comment stands in, behind on the same line, or before.
ByteRange scope_of(const File& file, ByteRange comment) {
  ByteRange next{comment.start, file.parsed.sql.size()};
  for (const sqlparse::Statement& statement : file.parsed.statements) {
    const ByteRange& range = statement.range;
    if (range.start <= comment.start && comment.start < range.end) return range;
    if (range.end <= comment.start) {
      const std::string_view between = std::string_view(file.parsed.sql).substr(range.end, comment.start - range.end);
      if (between.find('\n') == std::string_view::npos) return range;
    } else if (range.start >= comment.end) {
      return range;
    }
  }
  return next;
}

bool covers(const model::Waiver& waiver, const ReviewInput& input, const model::Finding& finding) {
  const bool here = waiver.database.value_or(input.database) == input.database &&
                    waiver.environment.value_or(input.environment) == input.environment &&
                    waiver.path.value_or(finding.file) == finding.file;
  return here && waiver.rule == finding.rule && input.now <= waiver.until;
}

std::string problem_with(const AllowComment& comment, bool used) {
  const std::string rule = printable(comment.rule);
  if (comment.rule.empty()) return "dbw:allow names no rule";
  if (find_rule(comment.rule) == nullptr) return "dbw:allow names the rule \"" + rule + "\", which does not exist";
  if (!can_be_lifted(comment.rule)) return "dbw:allow names the rule " + rule + ", which cannot be waived";
  if (comment.reason.empty()) return "dbw:allow " + rule + " gives no reason";
  if (!used) return "dbw:allow " + rule + " is not needed: the rule did not fire on this statement";
  return {};
}

}  // namespace

void apply_waivers(const ReviewInput& input, std::vector<model::Finding>& findings) {
  for (model::Finding& finding : findings) {
    for (const model::Waiver& waiver : input.waivers) {
      if (!covers(waiver, input, finding) || !can_be_lifted(finding.rule)) continue;
      finding.waived = true;
      finding.waiver = "waived until " + waiver.until.text() + " by " + waiver.by + ": " + waiver.reason;
    }
  }
}

void apply_comments(const ReviewInput& input, const File& file, model::Severity severity,
                    std::vector<model::Finding>& findings) {
  std::vector<model::Finding> extra;
  for (const AllowComment& comment : find_allow_comments(input.engine, file.parsed.sql)) {
    const ByteRange scope = scope_of(file, comment.range);
    bool used = false;
    for (model::Finding& finding : findings) {
      const bool inside = finding.file == file.path && finding.range.start < scope.end &&
                          scope.start < std::max(finding.range.end, finding.range.start + 1);
      if (!inside || finding.rule != comment.rule) continue;
      used = true;
      if (finding.waiver.empty() && !comment.reason.empty() && can_be_lifted(finding.rule)) {
        finding.waiver = "asked for by a comment: " + comment.reason;
      }
    }
    std::string problem = problem_with(comment, used);
    if (problem.empty() || severity == model::Severity::off) continue;
    Findings out;
    out.start(k_rule_suppression_unjustified.info, severity, file.path);
    out.add(comment.range, std::move(problem));
    extra.push_back(out.list().front());
  }
  findings.insert(findings.end(), extra.begin(), extra.end());
}

}  // namespace dbw::review
