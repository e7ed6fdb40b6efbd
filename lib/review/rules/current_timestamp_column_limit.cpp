#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_current_timestamp_column_limit(const RuleInput& in, Findings& out) {
  std::size_t created = 0, updated = 0;
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    updated += column.on_update_now;
    created += column.default_now && !column.on_update_now;
  });
  if (created > 1 || updated > 1)
    out.add(in.statement.range,
            "several columns of " + quoted(in.statement.target) + " get the current time for the same reason",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_current_timestamp_column_limit = {
    .info =
        {
            .id = "current-timestamp-column-limit",
            .category = "type-choice",
            .engines = k_mysql,
            .severity = model::Severity::info,
            .summary = "More than one new column with ON UPDATE CURRENT_TIMESTAMP, or more than one with DEFAULT "
                       "CURRENT_TIMESTAMP alone.",
            .why = "They always hold the same value, so one of them does not mean what its name says: it is filled by "
                   "the server and not by the event.",
            .instead = "One column for when the row was made, one for when it was changed; the others are set by "
                       "whoever causes the event.",
            .sources = "MySQL manual, \"Automatic Initialization and Updating for TIMESTAMP and DATETIME\"; MariaDB "
                       "manual, \"TIMESTAMP\".",
        },
    .on_statement = check_current_timestamp_column_limit,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
