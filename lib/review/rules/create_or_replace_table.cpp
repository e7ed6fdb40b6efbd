#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_create_or_replace_table(const RuleInput& in, Findings& out) {
  const bool creates =
      in.statement.kind == StatementKind::create_table || in.statement.kind == StatementKind::create_table_as;
  if (!creates || !in.statement.or_replace || !on_old_table(in)) return;
  const ObjectName& table = in.statement.target;
  out.add(in.statement.range, "if there is a table " + quoted(table) + " it is dropped with its rows", table.text());
}

}  // namespace

constinit const Rule k_rule_create_or_replace_table = {
    .info =
        {
            .id = "create-or-replace-table",
            .category = "destructive",
            .engines = k_mariadb,
            .severity = model::Severity::block,
            .summary = "CREATE OR REPLACE TABLE of a table that this change did not create.",
            .why = "It is DROP TABLE and CREATE TABLE in one: rows, indexes, triggers and foreign keys of the old "
                   "table are gone.",
            .instead = "CREATE TABLE where there is none yet; ALTER TABLE where there is one.",
            .sources = "MariaDB manual, \"CREATE TABLE\", CREATE OR REPLACE.",
        },
    .on_statement = check_create_or_replace_table,
    .kinds = {StatementKind::create_table, StatementKind::create_table_as},
};

}  // namespace dbw::review
