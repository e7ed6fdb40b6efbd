#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_long_type(const std::string& type) {
  return type.find("text") != std::string::npos || type.find("blob") != std::string::npos || type == "json";
}

/// Columns of which the statement indexes the beginning alone: name (20).
std::set<std::string> prefixed_columns(const Lexemes& lexemes) {
  std::set<std::string> out;
  for (std::size_t i = 0; i + 3 < lexemes.size(); ++i) {
    if (lexemes.is_name(i) && lexemes.is(i + 1, "(") && lexemes.is_kind(i + 2, Lexeme::Kind::number) &&
        lexemes.is(i + 3, ")"))
      out.insert(lexemes.name(i));
  }
  return out;
}

/// The long columns of the table that this statement, or the change before it, declares.
std::set<std::string> long_columns(const RuleInput& in) {
  std::set<std::string> out;
  for (const sqlparse::ColumnDefinition& column : in.statement.columns) {
    if (is_long_type(column.type)) out.insert(to_lower(column.name));
  }
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_column && is_long_type(action.column.type))
      out.insert(to_lower(action.column.name));
  }
  for_declared_keys(in, [&](const std::vector<std::string>& key) {
    for (const std::string& name : key) {
      const sqlparse::ColumnDefinition* known = in.facts.column(table_of(in.statement), name);
      if (known != nullptr && is_long_type(known->type)) out.insert(to_lower(name));
    }
  });
  return out;
}

void check_index_on_blob(const RuleInput& in, Findings& out) {
  const std::set<std::string> longs = long_columns(in);
  if (longs.empty()) return;
  const std::set<std::string> prefixed = prefixed_columns(in.lexemes);
  for (const std::vector<std::string>& key : declared_keys(in)) {
    for (const std::string& name : key) {
      if (longs.count(to_lower(name)) == 0 || prefixed.count(to_lower(name)) != 0) continue;
      out.add(in.statement.range, "an index holds all of " + quoted(name) + ", a TEXT, BLOB or JSON column",
              table_of(in.statement).text());
      return;
    }
  }
}

}  // namespace

constinit const Rule k_rule_index_on_blob = {
    .info =
        {
            .id = "index-on-blob",
            .category = "hygiene",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "An index or key over a TEXT, BLOB or JSON column without a prefix length, where the change "
                       "says what type the column has.",
            .why = "MySQL refuses it (error 1170). MariaDB takes a prefix that it chooses, and of a unique key makes a "
                   "hash, which serves no range and no ORDER BY.",
            .instead =
                "A prefix that tells rows apart: KEY (note(20)); or a generated column with a digest of the text.",
            .sources = "MySQL manual, \"Column Indexes\"; MariaDB manual, \"Getting Started with Indexes\"; measured "
                       "on MariaDB 10.11.",
        },
    .on_statement = check_index_on_blob,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
