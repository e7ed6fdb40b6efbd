#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_attach_partition_scan(const RuleInput& in, Findings& out) {
  if (in.statement.target_kind != ObjectKind::table) return;  // an index has no rows of its own
  for (const AlterAction& action : in.statement.actions) {
    const ObjectName& part = action.other_table;
    if (action.kind != AlterAction::Kind::attach_partition || in.facts.created_table(part) ||
        in.facts.has_validated_check(part))
      continue;
    out.add(in.statement.range,
            "all of " + quoted(part) + " is read under ACCESS EXCLUSIVE unless a CHECK of it implies the bound",
            part.text());
  }
}

}  // namespace

constinit const Rule k_rule_attach_partition_scan = {
    .info =
        {
            .id = "attach-partition-scan",
            .category = "locking",
            .engines = k_postgresql,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary = "ATTACH PARTITION of an existing table for which this change validates no CHECK.",
            .why = "PostgreSQL reads the whole new partition to see that every row fits the bound, and nothing else "
                   "can use the table meanwhile. A validated CHECK constraint that implies the bound, column NOT NULL "
                   "included, saves the scan.",
            .instead = "1. ALTER TABLE p ADD CONSTRAINT c CHECK (day IS NOT NULL AND day >= '2026-01-01' AND day < "
                       "'2027-01-01') NOT VALID;\n"
                       "2. in a later transaction: ALTER TABLE p VALIDATE CONSTRAINT c;\n"
                       "3. then: ALTER TABLE t ATTACH PARTITION p FOR VALUES ...; ALTER TABLE p DROP CONSTRAINT c;",
            .sources = "PostgreSQL manual, ALTER TABLE, \"ATTACH PARTITION\"; lock and scan measured on PostgreSQL 15.",
        },
    .on_statement = check_attach_partition_scan,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
