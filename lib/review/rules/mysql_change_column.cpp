#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_mysql_change_column(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::alter_type, [&](const AlterAction& action) {
    if (!action.changes) return;
    const ObjectName& table = in.statement.target;
    const bool renames = to_lower(action.name) != to_lower(action.column.name);
    out.add(in.statement.range,
            "CHANGE gives column " + quoted(action.name) + " a whole new definition" +
                (renames ? " beside its new name" : ""),
            table.text() + "." + action.name);
  });
}

}  // namespace

constinit const Rule k_rule_mysql_change_column = {
    .info =
        {
            .id = "mysql-change-column",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "CHANGE COLUMN on an existing table, which renames a column and defines it anew in one.",
            .why = "What the new definition leaves out is gone without a word: NOT NULL, DEFAULT, AUTO_INCREMENT, ON "
                   "UPDATE, the character set, the comment. A slip in the type copies the table and cuts values.",
            .instead = "To rename alone: ALTER TABLE t RENAME COLUMN a TO b;\n"
                       "To redefine alone: ALTER TABLE t MODIFY COLUMN a ...; with every attribute that SHOW CREATE "
                       "TABLE shows.",
            .sources =
                "MySQL manual, \"ALTER TABLE Statement\", \"Renaming, Redefining, and Reordering Columns\"; MariaDB "
                "manual, \"ALTER TABLE\", CHANGE COLUMN.",
        },
    .on_statement = check_mysql_change_column,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
