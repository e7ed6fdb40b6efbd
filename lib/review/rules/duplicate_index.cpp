#include <algorithm>
#include <string>
#include <vector>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// An index in the other direction serves other queries; names alone do not tell them apart.
bool has_descending_keys(const Lexemes& lexemes) { return lexemes.seek(0, "desc") < lexemes.size(); }

bool holds_expressions(const std::vector<std::string>& columns) {
  return columns.empty() || std::find(columns.begin(), columns.end(), "") != columns.end();
}

void check_duplicate_index(const RuleInput& in, Findings& out) {
  std::size_t count = 0;
  for_declared_keys(in, [&](const std::vector<std::string>&) { ++count; });
  if (count < 2 || has_descending_keys(in.lexemes)) return;
  std::vector<std::vector<std::string>> keys = declared_keys(in);
  std::erase_if(keys, holds_expressions);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end())
    out.add(in.statement.range, "two indexes hold the same columns: " + join(*twice, ", "), in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_duplicate_index = {
    .info =
        {
            .id = "duplicate-index",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "Two indexes, unique constraints or keys over the same columns in one statement.",
            .why = "Each write keeps both of them, they take room twice, and queries use one.",
            .instead = "Leave one of them out: a primary key or UNIQUE constraint has its index already.",
            .sources = "PostgreSQL manual, \"Unique Indexes\"; MySQL manual, \"CREATE TABLE Statement\"; SQLite "
                       "documentation, CREATE TABLE.",
        },
    .on_statement = check_duplicate_index,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
