#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_vacuum_full_or_cluster(const RuleInput& in, Findings& out) {
  const bool vacuum = in.statement.kind == StatementKind::vacuum && in.statement.full;
  if (!vacuum && in.statement.kind != StatementKind::cluster) return;
  const ObjectName& table = in.statement.target;
  const std::string what = vacuum ? "VACUUM FULL" : "CLUSTER";
  out.add(in.statement.range,
          what + " blocks reads and writes of " + (table.name.empty() ? "every table it visits" : quoted(table)),
          table.text());
}

}  // namespace

constinit const Rule k_rule_vacuum_full_or_cluster = {
    .info =
        {
            .id = "vacuum-full-or-cluster",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "VACUUM FULL or CLUSTER.",
            .why = "The table is copied under ACCESS EXCLUSIVE: nothing can read or write it until the copy is done, "
                   "and the disk needs room for both.",
            .instead = "Plain VACUUM gives space back for reuse; pg_repack or pg_squeeze rewrite a table online.",
            .sources = "PostgreSQL manual, VACUUM and CLUSTER; lock measured on PostgreSQL 15.",
        },
    .on_statement = check_vacuum_full_or_cluster,
    .kinds = {StatementKind::vacuum, StatementKind::cluster},
};

}  // namespace dbw::review
