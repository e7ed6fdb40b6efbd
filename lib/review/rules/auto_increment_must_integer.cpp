#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_integer_type(std::string_view type) {
  for (const std::string_view known : {"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "serial"}) {
    if (type == known) return true;
  }
  return false;
}

void check_auto_increment_must_integer(const RuleInput& in, Findings& out) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (column.auto_increment && !is_integer_type(column.type))
      out.add(in.statement.range, "AUTO_INCREMENT column " + quoted(column.name) + " is of type " + column.type,
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_auto_increment_must_integer = {
    .info =
        {
            .id = "auto-increment-must-integer",
            .category = "type-choice",
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary = "A new AUTO_INCREMENT column whose type is no integer.",
            .why = "FLOAT and DOUBLE give out the same number twice once they are large (deprecated in MySQL "
                   "8.0.17); all other types are refused.",
            .instead = "bigint unsigned NOT NULL AUTO_INCREMENT",
            .sources = "MySQL manual, \"Using AUTO_INCREMENT\" and \"What Is New in MySQL 8.0\"; MariaDB manual, "
                       "\"AUTO_INCREMENT\"; measured on MariaDB 10.11.",
        },
    .on_statement = check_auto_increment_must_integer,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
