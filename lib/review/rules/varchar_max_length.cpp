#include <cstdlib>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr int k_varchar_length_max = 1000;

void check_varchar_max_length(const RuleInput& in, Findings& out) {
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (column.type != "varchar" || column.type_arguments.empty() ||
        std::atoi(column.type_arguments[0].c_str()) <= k_varchar_length_max)
      return;
    out.add(in.statement.range,
            "column " + quoted(column.name) + " is a varchar of " + column.type_arguments[0] + " characters",
            in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_varchar_max_length = {
    .info =
        {
            .id = "varchar-max-length",
            .category = "type-choice",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::off,
            .summary = "A varchar of more than 1000 characters.",
            .why = "It is no short text any more: MySQL and MariaDB count all of it into the row and into sort "
                   "buffers, and an index over it is refused or useless.",
            .instead = "text, with a CHECK of its length where one is meant.",
            .sources = "PostgreSQL manual, \"Character Types\"; MySQL manual, \"Limits on Table Column Count and Row "
                       "Size\"; MariaDB manual, \"VARCHAR\".",
        },
    .on_statement = check_varchar_max_length,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
