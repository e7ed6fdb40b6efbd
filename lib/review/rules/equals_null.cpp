#include <vector>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Walks a statement and knows at each lexeme whether it stands in a condition.
class ConditionWalk {
 public:
  explicit ConditionWalk(const Lexemes& lexemes) : m_lexemes(lexemes) {}

  bool in_condition(std::size_t i) {
    const std::size_t depth = m_lexemes[i].depth;
    if (depth + 1 < m_inside.size()) m_inside.resize(depth + 1);
    // A parenthesis carries on what is around it.
    while (m_inside.size() < depth + 1) m_inside.push_back(!m_inside.empty() && m_inside.back());
    if (m_lexemes.is_any(i, {"where", "having", "on", "when", "check", "using"})) m_inside.back() = true;
    if (m_lexemes.is_any(i, {"set", "select", "from", "then", "else", "values", "update", "default", "group", "order",
                             "limit", "returning", "as"}))
      m_inside.back() = false;
    return m_inside.back();
  }

 private:
  const Lexemes& m_lexemes;
  std::vector<bool> m_inside;
};

bool is_comparison(const Lexemes& lexemes, std::size_t i) { return lexemes.is_any(i, {"=", "<>", "!=", "=="}); }

bool compares_with_null(const Lexemes& lexemes) {
  for (std::size_t i = lexemes.seek(1, "null"); i < lexemes.size(); i = lexemes.seek(i + 1, "null")) {
    if (is_comparison(lexemes, i - 1)) return true;
  }
  return false;
}

void check_equals_null(const RuleInput& in, Findings& out) {
  if (!compares_with_null(in.lexemes)) return;
  ConditionWalk walk(in.lexemes);
  for (std::size_t i = 0; i < in.lexemes.size(); ++i) {
    if (!walk.in_condition(i) || !in.lexemes.is(i + 1, "null")) continue;
    if (is_comparison(in.lexemes, i))
      out.add(in.statement.range,
              "a comparison with NULL by " + std::string(in.lexemes[i].text) + " is true for no row",
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_equals_null = {
    .info =
        {
            .id = "equals-null",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "A condition that compares with NULL by =, <> or !=.",
            .why = "The result is NULL, which counts as false: the statement changes or finds no row, and no error "
                   "says so.",
            .instead = "a IS NULL, a IS NOT NULL.",
            .sources = "PostgreSQL manual, \"Comparison Functions and Operators\"; MySQL manual, \"Working with NULL "
                       "Values\"; SQLite documentation, \"NULL Handling in SQLite\".",
        },
    .on_statement = check_equals_null,
};

}  // namespace dbw::review
