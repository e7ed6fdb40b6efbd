#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The type to take instead; empty where the type is fine.
std::string_view better_type(Engine engine, std::string_view type) {
  struct Row {
    bool postgresql;
    std::string_view type, better;
  };
  static constexpr Row k_types[] = {{true, "money", "numeric"},           {true, "timetz", "timestamptz"},
                                    {true, "xml", "text or jsonb"},       {true, "oid", "bigint"},
                                    {false, "year", "smallint unsigned"}, {false, "mediumint", "int"},
                                    {false, "tinytext", "varchar(255)"},  {false, "tinyblob", "varbinary(255)"}};
  for (const Row& row : k_types) {
    if (row.postgresql == (engine == Engine::postgresql) && row.type == type) return row.better;
  }
  return "";
}

void check_disallowed_column_type(const RuleInput& in, Findings& out) {
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    const std::string_view better = better_type(in.review.engine, column.type);
    if (!better.empty())
      out.add(in.statement.range,
              "column " + quoted(column.name) + " is of type " + column.type + "; rather " + std::string(better),
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_disallowed_column_type = {
    .info =
        {
            .id = "disallowed-column-type",
            .category = "type-choice",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::off,
            .summary = "A column of a type that has a better one: money, timetz, xml, oid in PostgreSQL; year, "
                       "mediumint, tinytext, tinyblob in MySQL and MariaDB.",
            .why = "money depends on the server's locale, timetz cannot follow daylight saving, year ends in 2155, and "
                   "the small MySQL types save a byte and cost a copy of the table later.",
            .instead = "numeric(12, 2), timestamptz, jsonb, bigint; smallint unsigned, int, varchar.",
            .sources = "PostgreSQL manual, \"Monetary Types\" and \"Date/Time Types\"; MySQL manual, \"Data Types\"; "
                       "MariaDB manual, \"Data Types\".",
        },
    .on_statement = check_disallowed_column_type,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
