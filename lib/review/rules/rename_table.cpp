#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_rename_table(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::rename_table, [&](const AlterAction& action) {
    const ObjectName& table = in.statement.target;
    if (in.statement.target_kind != ObjectKind::table) return;
    if (in.index.creates_view(table)) return;
    out.add(in.statement.range,
            "running code still uses " + quoted(table) + ", which becomes " + quoted(action.new_name), table.text());
  });
}

}  // namespace

constinit const Rule k_rule_rename_table = {
    .info =
        {
            .id = "rename-table",
            .category = "backward-compat",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "Renaming an existing table without a view of the old name in the same change.",
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
