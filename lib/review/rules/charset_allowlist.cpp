#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// utf8mb4 holds all of Unicode; ascii and binary are chosen for codes and digests.
bool is_fine_charset(std::string_view charset) {
  return charset.empty() || charset == "utf8mb4" || charset == "ascii" || charset == "binary" || charset == "default";
}

void check_charset_allowlist(const RuleInput& in, Findings& out) {
  const auto report = [&](const std::string& charset, const std::string& what) {
    if (!is_fine_charset(charset))
      out.add(in.statement.range, what + " gets the character set " + charset + ", which cannot hold all of Unicode",
              in.statement.target.text());
  };
  const bool defines =
      in.statement.kind == StatementKind::create_table || in.statement.kind == StatementKind::alter_table;
  if (!defines || in.statement.temporary) return;
  for (const sqlparse::Option& option : in.statement.options) {
    if (option.name == "charset" || option.name == "convert")
      report(option.value, "table " + quoted(in.statement.target));
  }
  for_new_columns(
      in, [&](const sqlparse::ColumnDefinition& column) { report(column.charset, "column " + quoted(column.name)); });
}

}  // namespace

constinit const Rule k_rule_charset_allowlist = {
    .info =
        {
            .id = "charset-allowlist",
            .category = "type-choice",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "A table or column that gets another character set than utf8mb4, ascii or binary.",
            .why = "utf8 is utf8mb3 in MySQL and MariaDB, three bytes at most: emoji and many names are refused, or "
                   "cut off without a strict sql_mode. Columns of different character sets do not use each other's "
                   "indexes in joins.",
            .instead = "DEFAULT CHARACTER SET utf8mb4",
            .sources = "MySQL manual, \"The utf8mb3 Character Set\"; MariaDB manual, \"Unicode\".",
        },
    .on_statement = check_charset_allowlist,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
