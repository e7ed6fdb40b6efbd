#include <algorithm>
#include <vector>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

std::vector<std::string> inserted_columns(const RuleInput& in) {
  std::vector<std::string> out;
  const std::size_t open = in.lexemes.find(0, {"("});
  if (!in.statement.has_column_list || open == in.lexemes.size()) return out;
  const std::size_t end = in.lexemes.behind_group(open);
  for (std::size_t i = open + 1; i < end; ++i) {
    const bool alone = in.lexemes.is_any(i - 1, {"(", ","}) && in.lexemes.is_any(i + 1, {",", ")"});
    if (alone && in.lexemes.is_name(i)) out.push_back(in.lexemes.name(i));
  }
  return out;
}

std::vector<std::string> declared_columns(const RuleInput& in) {
  std::vector<std::string> out;
  const bool folds = in.review.engine != Engine::postgresql;
  for (const sqlparse::ColumnDefinition& column : in.statement.columns)
    out.push_back(folds ? to_lower(column.name) : column.name);
  return out;
}

void check_duplicate_column_assignment(const RuleInput& in, Findings& out) {
  std::vector<std::string> names;
  if (in.statement.kind == StatementKind::update) names = assigned_columns(in.lexemes);
  if (in.statement.kind == StatementKind::insert)
    names =
        in.lexemes.find(0, {"set"}) < in.lexemes.find(0, {"("}) ? assigned_columns(in.lexemes) : inserted_columns(in);
  if (in.statement.kind == StatementKind::create_table) names = declared_columns(in);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end()) return;
  const std::string& name = *twice;
  out.add(in.statement.range, "column " + quoted(name) + " is named twice", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_duplicate_column_assignment = {
    .info =
        {
            .id = "duplicate-column-assignment",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "The same column twice in the SET of an UPDATE, in the column list of an INSERT, or in CREATE "
                       "TABLE.",
            .why = "In an UPDATE MySQL, MariaDB and SQLite take one of the values without a word, SQLite in an INSERT "
                   "too: the other one is lost. Elsewhere the statement is refused.",
            .instead = "Leave one of them out.",
            .sources = "PostgreSQL manual, UPDATE; MySQL manual, \"UPDATE Statement\"; SQLite documentation, UPDATE; "
                       "measured on MariaDB 10.11 and SQLite 3.40.",
        },
    .on_statement = check_duplicate_column_assignment,
    .kinds = {StatementKind::insert, StatementKind::update, StatementKind::create_table},
};

}  // namespace dbw::review
