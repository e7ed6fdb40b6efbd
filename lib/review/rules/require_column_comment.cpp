#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_require_column_comment(const RuleInput& in, Findings& out) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (!column.has_comment)
      out.add(in.statement.range, "column " + quoted(column.name) + " has no comment", in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_require_column_comment = {
    .info =
        {
            .id = "require-column-comment",
            .category = "hygiene",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "A new column without COMMENT.",
            .why = "Units, time zones and the meaning of codes are guessed by whoever reads the column later.",
            .instead = "total bigint NOT NULL DEFAULT 0 COMMENT 'cents'",
            .sources = "MySQL manual, \"CREATE TABLE Statement\"; MariaDB manual, \"CREATE TABLE\".",
        },
    .on_statement = check_require_column_comment,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
