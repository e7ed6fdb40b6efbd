#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Names and columns of the plain indexes that the statement makes.
std::vector<sqlparse::IndexDefinition> named_plain_indexes(const RuleInput& in) {
  const Statement& statement = in.statement;
  std::vector<sqlparse::IndexDefinition> out;
  for (const AlterAction& action : statement.actions) {
    if (action.kind == AlterAction::Kind::add_index) out.push_back(action.index);
  }
  const bool creates = statement.kind == StatementKind::create_index || statement.kind == StatementKind::create_table;
  if (!creates || statement.temporary || statement.unique) return out;
  out.insert(out.end(), statement.indexes.begin(), statement.indexes.end());
  if (statement.kind == StatementKind::create_table) return out;
  sqlparse::IndexDefinition index;
  for (const sqlparse::ColumnDefinition& column : statement.columns) index.columns.push_back(column.name);
  for (const sqlparse::ObjectUse& use : statement.objects) {
    if (use.kind == ObjectKind::index && use.access == sqlparse::Access::create) index.name = use.name.name;
  }
  if (statement.indexes.empty()) out.push_back(std::move(index));
  return out;
}

void check_naming_index(const RuleInput& in, Findings& out) {
  const ObjectName& table = table_of(in.statement);
  for (const sqlparse::IndexDefinition& index : named_plain_indexes(in)) {
    const bool expression = std::any_of(index.columns.begin(), index.columns.end(),
                                        [](const std::string& column) { return column.empty(); });
    if (index.name.empty() || index.columns.empty() || expression) continue;
    const std::string wanted = pattern_name(in, table, index.columns, {"idx", "idx"});
    if (index.name != wanted)
      out.add(in.statement.range, quoted(index.name) + " is not called " + quoted(wanted), table.text());
  }
}

}  // namespace

constinit const Rule k_rule_naming_index = {
    .info =
        {
            .id = "naming-index",
            .category = "naming",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "The name of an index that is no constraint that does not follow the pattern: "
                       "<table>_<columns>_idx in PostgreSQL, idx_<table>_<columns> in MySQL, MariaDB and SQLite.",
            .why = "Error messages, plans and later changes name it. With one pattern everybody knows table, columns "
                   "and kind from the name, and can write it without looking it up.",
            .instead =
                "PostgreSQL: leave the name out, the server makes the same one. Elsewhere: idx_<table>_<columns>.",
            .sources = "PostgreSQL manual, CREATE TABLE and CREATE INDEX; MySQL manual, \"CREATE INDEX Statement\"; "
                       "SQLite documentation, CREATE INDEX.",
        },
    .on_statement = check_naming_index,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
