#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_integer_or_binary(std::string_view type) {
  for (const std::string_view known :
       {"tinyint", "smallint", "mediumint", "int", "integer", "bigint", "serial", "bit", "binary", "uuid"}) {
    if (type == known) return true;
  }
  return false;
}

void check_primary_key_must_be_integer(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_table || in.statement.temporary) return;
  const std::set<std::string> key = primary_key_columns(in.statement);
  if (key.size() != 1) return;  // a key of several columns is somebody's considered choice
  for (const sqlparse::ColumnDefinition& column : in.statement.columns) {
    if (to_lower(column.name) == to_lower(*key.begin()) && !is_integer_or_binary(column.type))
      out.add(in.statement.range, "the primary key " + quoted(column.name) + " is of type " + column.type,
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_primary_key_must_be_integer = {
    .info =
        {
            .id = "primary-key-must-be-integer",
            .category = "type-choice",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "CREATE TABLE with a primary key of one column that is neither an integer, binary nor MariaDB's "
                       "uuid.",
            .why = "InnoDB keeps rows in the order of the primary key and puts the key into every other index: a "
                   "long text makes all of them larger, and random values write all over the table.",
            .instead = "id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, with a UNIQUE key on the text; or "
                       "binary(16) for UUIDs.",
            .sources = "MySQL manual, \"Clustered and Secondary Indexes\"; MariaDB manual, \"InnoDB Storage Engine\".",
        },
    .on_statement = check_primary_key_must_be_integer,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
