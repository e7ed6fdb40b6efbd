#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_foreign_key_blocking(const RuleInput& in, Findings& out) {
  if (refuses_blocking(in.statement)) return;
  for_added_constraints(
      in, ConstraintKind::foreign_key,
      [&](const sqlparse::Constraint& constraint, const sqlparse::ColumnDefinition* column) {
        if (column != nullptr && !inline_references_count(in)) return;
        const ObjectName& table = in.statement.target;
        const std::string key = "the foreign key to " + quoted(constraint.references);
        out.add(in.statement.range,
                rules_out_copy(in.statement)
                    ? "the server refuses " + key + " without a copy of " + quoted(table) +
                          " unless foreign_key_checks is off: the statement fails"
                    : key + " copies " + quoted(table) + " while writes wait, and fails where a row has no parent",
                table.text());
      });
}

}  // namespace

constinit const Rule k_rule_add_foreign_key_blocking = {
    .info =
        {
            .id = "add-foreign-key-blocking",
            .category = "online-ddl",
            .engines = k_mysql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "Adding a foreign key to an existing table. With foreign_key_checks on the server copies the "
                       "table.",
            .why = "The copy shuts out writes to the table; each row is checked, and one without a parent makes the "
                   "statement fail at the end.",
            .instead =
                "Look for rows without a parent first:\n"
                "SELECT c.id FROM child c LEFT JOIN parent p ON p.id = c.parent_id WHERE c.parent_id IS NOT NULL "
                "AND p.id IS NULL LIMIT 10;\n"
                "Then a quiet hour. With foreign_key_checks off it is done in place and checks nothing, so only "
                "where the application keeps the rows right.",
            .sources =
                "MySQL manual, \"Online DDL Operations\"; MariaDB manual, \"InnoDB Online DDL Operations with the "
                "INPLACE Alter Algorithm\"; measured on MariaDB 10.11: COPY, LOCK=SHARED.",
        },
    .on_statement = check_add_foreign_key_blocking,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
