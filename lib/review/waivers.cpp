#include "review/waivers.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "review/comments.hpp"

namespace dbw::review {
namespace {

bool can_be_lifted(std::string_view rule) {
  const Rule* known = find_rule(rule);
  return known != nullptr && known->info.suppressible;
}

constexpr std::size_t k_no_statement = static_cast<std::size_t>(-1);

/// The statement that starts last at or before `at`.
std::size_t statement_at(const File& file, std::size_t at) {
  const std::vector<sqlparse::Statement>& statements = file.parsed.statements;
  const auto next =
      std::upper_bound(statements.begin(), statements.end(), at,
                       [](std::size_t place, const sqlparse::Statement& it) { return place < it.range.start; });
  return next == statements.begin() ? k_no_statement : static_cast<std::size_t>(next - statements.begin()) - 1;
}

/// The statement a comment stands in; else the nearest before it on the same line; else the next one.
std::size_t scope_of(const File& file, std::size_t comment) {
  const std::size_t before = statement_at(file, comment);
  if (before != k_no_statement) {
    const std::size_t end = file.parsed.statements[before].range.end;
    if (comment < end) return before;
    const std::string_view between = std::string_view(file.parsed.sql).substr(end, comment - end);
    if (between.find('\n') == std::string_view::npos) return before;
  }
  const std::size_t next = before == k_no_statement ? 0 : before + 1;
  return next < file.parsed.statements.size() ? next : k_no_statement;
}

/// The findings of one file by rule and statement, so that a comment finds its own without walking them all.
class FindingIndex {
 public:
  FindingIndex(const File& file, std::vector<model::Finding>& findings) : m_file(file) {
    for (model::Finding& finding : findings) {
      if (finding.file != file.path) continue;
      const std::size_t statement = statement_at(file, finding.range.start);
      const bool inside =
          statement != k_no_statement && finding.range.end <= file.parsed.statements[statement].range.end;
      (inside ? m_inside[{finding.rule, statement}] : m_spanning[finding.rule]).push_back(&finding);
    }
  }

  /// Calls `use` for the rule's findings in the statement, or behind the comment where no statement follows.
  template <typename Use>
  void each(std::string_view rule, std::size_t statement, std::size_t comment, const Use& use) const {
    const ByteRange scope = statement == k_no_statement ? ByteRange{comment, m_file.parsed.sql.size()}
                                                        : m_file.parsed.statements[statement].range;
    if (const auto found = m_inside.find({rule, statement}); found != m_inside.end()) {
      for (model::Finding* finding : found->second) use(*finding);
    }
    const auto spanning = m_spanning.find(rule);
    if (spanning == m_spanning.end()) return;
    for (model::Finding* finding : spanning->second) {
      const ByteRange range = finding->range;
      if (range.start < scope.end && scope.start < std::max(range.end, range.start + 1)) use(*finding);
    }
  }

 private:
  const File& m_file;
  std::map<std::pair<std::string_view, std::size_t>, std::vector<model::Finding*>> m_inside;
  std::map<std::string_view, std::vector<model::Finding*>> m_spanning;
};

bool covers(const model::Waiver& waiver, const ReviewInput& input, const model::Finding& finding) {
  const bool here = waiver.database.value_or(input.database) == input.database &&
                    waiver.environment.value_or(input.environment) == input.environment &&
                    waiver.path.value_or(finding.file) == finding.file;
  return here && waiver.rule == finding.rule && input.now <= waiver.until;
}

/// A verdict must be the same tomorrow, so a date counts only where plain files are reviewed.
bool has_ended(const AllowComment& comment, const ReviewInput& input) {
  return !input.executor && !comment.until.empty() && input.now.text().substr(0, 10) > comment.until;
}

/// What is wrong with a comment by itself; empty: nothing.
std::string problem_with(const AllowComment& comment, const ReviewInput& input) {
  const std::string rule = printable(comment.rule);
  if (comment.rule.empty()) return "dbw:allow names no rule";
  if (find_rule(comment.rule) == nullptr) return "dbw:allow names the rule \"" + rule + "\", which does not exist";
  if (!can_be_lifted(comment.rule)) return "dbw:allow names the rule " + rule + ", which cannot be waived";
  if (comment.reason.empty()) return "dbw:allow " + rule + " gives no reason";
  if (!comment.until.empty() && !is_date(comment.until))
    return "dbw:allow " + rule + ": \"until " + printable(comment.until) + "\" names no day; write YYYY-MM-DD";
  if (has_ended(comment, input)) return "dbw:allow " + rule + " ended with " + comment.until;
  return {};
}

}  // namespace

void apply_waivers(const ReviewInput& input, std::vector<model::Finding>& findings) {
  for (model::Finding& finding : findings) {
    for (const model::Waiver& waiver : input.waivers) {
      if (!covers(waiver, input, finding) || !can_be_lifted(finding.rule)) continue;
      finding.waived = true;
      finding.by_comment = false;
      finding.waiver = "waived until " + waiver.until.text() + " by " + waiver.by + ": " + waiver.reason;
    }
  }
}

namespace {

/// Attaches the wishes of one file's comments, which may lift what they name; returns what is wrong with them.
class Comments {
 public:
  Comments(const ReviewInput& input, const File& file, std::vector<model::Finding>& findings)
      : m_input(input), m_file(file), m_index(file, findings) {}

  std::string take(const AllowComment& comment) {
    const std::string problem = problem_with(comment, m_input);
    const std::size_t statement = scope_of(m_file, comment.range.start);
    const auto [known, first] = m_answers.try_emplace({comment.rule, statement});
    Answer& answer = known->second;
    // A second wish for the same findings changes nothing.
    if (first || (problem.empty() && !answer.wished)) {
      m_index.each(comment.rule, statement, comment.range.start, [&](model::Finding& finding) {
        answer.used = true;
        if (problem.empty() && finding.waiver.empty()) attach(comment, finding);
      });
      answer.wished = answer.wished || problem.empty();
    }
    if (!problem.empty() || answer.used) return problem;
    return "dbw:allow " + printable(comment.rule) + " is not needed: the rule did not fire on this statement";
  }

 private:
  struct Answer {
    bool used = false;
    bool wished = false;
  };

  void attach(const AllowComment& comment, model::Finding& finding) const {
    finding.by_comment = true;
    finding.waived = m_input.comments_lift && !m_input.executor;
    finding.waiver = (finding.waived ? "allowed by a comment: " : "asked for by a comment: ") + comment.reason;
    if (!comment.until.empty()) finding.waiver += " (until " + comment.until + ")";
  }

  const ReviewInput& m_input;
  const File& m_file;
  FindingIndex m_index;
  std::map<std::pair<std::string, std::size_t>, Answer> m_answers;
};

}  // namespace

void apply_comments(const ReviewInput& input, model::Severity severity, std::vector<model::Finding>& findings) {
  Findings problems;
  for (const File& file : input.files) {
    const std::vector<AllowComment> found = find_allow_comments(input.engine, file.parsed.sql);
    if (found.empty()) continue;
    Comments comments(input, file, findings);
    for (const AllowComment& comment : found) {
      std::string problem = comments.take(comment);
      if (problem.empty() || severity == model::Severity::off) continue;
      problems.start(k_rule_suppression_unjustified.info, severity, file.path);
      problems.add(comment.range, std::move(problem));
    }
  }
  findings.insert(findings.end(), problems.list().begin(), problems.list().end());
}

}  // namespace dbw::review
