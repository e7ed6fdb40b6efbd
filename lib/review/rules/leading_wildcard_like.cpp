#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_leading_wildcard_like(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::show) return;
  if (!in.lexemes.may_have_any({"like", "ilike"})) return;
  for (std::size_t i = 0; i + 1 < in.lexemes.size(); ++i) {
    if (!in.lexemes.is_any(i, {"like", "ilike"}) || !in.lexemes.is_kind(i + 1, Lexeme::Kind::string)) continue;
    const std::string_view text = in.lexemes[i + 1].text;
    if (text.size() > 3 && (text[1] == '%' || text[1] == '_'))
      out.add(in.statement.range, "a pattern that begins with a wildcard uses no ordinary index",
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_leading_wildcard_like = {
    .info =
        {
            .id = "leading-wildcard-like",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "LIKE with a pattern that begins with a wildcard.",
            .why = "The index on the column is of no use: every row is read, and on a large table an UPDATE or "
                   "DELETE holds its locks that long.",
            .instead = "A full-text or trigram index (PostgreSQL: pg_trgm; MySQL: FULLTEXT; SQLite: FTS5), or a "
                       "condition on another column beside it.",
            .sources =
                "PostgreSQL manual, \"Index Types\" and pg_trgm; MySQL manual, \"How MySQL Uses Indexes\"; SQLite "
                "documentation, \"The LIKE Optimization\".",
        },
    .on_statement = check_leading_wildcard_like,
};

}  // namespace dbw::review
