#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_create_partition_locks_parent(const RuleInput& in, Findings& out) {
  const ObjectName& parent = in.statement.partition_of;
  if (parent.name.empty() || in.facts.created_table(parent)) return;
  out.add(in.statement.range,
          "creating the partition locks all of " + quoted(parent) + " against reads and writes for a moment",
          parent.text());
}

}  // namespace

constinit const Rule k_rule_create_partition_locks_parent = {
    .info =
        {
            .id = "create-partition-locks-parent",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "CREATE TABLE ... PARTITION OF an existing table.",
            .why =
                "It takes ACCESS EXCLUSIVE on the partitioned table and, where there is one, on its DEFAULT partition, "
                "which is also read in full: it waits for every query on any partition, and new ones wait behind it.",
            .instead = "CREATE TABLE p (LIKE t INCLUDING ALL);\n"
                       "ALTER TABLE t ATTACH PARTITION p FOR VALUES ...; which locks the partitioned table SHARE "
                       "UPDATE EXCLUSIVE only (PostgreSQL 12 and later).",
            .sources = "PostgreSQL manual, \"Table Partitioning\"; locks measured on PostgreSQL 15.",
        },
    .on_statement = check_create_partition_locks_parent,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
