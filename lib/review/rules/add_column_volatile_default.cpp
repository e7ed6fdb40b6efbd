#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr int k_server_fast_default = 11;
void check_add_column_volatile_default(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    const sqlparse::ColumnDefinition& column = action.column;
    const bool other_rule =
        column.auto_increment || column.identity || column.generated_stored || column.generated_virtual;
    if (other_rule || !column.has_default || column.default_null) return;
    if (!column.default_volatile && in.server_major >= k_server_fast_default) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range,
            "the default of " + quoted(column.name) + " is computed for each row: " + quoted(table) + " is rewritten",
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_add_column_volatile_default = {
    .info =
        {
            .id = "add-column-volatile-default",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "ADD COLUMN with a default whose value may differ from row to row (before PostgreSQL 11: with "
                       "any default).",
            .why = "Each row needs its own value, so the table and its indexes are rewritten under ACCESS EXCLUSIVE. "
                   "Constant and stable defaults such as now() do not rewrite (PostgreSQL 11 and later). Functions "
                   "that dbw does not know count as volatile.",
            .instead = "ALTER TABLE t ADD COLUMN c type; ALTER TABLE t ALTER COLUMN c SET DEFAULT f();\n"
                       "then backfill old rows in batches.",
            .sources = "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15.",
        },
    .on_statement = check_add_column_volatile_default,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
