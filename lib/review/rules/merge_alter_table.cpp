#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Actions that change the catalogue alone: together they are as fast as one of them.
bool touches_catalogue_alone(const RuleInput& in, const Statement& statement) {
  using Kind = AlterAction::Kind;
  return std::all_of(statement.actions.begin(), statement.actions.end(), [&](const AlterAction& action) {
    const bool plain_column = action.kind == Kind::add_column && action.column.constraints.empty() &&
                              !action.column.auto_increment && !action.column.identity &&
                              !action.column.generated_stored && !action.column.default_volatile;
    const bool scan = action.kind == Kind::set_not_null && !is_mysql(in);
    return plain_column || scan || action.kind == Kind::set_default || action.kind == Kind::drop_default ||
           action.kind == Kind::drop_not_null || action.kind == Kind::drop_column;
  });
}

void check_merge_alter_table(const RuleInput& in, Findings& out) {
  const Statement* before = in.facts.previous();
  const bool in_body = in.sql.data() != in.file.parsed.sql.data();
  if (before == nullptr || in_body || before->kind != StatementKind::alter_table ||
      in.statement.kind != StatementKind::alter_table || !(before->target == in.statement.target) || !on_old_table(in))
    return;
  if (!touches_catalogue_alone(in, *before) || !touches_catalogue_alone(in, in.statement)) return;
  const ObjectName& table = in.statement.target;
  out.add(in.statement.range, "the statement before alters " + quoted(table) + " too: together they take its lock once",
          table.text());
}

}  // namespace

constinit const Rule k_rule_merge_alter_table = {
    .info =
        {
            .id = "merge-alter-table",
            .category = "locking",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::info,
            .summary = "An ALTER TABLE right behind another one of the same table, where both could be one.",
            .why = "Each statement waits for the table's lock anew, and each wait makes every other session queue "
                   "behind it. MySQL may work through the table once for each.",
            .instead = "ALTER TABLE t ADD COLUMN a int, ADD COLUMN b int;",
            .sources = "PostgreSQL manual, ALTER TABLE: \"multiple table changes can thereby be combined into a single "
                       "pass over the table\"; MySQL and MariaDB manuals, ALTER TABLE.",
        },
    .on_statement = check_merge_alter_table,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
