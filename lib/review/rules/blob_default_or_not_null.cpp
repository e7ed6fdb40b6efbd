#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_blob_type(const std::string& type) {
  return type.find("text") != std::string::npos || type.find("blob") != std::string::npos || type == "json" ||
         type == "geometry";
}

void check_blob_default_or_not_null(const RuleInput& in, Findings& out) {
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (is_blob_type(column.type) && column.has_default && !column.default_null && !column.default_expression)
      out.add(in.statement.range,
              "column " + quoted(column.name) + " of type " + column.type + " has a literal as its default",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_blob_default_or_not_null = {
    .info =
        {
            .id = "blob-default-or-not-null",
            .category = "type-choice",
            .engines = k_mysql_alone,
            .severity = model::Severity::warning,
            .summary = "A TEXT, BLOB, JSON or GEOMETRY column with a literal as its default.",
            .why = "MySQL refuses the statement (error 1101), or, without a strict sql_mode, leaves the default out "
                   "with a warning.",
            .instead = "An expression, from MySQL 8.0.13 on: note text NOT NULL DEFAULT ('')",
            .sources = "MySQL manual, \"Data Type Default Values\" and \"The BLOB and TEXT Types\". MariaDB takes such "
                       "defaults (measured on 10.11).",
        },
    .on_statement = check_blob_default_or_not_null,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
