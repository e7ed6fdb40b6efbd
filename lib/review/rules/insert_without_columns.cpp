#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_insert_without_columns(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::insert || in.statement.has_column_list || !on_old_table(in)) return;
  if (to_lower(text_of(in)).find("default values") != std::string::npos) return;
  out.add(in.statement.range, "which columns get the values depends on the table as it is today",
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_insert_without_columns = {
    .info =
        {
            .id = "insert-without-columns",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "INSERT without a list of columns into an existing table.",
            .why = "A column that is added, dropped or moved later makes the statement fail or put values into the "
                   "wrong columns.",
            .instead = "INSERT INTO t (a, b) VALUES (...);",
            .sources = "PostgreSQL manual and SQLite documentation, INSERT.",
        },
    .on_statement = check_insert_without_columns,
    .kinds = {StatementKind::insert},
};

}  // namespace dbw::review
