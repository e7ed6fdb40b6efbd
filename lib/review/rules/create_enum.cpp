#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_create_enum(const RuleInput& in, Findings& out) {
  const bool type = in.statement.kind == StatementKind::create_type && in.lexemes.find(0, {"enum"}) < in.lexemes.size();
  if (type)
    out.add(in.statement.range, "values of type " + quoted(in.statement.target) + " cannot be removed later",
            in.statement.target.text());
  if (!is_mysql(in)) return;
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (column.type == "enum" || column.type == "set")
      out.add(in.statement.range, "the values of column " + quoted(column.name) + " are part of the table's definition",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_create_enum = {
    .info =
        {
            .id = "create-enum",
            .category = "type-choice",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::info,
            .summary = "A new ENUM type, or a new column of type ENUM or SET.",
            .why = "PostgreSQL removes no value of an enum. MySQL and MariaDB copy the table when a value is removed "
                   "or put between others, sort by position, and take a number for one.",
            .instead = "A lookup table and a foreign key; or text with a CHECK, which can be replaced.",
            .sources = "PostgreSQL manual, \"Enumerated Types\"; MySQL manual, \"The ENUM Type\" and \"Online DDL "
                       "Operations\".",
        },
    .on_statement = check_create_enum,
    .kinds = {StatementKind::create_type, StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
