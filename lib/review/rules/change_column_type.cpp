#include "review/cast_table.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_change_column_type(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::alter_type, [&](const AlterAction& action) {
    const ObjectName& table = in.statement.target;
    const std::string what = "changing the type of " + quoted(action.name) + " ";
    const std::optional<sqlparse::ColumnDefinition> old = known_column(in, table, action.name);
    if (old && !action.has_using && changes_catalogue_only(*old, action.column)) {
      Findings::at_most(out.add(in.statement.range, what + "touches the catalogue alone", table.text()),
                        model::Severity::info);
      return;
    }
    const std::string rewrite = old ? "rewrites " : "may rewrite ";
    out.add(in.statement.range, what + rewrite + quoted(table) + " and its indexes while nothing else can use it",
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_change_column_type = {
    .info =
        {
            .id = "change-column-type",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "ALTER COLUMN ... TYPE on an existing table; only information where the old type is known and "
                       "the change touches the catalogue alone.",
            .why = "Most type changes rewrite the table and all its indexes under ACCESS EXCLUSIVE; a few (varchar to "
                   "a longer varchar or to text, numeric to more digits of the same scale) do not. The old type is "
                   "known only where this change declared it, or a schema snapshot says it.",
            .instead =
                "Add a column of the new type, write both, backfill in batches, switch readers, drop the old column.\n"
                "Where the change touches the catalogue alone (see the cast table in the docs of PostgreSQL), ask for "
                "a waiver and say so.",
            .sources =
                "PostgreSQL manual, ALTER TABLE, \"Notes\"; every pair of the cast table measured on PostgreSQL 15.",
        },
    .on_statement = check_change_column_type,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
