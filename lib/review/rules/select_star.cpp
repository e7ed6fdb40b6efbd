#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The names that WITH defines: their columns stand in the statement.
std::set<std::string> names_defined_here(const Lexemes& lexemes) {
  std::set<std::string> out;
  for (std::size_t i = 0; i + 2 < lexemes.size(); ++i) {
    const bool defines = lexemes.is(i + 1, "as") && lexemes.is_any(i + 2, {"(", "materialized", "not"});
    if (defines && lexemes.is_name(i)) out.insert(lexemes.name(i));
  }
  return out;
}

/// Position of the * of a SELECT list that begins at `i`, else size().
std::size_t star_of(const Lexemes& lexemes, std::size_t i) {
  if (lexemes.is_any(i, {"distinct", "all"})) ++i;
  if (lexemes.is_name(i) && lexemes.is(i + 1, ".")) i += 2;
  return lexemes.is(i, "*") ? i : lexemes.size();
}

void check_select_star(const RuleInput& in, Findings& out) {
  if (!in.lexemes.may_have("*")) return;
  std::optional<std::set<std::string>> defined;
  for (std::size_t i = in.lexemes.seek(0, "select"); i < in.lexemes.size(); i = in.lexemes.seek(i + 1, "select")) {
    const bool exists = i >= 2 && in.lexemes.is(i - 1, "(") && in.lexemes.is(i - 2, "exists");
    const std::size_t star = star_of(in.lexemes, i + 1);
    if (exists || !in.lexemes.is(star + 1, "from") || !in.lexemes.is_name(star + 2)) continue;
    if (!defined) defined = names_defined_here(in.lexemes);
    if (defined->count(in.lexemes.name(star + 2)) != 0) continue;
    out.add(in.statement.range, "which columns this is depends on the table as it is when it runs",
            in.statement.target.text());
    return;
  }
}

}  // namespace

constinit const Rule k_rule_select_star = {
    .info =
        {
            .id = "select-star",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary =
                "SELECT * from a table or view; EXISTS (SELECT * ...) and names that WITH defines are left alone.",
            .why = "A column that is added, dropped or moved later changes the result, breaks INSERT ... SELECT and "
                   "views, and may show what nobody asked for.",
            .instead = "Name the columns.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, SELECT.",
        },
    .on_statement = check_select_star,
};

}  // namespace dbw::review
