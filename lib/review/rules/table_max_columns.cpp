#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_table_columns_max = 100;

void check_table_max_columns(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::create_table && in.statement.columns.size() > k_table_columns_max)
    out.add(in.statement.range, "a table of " + std::to_string(in.statement.columns.size()) + " columns",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_table_max_columns = {
    .info =
        {
            .id = "table-max-columns",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "CREATE TABLE with more than 100 columns.",
            .why = "Every read of a row carries all of them through memory, most are empty, and the limit of the "
                   "server (1600, 1017, 2000) or of a row is near.",
            .instead = "Tables for what belongs together, with the same key; rows instead of numbered columns.",
            .sources = "PostgreSQL manual, \"PostgreSQL Limits\"; MySQL manual, \"Limits on Table Column Count and Row "
                       "Size\"; SQLite documentation, \"Implementation Limits For SQLite\".",
        },
    .on_statement = check_table_max_columns,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
