#include <cstdlib>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_row_bytes_max = 65535;  ///< of all columns together, BLOB and TEXT left out

std::size_t bytes_per_character(const std::string& charset) {
  if (charset == "latin1" || charset == "ascii" || charset == "binary") return 1;
  return charset == "utf8" || charset == "utf8mb3" ? 3 : 4;
}

/// What a text column may need in a row at most; other types are small.
std::size_t column_bytes_max(const sqlparse::ColumnDefinition& column, const std::string& table_charset) {
  if (column.type_arguments.empty() || column.type_arguments[0].size() > 6) return 0;
  const std::size_t length = static_cast<std::size_t>(std::atoi(column.type_arguments[0].c_str()));
  if (column.type == "varbinary" || column.type == "binary") return length;
  if (column.type != "varchar" && column.type != "char") return 0;
  return length * bytes_per_character(column.charset.empty() ? table_charset : column.charset);
}

void check_row_size_limit(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_table) return;
  std::string charset;
  for (const sqlparse::Option& option : in.statement.options) {
    if (option.name == "charset") charset = option.value;
  }
  std::size_t bytes = 0;
  for (const sqlparse::ColumnDefinition& column : in.statement.columns) bytes += column_bytes_max(column, charset);
  if (bytes > k_row_bytes_max)
    out.add(in.statement.range,
            "the text columns of a row may need " + std::to_string(bytes) + " bytes; the server takes " +
                std::to_string(k_row_bytes_max),
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_row_size_limit = {
    .info =
        {
            .id = "row-size-limit",
            .category = "type-choice",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "CREATE TABLE whose char, varchar and binary columns may need more than 65535 bytes in one row. "
                       "Without a character set utf8mb4 counts.",
            .why = "The server refuses the table, or in a sql_mode that is not strict makes a TEXT of a column.",
            .instead = "TEXT or BLOB for long texts, which do not count; shorter columns; a second table.",
            .sources = "MySQL manual, \"Limits on Table Column Count and Row Size\"; MariaDB manual, \"Data Types\"; "
                       "measured on MariaDB 10.11: error 1118.",
        },
    .on_statement = check_row_size_limit,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
