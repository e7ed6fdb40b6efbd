#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_not_null_without_default(const RuleInput& in, Findings& out) {
  const std::set<std::string> key = primary_key_columns(in.statement);
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    const bool filled =
        column.has_default || column.auto_increment || column.generated_stored || column.generated_virtual;
    const bool long_text = column.type.find("text") != std::string::npos ||
                           column.type.find("blob") != std::string::npos || column.type == "json";
    if (column.not_null && !filled && !long_text && key.count(column.name) == 0)
      out.add(in.statement.range, "column " + quoted(column.name) + " is NOT NULL and has no default",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_not_null_without_default = {
    .info =
        {
            .id = "not-null-without-default",
            .category = "hygiene",
            .engines = k_mysql,
            .severity = model::Severity::off,
            .summary = "A new NOT NULL column without DEFAULT. Keys, computed columns and long texts are left alone.",
            .why =
                "An INSERT of code that does not know the column yet fails, or gets a value that the server makes up.",
            .instead = "status varchar(20) NOT NULL DEFAULT 'open'",
            .sources = "MySQL manual, \"Data Type Default Values\"; MariaDB manual, \"CREATE TABLE\".",
        },
    .on_statement = check_not_null_without_default,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
