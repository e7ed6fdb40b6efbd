#include "review/stars.hpp"

#include <set>

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

}  // namespace

std::vector<std::string> star_sources(const Lexemes& lexemes) {
  std::vector<std::string> out;
  if (!lexemes.may_have("select") || !lexemes.may_have("*")) return out;
  const std::set<std::string> defined = names_defined_here(lexemes);
  for (std::size_t i = lexemes.seek(0, "select"); i < lexemes.size(); i = lexemes.seek(i + 1, "select")) {
    const bool exists = i >= 2 && lexemes.is(i - 1, "(") && lexemes.is(i - 2, "exists");
    const std::size_t star = star_of(lexemes, i + 1);
    if (exists || !lexemes.is(star + 1, "from") || !lexemes.is_name(star + 2)) continue;
    if (defined.count(lexemes.name(star + 2)) != 0) continue;
    std::size_t last = star + 2;
    while (lexemes.is(last + 1, ".") && lexemes.is_name(last + 2)) last += 2;
    out.push_back(lexemes.name(last));
  }
  return out;
}

}  // namespace dbw::review
