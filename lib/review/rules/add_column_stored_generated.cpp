#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_column_stored_generated(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    if (!action.column.generated_stored) return;
    const ObjectName& table = in.statement.target;
    const std::string column = "the stored column " + quoted(action.column.name);
    out.add(in.statement.range,
            in.review.engine == Engine::sqlite
                ? "SQLite refuses to add " + column + " as soon as " + quoted(table) + " holds a row"
                : column + " rewrites " + quoted(table),
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_add_column_stored_generated = {
    .info =
        {
            .id = "add-column-stored-generated",
            .category = "locking",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "ADD COLUMN ... GENERATED ALWAYS AS (...) STORED on an existing table.",
            .why = "PostgreSQL computes and stores the value for every row: the table is rewritten under ACCESS "
                   "EXCLUSIVE. SQLite refuses the statement where the table holds a row.",
            .instead = "Add a plain column, keep it up to date with a trigger, backfill in batches; or compute the "
                       "value in a view (SQLite: a VIRTUAL column).",
            .sources = "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15. SQLite: "
                       "ALTER TABLE ADD COLUMN documentation.",
        },
    .on_statement = check_add_column_stored_generated,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
