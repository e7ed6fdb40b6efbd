#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// MySQL, MariaDB: ALTER TABLE ... DISCARD [PARTITION p] TABLESPACE deletes the file that holds the rows.
void check_discard(const RuleInput& in, Findings& out) {
  if (!on_old_table(in)) return;
  const ObjectName& table = in.statement.target;
  for (const AlterAction& action : in.statement.actions) {
    const std::string& name = action.option.name;
    if (name == "discard tablespace")
      out.add(in.statement.range, "the rows of " + quoted(table) + " are destroyed: their file is deleted",
              table.text());
    if (name == "discard partition")
      out.add(in.statement.range,
              "the rows of partitions of " + quoted(table) + " are destroyed: their files are deleted", table.text());
  }
}

/// The old table's columns, as far as the schema is known, that the rebuilt one does not hold the values of.
void check_rebuild(const RuleInput& in, Findings& out, const ObjectName& table, const TableRebuild& rebuild) {
  const schema::Relation* old = in.schema.relation(table);
  const auto holds = [&](const std::string& column) {
    const std::string name = to_lower(column);
    const std::vector<sqlparse::ColumnDefinition>& columns = rebuild.created->columns;
    const bool declared =
        std::any_of(columns.begin(), columns.end(), [&](const auto& it) { return to_lower(it.name) == name; });
    return declared && std::find(rebuild.copied.begin(), rebuild.copied.end(), name) != rebuild.copied.end();
  };
  if (rebuild.copies_all) return;
  if (old == nullptr) {
    Findings::at_most(
        out.add(in.statement.range, "table " + quoted(table) + " is built anew: columns that are not copied are gone",
                table.text()),
        model::Severity::info);
    return;
  }
  for (const schema::Column& column : old->columns) {
    if (!column.generated.empty() || holds(column.name)) continue;
    Findings::at_most(out.add(in.statement.range,
                              "table " + quoted(table) + " is built anew, and the values of its column " +
                                  quoted(column.name) + " are destroyed",
                              table.text() + "." + column.name),
                      model::Severity::error);
  }
}

void check_drop_table(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::alter_table) return check_discard(in, out);
  if (in.statement.kind != StatementKind::drop || in.statement.target_kind != ObjectKind::table) return;
  for (const ObjectName& table : in.statement.targets) {
    if (in.facts.created_table(table)) continue;
    if (const TableRebuild* rebuild = in.index.rebuild(in.statement)) {
      check_rebuild(in, out, table, *rebuild);
    } else {
      out.add(in.statement.range, "table " + quoted(table) + " and its rows are destroyed", table.text());
    }
  }
}

}  // namespace

constinit const Rule k_rule_drop_table = {
    .info =
        {
            .id = "drop-table",
            .category = "destructive",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::block,
            .summary =
                "DROP TABLE, or DISCARD TABLESPACE, of a table that this change did not create. Where SQLite builds a "
                "table "
                "anew (CREATE new, INSERT INTO new SELECT, DROP old, RENAME new TO old), columns that are not copied.",
            .why = "The rows are gone. Code that still uses the table fails at once, and only a backup brings the data "
                   "back.",
            .instead = "Rename it first and wait: ALTER TABLE t RENAME TO t_retired_20261120; then drop it in a later "
                       "change.\n"
                       "Ask for a waiver with the date of the last backup that was tested.",
            .sources =
                "PostgreSQL manual and SQLite documentation, DROP TABLE; MySQL manual, \"Importing InnoDB Tables\"; "
                "MariaDB manual, \"InnoDB File-Per-Table Tablespaces\".",
        },
    .on_statement = check_drop_table,
    .kinds = {StatementKind::drop, StatementKind::alter_table},
};

}  // namespace dbw::review
