#include <algorithm>

#include <fmt/format.h>

#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::int64_t k_table_rows_max = 10'000'000;

bool works_on_rows(const RuleInput& in) {
  const DdlOperations operations = ddl_operations(in.statement);
  return std::any_of(operations.begin(), operations.end(), [&](const DdlOperation operation) {
    return !concerns_some_partitions(operation) &&
           online_ddl(operation, in.review.engine, version_of(in)).work != DdlWork::metadata;
  });
}

void check_table_size_limit(const RuleInput& in, Findings& out) {
  if (!at_top_level(in) || !on_old_table(in)) return;
  const schema::Relation* table = in.schema.relation(table_of(in.statement));
  if (table == nullptr || table->rows.value_or(0) <= k_table_rows_max || !works_on_rows(in)) return;
  out.add(in.statement.range,
          fmt::format("{} has about {} rows, and the server works through them; at most {} are to be altered in place",
                      quoted(table_of(in.statement)), *table->rows, k_table_rows_max),
          table_of(in.statement).text());
}

}  // namespace

constinit const Rule k_rule_table_size_limit = {
    .info =
        {
            .id = "table-size-limit",
            .category = "hygiene",
            .engines = k_mysql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "DDL that reads or rewrites a table of more than 10,000,000 rows, by the snapshot's estimate.",
            .why = "It runs for a long time even where writes go on: replicas lag behind by as much, the log of "
                   "concurrent changes can overflow, and stopping it costs nearly as much again.",
            .instead = "gh-ost or pt-online-schema-change, which copy in pieces and can be paused; or a form that "
                       "changes metadata alone (ALGORITHM=INSTANT).",
            .sources = "MySQL manual, \"Online DDL Performance and Concurrency\" and \"Online DDL Limitations\"; "
                       "MariaDB manual, \"InnoDB Online DDL Overview\".",
        },
    .on_statement = check_table_size_limit,
    .kinds = {StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
