#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_naming_column(const RuleInput& in, Findings& out) {
  const auto check = [&](const std::string& name) {
    if (!is_snake_case(name))
      out.add(in.statement.range, "column name " + quoted(name) + " is not in lower case with underscores",
              in.statement.target.text());
  };
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) { check(column.name); });
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::rename_column) check(action.new_name);
  }
}

}  // namespace

constinit const Rule k_rule_naming_column = {
    .info =
        {
            .id = "naming-column",
            .category = "naming",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary =
                "A new column name that is not in lower case with underscores: a letter, then letters, digits and "
                "underscores.",
            .why = "Other names need quotes in every statement, or are spelled differently in every query.",
            .instead = "placed_at",
            .sources = "PostgreSQL manual, \"Lexical Structure\"; MySQL manual, \"Schema Object Names\"; SQLite "
                       "documentation, \"SQLite Keywords\".",
        },
    .on_statement = check_naming_column,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
