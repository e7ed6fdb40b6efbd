#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_detach_partition_not_concurrent(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::detach_partition, [&](const AlterAction& action) {
    if (action.concurrently || action.finalize) return;
    const ObjectName& parent = in.statement.target;
    out.add(in.statement.range,
            "detaching " + quoted(action.other_table) + " blocks reads and writes of all of " + quoted(parent),
            parent.text());
  });
}

}  // namespace

constinit const Rule k_rule_detach_partition_not_concurrent = {
    .info =
        {
            .id = "detach-partition-not-concurrent",
            .category = "locking",
            .engines = k_postgresql,
            .since = 14,
            .severity = model::Severity::warning,
            .summary = "DETACH PARTITION without CONCURRENTLY or FINALIZE.",
            .why = "It takes ACCESS EXCLUSIVE on the partitioned table as well as on the partition: it waits for every "
                   "query on any partition, and new queries wait behind it.",
            .instead = "ALTER TABLE t DETACH PARTITION p CONCURRENTLY; in a step of its own with `transaction: none` "
                       "(PostgreSQL 14 and later; not while the table has a DEFAULT partition).",
            .sources = "PostgreSQL manual, ALTER TABLE, \"DETACH PARTITION\"; lock measured on PostgreSQL 15.",
        },
    .on_statement = check_detach_partition_not_concurrent,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
