#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// The name was there before the statement and is not behind it: RENAME TABLE of several may take and give it.
bool loses_name(const Statement& statement, const std::string& name) {
  bool was_there = true;
  bool touched = false;
  bool is_there = true;
  for (const AlterAction& action : statement.actions) {
    if (action.kind != AlterAction::Kind::rename_table) continue;
    if (renamed_table(statement, action).name == name) is_there = false, touched = true;
    if (action.new_name != name) continue;
    if (!touched) was_there = false;
    is_there = touched = true;
  }
  return was_there && !is_there;
}

void check_rename_table(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_table || in.statement.target_kind != ObjectKind::table) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::rename_table) continue;
    const ObjectName table = renamed_table(in.statement, action);
    const bool old = table == in.statement.target ? on_old_table(in) : !in.facts.created_table(table);
    if (!old || in.index.creates_view(table) || !loses_name(in.statement, table.name)) continue;
    out.add(in.statement.range,
            "running code still uses " + quoted(table) + ", which becomes " + quoted(action.new_name), table.text());
  }
}

}  // namespace

constinit const Rule k_rule_rename_table = {
    .info =
        {
            .id = "rename-table",
            .category = "backward-compat",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "Renaming an existing table without a view of the old name in the same change. A name that "
                       "another table takes in the same statement, as in a swap, lives on.",
            .why = "Application and jobs that run right now still use the old name; all of them fail until they are "
                   "redeployed.",
            .instead = "In one transaction: ALTER TABLE t RENAME TO t2; CREATE VIEW t AS SELECT * FROM t2;\n"
                       "Drop the view when nothing uses it any more.",
            .sources = "PostgreSQL manual, ALTER TABLE and CREATE VIEW (automatically updatable views).",
        },
    .on_statement = check_rename_table,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
