#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void report_scan(const RuleInput& in, Findings& out, const ObjectName& parent) {
  const ObjectName* attached = in.facts.default_partition(parent);
  const std::optional<ObjectName> rest = attached != nullptr ? *attached : in.index.default_by_name(parent);
  if (!rest || in.facts.created_table(*rest) || in.facts.has_validated_check(*rest)) return;
  out.add(in.statement.range,
          "all of the default partition " + quoted(*rest) + " is read for rows of the new one while nothing else can",
          rest->text());
}

void check_attach_partition_default_scan(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (!statement.partition_of.name.empty() && !statement.default_partition)
    return report_scan(in, out, statement.partition_of);
  if (statement.target_kind != ObjectKind::table) return;
  for_actions(in, AlterAction::Kind::attach_partition, [&](const AlterAction& action) {
    if (!action.default_partition) report_scan(in, out, statement.target);
  });
}

}  // namespace

constinit const Rule k_rule_attach_partition_default_scan = {
    .info =
        {
            .id = "attach-partition-default-scan",
            .category = "locking",
            .engines = k_postgresql,
            .since = 11,
            .severity = model::Severity::error,
            .summary = "A new partition of a table with a DEFAULT partition, as far as the change tells: it attaches "
                       "one, or names a table <parent>_default.",
            .why = "PostgreSQL locks the default partition ACCESS EXCLUSIVE and reads all of it, to see that none of "
                   "its rows belongs into the new one. A validated CHECK that excludes the new bound saves the scan.",
            .instead = "1. ALTER TABLE t_default ADD CONSTRAINT c CHECK (day < '2026-01-01' OR day >= '2027-01-01') "
                       "NOT VALID;\n"
                       "2. in a later transaction: ALTER TABLE t_default VALIDATE CONSTRAINT c;\n"
                       "3. then attach the new partition, and drop the constraint.",
            .sources = "PostgreSQL manual, ALTER TABLE, \"ATTACH PARTITION\"; lock and scan measured on PostgreSQL 15.",
        },
    .on_statement = check_attach_partition_default_scan,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
