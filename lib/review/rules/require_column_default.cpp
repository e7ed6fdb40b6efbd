#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool takes_no_default(std::string_view type) {
  for (const std::string_view part : {"text", "blob", "json", "geometry", "point", "bytea", "xml"}) {
    if (type.find(part) != std::string_view::npos) return true;
  }
  return false;
}

void check_require_column_default(const RuleInput& in, Findings& out) {
  const std::set<std::string> key = primary_key_columns(in.statement);
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    const bool in_key = key.count(column.name) != 0;
    const bool filled = column.has_default || column.generated_stored || column.generated_virtual || column.identity ||
                        column.auto_increment;
    if (!filled && !in_key && !takes_no_default(to_lower(column.type)))
      out.add(in.statement.range, "column " + quoted(column.name) + " has no default", in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_require_column_default = {
    .info =
        {
            .id = "require-column-default",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "A new column without DEFAULT. Keys, computed columns and long texts are left alone.",
            .why = "Code that does not know the column yet leaves it out; it gets NULL, or the insert fails.",
            .instead = "status varchar(20) NOT NULL DEFAULT 'open'",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, CREATE TABLE.",
        },
    .on_statement = check_require_column_default,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
