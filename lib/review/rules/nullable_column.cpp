#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_nullable_column(const RuleInput& in, Findings& out) {
  const std::set<std::string> key = primary_key_columns(in.statement);
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    const bool in_key = key.count(column.name) != 0;
    const bool computed =
        column.generated_stored || column.generated_virtual || column.identity || column.auto_increment;
    if (!column.not_null && !in_key && !computed)
      out.add(in.statement.range, "column " + quoted(column.name) + " may be NULL", in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_nullable_column = {
    .info =
        {
            .id = "nullable-column",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "A new column that may be NULL.",
            .why = "Every reader must think of NULL: comparisons, NOT IN, sums and unique indexes treat it in ways "
                   "that surprise.",
            .instead = "NOT NULL DEFAULT ...",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, CREATE TABLE.",
        },
    .on_statement = check_nullable_column,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
