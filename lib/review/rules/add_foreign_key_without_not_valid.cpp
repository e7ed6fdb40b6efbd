#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_foreign_key_without_not_valid(const RuleInput& in, Findings& out) {
  for_added_constraints(
      in, ConstraintKind::foreign_key, [&](const sqlparse::Constraint& key, const sqlparse::ColumnDefinition* column) {
        // A new column without a default holds only NULL: PostgreSQL does not scan for it.
        const bool scans = column == nullptr ? !key.not_valid : column->has_default && !column->default_null;
        if (!scans) return;
        const ObjectName& table = in.statement.target;
        out.add(in.statement.range,
                "checking the foreign key blocks writes to " + quoted(table) + " and " + quoted(key.references),
                table.text());
      });
}

}  // namespace

constinit const Rule k_rule_add_foreign_key_without_not_valid = {
    .info =
        {
            .id = "add-foreign-key-without-not-valid",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "A foreign key that is added to an existing table and checked at once.",
            .why = "Every row is checked against the referenced table while SHARE ROW EXCLUSIVE locks keep all writes "
                   "off both tables.",
            .instead = "ALTER TABLE ... ADD CONSTRAINT ... FOREIGN KEY ... NOT VALID; and, in a later transaction,\n"
                       "ALTER TABLE ... VALIDATE CONSTRAINT ...; which lets writes go on.",
            .sources = "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15.",
        },
    .on_statement = check_add_foreign_key_without_not_valid,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
