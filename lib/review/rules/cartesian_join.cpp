#include <vector>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// What stands between FROM and the next clause, outside parentheses.
struct FromClause {
  std::size_t tables = 1;  ///< but functions and LATERAL, which may refer to the tables before them
  std::size_t joins = 0;   ///< that need a condition
  std::size_t conditions = 0;
  bool where = false;
};

constexpr Keyword k_behind_from[] = {"where",  "group", "order", "having",    "limit", "union",  "except", "intersect",
                                     "window", "fetch", "for",   "returning", "set",   "select", "from"};

/// Functions, LATERAL and t.column may depend on the tables before the comma.
bool depends_on_others(const Lexemes& lexemes, std::size_t comma) {
  return lexemes.is(comma + 1, "lateral") || (lexemes.is_name(comma + 1) && lexemes.is_any(comma + 2, {"(", "."}));
}

bool needs_no_condition(const Lexemes& lexemes, std::size_t join) {
  return lexemes.is_any(join - 1, {"cross", "natural"}) || (join >= 2 && lexemes.is(join - 2, "natural"));
}

FromClause read_from(const Lexemes& lexemes, std::size_t from) {
  FromClause out;
  for (std::size_t i = from + 1; i < lexemes.size() && lexemes[i].depth >= lexemes[from].depth; i = lexemes.next(i)) {
    if (lexemes[i].kind == Lexeme::Kind::mark) {
      if (lexemes.is(i, ")")) return out;
      out.tables += lexemes.is(i, ",") && !depends_on_others(lexemes, i);
    }
    if (lexemes[i].kind != Lexeme::Kind::word) continue;
    out.where = lexemes.is(i, "where");
    if (lexemes.is_any(i, k_behind_from)) return out;
    out.joins += lexemes.is(i, "join") && !needs_no_condition(lexemes, i);
    out.conditions += lexemes.is_any(i, {"on", "using"});
  }
  return out;
}

/// FROM behind a SELECT list: not that of EXTRACT(... FROM ...), IS DISTINCT FROM, or DELETE FROM.
class SelectWalk {
 public:
  explicit SelectWalk(const Lexemes& lexemes) : m_lexemes(lexemes) {}

  bool starts_relations(std::size_t i) {
    const std::size_t depth = m_lexemes[i].depth;
    if (m_selects.size() != depth + 1) m_selects.resize(depth + 1);
    if (m_lexemes[i].key == 0) return false;  // a literal, a number or a quoted name
    if (m_lexemes.is(i, "select")) m_selects.back() = true;
    return m_lexemes.is(i, "from") && i > 0 && m_selects.back() && !m_lexemes.is_any(i - 1, {"distinct", "delete"});
  }

 private:
  const Lexemes& m_lexemes;
  std::vector<char> m_selects;  ///< by depth: a SELECT was seen in the group that is open there
};

void check_cartesian_join(const RuleInput& in, Findings& out) {
  if (!in.lexemes.may_have("select") || !in.lexemes.may_have("from") || !in.lexemes.may_have_any({",", "join"})) return;
  SelectWalk walk(in.lexemes);
  for (std::size_t i = 0; i < in.lexemes.size(); ++i) {
    if (!walk.starts_relations(i)) continue;
    const FromClause clause = read_from(in.lexemes, i);
    const bool unrelated = (clause.tables > 1 && !clause.where) || clause.joins > clause.conditions;
    if (!unrelated) continue;
    out.add(in.statement.range, "tables are joined without a condition: every row meets every row",
            in.statement.target.text());
    return;
  }
}

}  // namespace

constinit const Rule k_rule_cartesian_join = {
    .info =
        {
            .id = "cartesian-join",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "Tables in FROM with commas between them and no WHERE, or JOIN without ON or USING. CROSS JOIN "
                       "says that it is meant.",
            .why = "The result has as many rows as the product of the tables; two of a million rows keep a server "
                   "busy for days and fill its disk with temporary files.",
            .instead = "JOIN ... ON ...; where the product is meant: CROSS JOIN.",
            .sources = "PostgreSQL manual, \"Table Expressions\"; MySQL manual, \"JOIN Clause\"; SQLite documentation, "
                       "\"Determination of input data (FROM clause processing)\".",
        },
    .on_statement = check_cartesian_join,
};

}  // namespace dbw::review
