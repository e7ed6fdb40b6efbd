#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_add_check_without_not_valid(const RuleInput& in, Findings& out) {
  for_added_constraints(
      in, ConstraintKind::check, [&](const sqlparse::Constraint& check, const sqlparse::ColumnDefinition*) {
        if (check.not_valid) return;
        const ObjectName& table = in.statement.target;
        out.add(in.statement.range,
                "checking " + constraint_text(check) + " reads all of " + quoted(table) + " while nothing else can",
                table.text());
      });
}

}  // namespace

constinit const Rule k_rule_add_check_without_not_valid = {
    .info =
        {
            .id = "add-check-without-not-valid",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "A CHECK constraint that is added to an existing table and checked at once.",
            .why = "The whole table is read under ACCESS EXCLUSIVE: reads and writes wait until it is done.",
            .instead = "ALTER TABLE ... ADD CONSTRAINT ... CHECK (...) NOT VALID; and, in a later transaction,\n"
                       "ALTER TABLE ... VALIDATE CONSTRAINT ...; which lets reads and writes go on.",
            .sources = "PostgreSQL manual, ALTER TABLE; locks, rewrites and scans measured on PostgreSQL 15.",
        },
    .on_statement = check_add_check_without_not_valid,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
