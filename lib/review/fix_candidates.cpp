#include "review/fix_candidates.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "review/fix_steps.hpp"

namespace dbw::review {
namespace {

bool overlap(const Edit& a, const Edit& b) { return a.range.start < b.range.end && b.range.start < a.range.end; }

bool clash(const Rewrite& a, const Rewrite& b) {
  const bool joins = (a.joins_previous && b.needs_steps()) || (b.joins_previous && a.needs_steps());
  return joins || std::any_of(a.edits.begin(), a.edits.end(), [&](const Edit& left) {
           return std::any_of(b.edits.begin(), b.edits.end(), [&](const Edit& right) { return overlap(left, right); });
         });
}

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void add_rewrite(Rewrite& to, const Rewrite& from) {
  to.edits.insert(to.edits.end(), from.edits.begin(), from.edits.end());
  to.alone = to.alone || from.alone;
  if (from.batch) to.batch = from.batch;
  to.joins_previous = to.joins_previous || from.joins_previous;
  append(to.before, from.before);
  append(to.behind, from.behind);
  append(to.validate, from.validate);
  append(to.finish, from.finish);
  append(to.conditions, from.conditions);
  to.brings.insert(from.brings.begin(), from.brings.end());
}

/// What the statements before one have done; goes forward only.
class Before {
 public:
  explicit Before(const ReviewInput& input)
      : m_input(input),
        m_facts(input.engine),
        m_schema(input.engine, input.snapshot != nullptr ? &input.snapshot->catalogue : nullptr) {
    if (!input.files.empty()) enter();
  }
  void go_to(std::size_t file, std::size_t statement) {
    while (m_file < file || m_statement < statement) step();
  }
  const ChangeFacts& facts() const { return m_facts; }
  const SchemaState& schema() const { return m_schema; }

 private:
  void enter() {
    const File& file = m_input.files[m_file];
    m_facts.start_file(file.transactional, file.batch.has_value());
  }
  void step() {
    const std::vector<sqlparse::Statement>& statements = m_input.files[m_file].parsed.statements;
    if (m_statement == statements.size()) {
      ++m_file;
      m_statement = 0;
      return enter();
    }
    m_facts.apply(statements[m_statement]);
    m_schema.apply(statements[m_statement++]);
  }

  const ReviewInput& m_input;
  ChangeFacts m_facts;
  SchemaState m_schema;
  std::size_t m_file = 0;
  std::size_t m_statement = 0;
};

class CandidateFinder {
 public:
  CandidateFinder(const ReviewInput& input, const std::vector<model::Finding>& findings)
      : m_input(input), m_findings(findings), m_names(input), m_before(input) {}

  Candidates run() {
    for (std::size_t i = 0; i < m_input.files.size(); ++i) {
      const File& file = m_input.files[i];
      std::map<std::size_t, ByRule> by_start;
      Candidate timeouts{i, std::nullopt, {}, {}};
      for (const model::Finding& finding : m_findings) {
        if (finding.file != file.path || finding.waived) continue;
        if (file.is_part)
          refuse(finding, "the file holds the way back too: only files of one direction are rewritten");
        else if (!file.parsed.problems.empty())
          refuse(finding, "the file cannot be read completely: " + file.parsed.problems.front().message);
        else if (finding.rule == k_lock_timeout_rule)
          timeouts.findings.push_back(&finding);
        else
          by_start[finding.range.start][finding.rule].push_back(&finding);
      }
      if (!timeouts.findings.empty()) m_out.list.push_back(std::move(timeouts));
      find_rewrites(i, by_start);
    }
    return std::move(m_out);
  }

 private:
  using ByRule = std::map<std::string_view, std::vector<const model::Finding*>>;

  void refuse(const model::Finding& finding, std::string reason) {
    m_out.reasons.insert_or_assign(&finding, std::move(reason));
  }

  void find_rewrites(std::size_t i, const std::map<std::size_t, ByRule>& by_start) {
    const std::vector<sqlparse::Statement>& statements = m_input.files[i].parsed.statements;
    const std::optional<std::string> one_piece = why_in_one_piece(m_input.files[i]);
    for (const auto& [start, rules] : by_start) {
      const auto statement = std::find_if(statements.begin(), statements.end(),
                                          [&, at = start](const auto& it) { return it.range.start == at; });
      Candidate candidate{i, static_cast<std::size_t>(statement - statements.begin()), {}, {}};
      for (const auto& [rule, findings] : rules) {
        std::optional<std::string> why;
        if (statement != statements.end())
          why = try_fix(candidate, rule, one_piece);
        else
          why = find_fix(rule) != nullptr ? "it stands inside a body" : "";
        for (const model::Finding* finding : findings) {
          if (why)
            refuse(*finding, *why);
          else
            candidate.findings.push_back(finding);
        }
      }
      if (!candidate.findings.empty()) m_out.list.push_back(std::move(candidate));
    }
  }

  /// Adds the fix of one rule to the candidate; an empty reason: the rule has none.
  std::optional<std::string> try_fix(Candidate& candidate, std::string_view rule,
                                     const std::optional<std::string>& one_piece) {
    const Fix fix = find_fix(rule);
    if (fix == nullptr) return "";
    const File& file = m_input.files[candidate.file];
    const std::vector<sqlparse::Statement>& statements = file.parsed.statements;
    const std::size_t at = *candidate.statement;
    const ByteRange& range = statements[at].range;
    const Lexemes lexemes(m_input.engine,
                          std::string_view(file.parsed.sql).substr(range.start, range.end - range.start));
    m_before.go_to(candidate.file, at);
    const FixInput in{m_input, file,    statements[at],   at > 0 ? &statements[at - 1] : nullptr,
                      lexemes, m_names, m_before.facts(), m_before.schema()};
    if (lexemes.size() == 0) return "";
    // Two rules may have one fix.
    if (m_done.count({candidate.file, at, fix}) != 0) return std::nullopt;
    Rewrite rewrite;
    if (std::optional<std::string> why = fix(in, rewrite)) return why;
    if (rewrite.edits.empty() && !rewrite.batch) return "";
    if (rewrite.needs_steps() && one_piece) return one_piece;
    if (!candidate.rewrite.edits.empty() && clash(candidate.rewrite, rewrite))
      return "another fix changes the same words";
    add_rewrite(candidate.rewrite, rewrite);
    m_done.insert({candidate.file, at, fix});
    return std::nullopt;
  }

  const ReviewInput& m_input;
  const std::vector<model::Finding>& m_findings;
  FreshNames m_names;
  Before m_before;
  std::set<std::tuple<std::size_t, std::size_t, Fix>> m_done;
  Candidates m_out;
};

}  // namespace

Candidates find_candidates(const ReviewInput& input, const std::vector<model::Finding>& findings) {
  return CandidateFinder(input, findings).run();
}

}  // namespace dbw::review
