#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_auto_increment_must_unsigned(const RuleInput& in, Findings& out) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    // Half of a signed bigint is more than anyone can use up.
    const bool narrow = column.type == "int" || column.type == "integer" || column.type == "mediumint" ||
                        column.type == "smallint" || column.type == "tinyint";
    if (column.auto_increment && narrow && !column.is_unsigned)
      out.add(in.statement.range,
              "AUTO_INCREMENT column " + quoted(column.name) + " uses half of the range of its type",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_auto_increment_must_unsigned = {
    .info =
        {
            .id = "auto-increment-must-unsigned",
            .category = "type-choice",
            .engines = k_mysql,
            .severity = model::Severity::info,
            .summary = "A new signed AUTO_INCREMENT column of a type smaller than bigint.",
            .why = "Numbers start at 1, so the negative half is never used: a signed int ends at 2.1 thousand "
                   "million, an unsigned one at 4.2. When it ends every insert fails.",
            .instead = "bigint unsigned NOT NULL AUTO_INCREMENT",
            .sources = "MySQL manual, \"Using AUTO_INCREMENT\" and \"Integer Types\".",
        },
    .on_statement = check_auto_increment_must_unsigned,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
