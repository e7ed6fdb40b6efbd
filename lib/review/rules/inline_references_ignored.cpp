#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_inline_references_ignored(const RuleInput& in, Findings& out) {
  if (inline_references_count(in)) return;
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    for (const sqlparse::Constraint& constraint : column.constraints) {
      if (constraint.kind == ConstraintKind::foreign_key)
        out.add(in.statement.range,
                "the server reads REFERENCES of column " + quoted(column.name) + " and makes no foreign key of it",
                in.statement.target.text());
    }
  });
}

}  // namespace

constinit const Rule k_rule_inline_references_ignored = {
    .info =
        {
            .id = "inline-references-ignored",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "REFERENCES in the definition of a column, for MySQL before 9.0 and MariaDB before 10.5.",
            .why = "The server accepts the clause and does nothing: there is no foreign key, and rows without a "
                   "parent get in.",
            .instead = "FOREIGN KEY (owner_id) REFERENCES users (id) as a line of its own.",
            .sources =
                "MySQL manual, \"CREATE TABLE Statement\" and \"FOREIGN KEY Constraints\"; MariaDB manual, \"Foreign "
                "Keys\"; MariaDB 10.11 makes a key of it (measured).",
        },
    .on_statement = check_inline_references_ignored,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
