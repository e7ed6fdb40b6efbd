#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_partition(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_table || !on_old_table(in)) return;
  const ObjectName& table = in.statement.target;
  for (const AlterAction& action : in.statement.actions) {
    const std::string& name = action.option.name;
    if (name == "drop partition" || name == "truncate partition")
      out.add(in.statement.range, "the rows of partitions of " + quoted(table) + " are destroyed", table.text());
    if (name == "exchange partition")
      out.add(in.statement.range,
              "the rows of a partition of " + quoted(table) + " change places with those of another table",
              table.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_partition = {
    .info =
        {
            .id = "drop-partition",
            .category = "destructive",
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary = "ALTER TABLE ... DROP, TRUNCATE or EXCHANGE PARTITION on an existing table.",
            .why = "All rows of the partition are gone, or in another table, at once; no transaction brings them "
                   "back.",
            .instead = "Move the rows to a table of the same shape first (EXCHANGE PARTITION), back that up, and drop "
                       "it in a later change. Ask for a waiver with the date of the last backup that was tested.",
            .sources = "MySQL manual, \"Management of RANGE and LIST Partitions\" and \"Exchanging Partitions and "
                       "Subpartitions with Tables\"; MariaDB manual, \"Partition Maintenance\".",
        },
    .on_statement = check_drop_partition,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
