#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_relation(ObjectKind kind) {
  return kind == ObjectKind::table || kind == ObjectKind::view || kind == ObjectKind::materialized_view ||
         kind == ObjectKind::sequence;
}

void check_rename_schema(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::alter_table) return;
  for (const AlterAction& action : statement.actions) {
    const bool renames = action.kind == AlterAction::Kind::rename_other && statement.target_kind == ObjectKind::schema;
    const bool moves = action.kind == AlterAction::Kind::set_schema && is_relation(statement.target_kind) &&
                       on_old_table(in) && !in.index.creates_view(statement.target);
    if (!renames && !moves) continue;
    const std::string what = renames ? "running code still uses schema " : "running code still looks for ";
    const std::string where = renames ? "" : " in its old schema";
    out.add(statement.range, what + quoted(statement.target) + where, statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_rename_schema = {
    .info =
        {
            .id = "rename-schema",
            .category = "backward-compat",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "ALTER SCHEMA ... RENAME, or SET SCHEMA of an existing table, view or sequence without a view "
                       "of the old name in the same change.",
            .why = "Statements, foreign tables of other databases, search_path settings and jobs that name the old "
                   "schema fail until they are changed. A move also locks the table ACCESS EXCLUSIVE.",
            .instead = "Create the new schema beside the old one. In one transaction: ALTER TABLE a.t SET SCHEMA b; "
                       "CREATE VIEW a.t AS SELECT * FROM b.t;\n"
                       "Drop the view when nothing uses it any more.",
            .sources = "PostgreSQL manual, ALTER SCHEMA, ALTER TABLE, \"SET SCHEMA\"; lock measured on PostgreSQL 15.",
        },
    .on_statement = check_rename_schema,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
