#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_ban_char(const RuleInput& in, Findings& out) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    const std::string type = to_lower(column.type);
    if (type == "char" || type == "character" || type == "bpchar" || type == "nchar" || type == "national char")
      out.add(in.statement.range, "column " + quoted(column.name) + " pads its values with blanks or cuts them off",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_ban_char = {
    .info =
        {
            .id = "ban-char",
            .category = "type-choice",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "A new column of type char.",
            .why = "PostgreSQL pads each value with blanks to the full length and ignores them in comparisons; MySQL "
                   "and MariaDB strip blanks at the end on reading; SQLite ignores the length altogether. None of "
                   "them gets faster by it.",
            .instead = "text with CHECK (length(c) = 2), or varchar(n).",
            .sources = "PostgreSQL manual, \"Character Types\"; MySQL manual, \"The CHAR and VARCHAR Types\"; SQLite "
                       "documentation, \"Datatypes In SQLite\".",
        },
    .on_statement = check_ban_char,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
