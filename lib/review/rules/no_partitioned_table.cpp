#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_no_partitioned_table(const RuleInput& in, Findings& out) {
  const bool defines =
      in.statement.kind == StatementKind::create_table || in.statement.kind == StatementKind::alter_table;
  const std::size_t at = in.lexemes.find(0, {"partition"});
  if (defines && in.lexemes.is(at + 1, "by"))
    out.add(in.statement.range, "table " + quoted(in.statement.target) + " is partitioned", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_no_partitioned_table = {
    .info =
        {
            .id = "no-partitioned-table",
            .category = "hygiene",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::off,
            .summary = "A partitioned table.",
            .why = "Queries without the partition key read all partitions, unique keys must hold it, and foreign "
                   "keys are limited (MySQL has none on such tables).",
            .instead = "A plain table with the right indexes; partitions once its size asks for them.",
            .sources = "PostgreSQL manual, \"Table Partitioning\"; MySQL manual, \"Restrictions and Limitations on "
                       "Partitioning\".",
        },
    .on_statement = check_no_partitioned_table,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
