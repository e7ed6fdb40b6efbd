#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_column_auto_increment(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    if (!action.column.auto_increment && !action.column.identity) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range, "numbering the rows in " + quoted(action.column.name) + " rewrites " + quoted(table),
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_add_column_auto_increment = {
    .info =
        {
            .id = "add-column-auto-increment",
            .category = "locking",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::error,
            .summary =
                "ADD COLUMN with a serial type, GENERATED ... AS IDENTITY or AUTO_INCREMENT on an existing table.",
            .why = "Every row gets a number, so the table and its indexes are rewritten under ACCESS EXCLUSIVE "
                   "(identity columns too); MySQL and MariaDB rebuild the table and admit no writes meanwhile.",
            .instead = "Add a nullable bigint column, create a sequence, SET DEFAULT nextval(...), backfill in "
                       "batches, then make it NOT NULL and unique.",
            .sources =
                "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15. MySQL manual, "
                "\"Online DDL Operations\".",
        },
    .on_statement = check_add_column_auto_increment,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
