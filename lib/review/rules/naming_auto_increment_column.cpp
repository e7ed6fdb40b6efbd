#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_naming_auto_increment_column(const RuleInput& in, Findings& out) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (column.auto_increment && column.name != "id")
      out.add(in.statement.range, "the AUTO_INCREMENT column " + quoted(column.name) + " is not called \"id\"",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_naming_auto_increment_column = {
    .info =
        {
            .id = "naming-auto-increment-column",
            .category = "naming",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "A new AUTO_INCREMENT column that is not called id.",
            .why = "Queries, tools and foreign keys that are written by pattern look for id.",
            .instead = "id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY",
            .sources = "Conventions of a team.",
        },
    .on_statement = check_naming_auto_increment_column,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
