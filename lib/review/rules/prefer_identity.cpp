#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_prefer_identity(const RuleInput& in, Findings& out) {
  // On an existing table serial rewrites, and add-column-auto-increment says so.
  if (in.statement.kind == StatementKind::alter_table && on_old_table(in)) return;
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (!column.auto_increment) return;
    out.add(in.statement.range, "column " + quoted(column.name) + " is " + column.type + ", not an identity column",
            in.statement.target.text() + "." + column.name);
  });
}

}  // namespace

constinit const Rule k_rule_prefer_identity = {
    .info =
        {
            .id = "prefer-identity",
            .category = "type-choice",
            .engines = k_postgresql,
            .since = 10,
            .severity = model::Severity::info,
            .summary = "serial, bigserial or smallserial for a column of a new table.",
            .why = "A serial column is an integer with a default. Inserting needs a grant on its sequence as well, "
                   "INSERT can override the default unnoticed, and a copy made with CREATE TABLE ... LIKE draws from "
                   "the same sequence.",
            .instead = "id bigint GENERATED ALWAYS AS IDENTITY",
            .sources = "PostgreSQL manual, \"Serial Types\" and CREATE TABLE, \"GENERATED ... AS IDENTITY\".",
        },
    .on_statement = check_prefer_identity,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
