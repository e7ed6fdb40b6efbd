#include <algorithm>

#include <fmt/format.h>

#include "review/rule_helpers.hpp"
#include "review/table_work.hpp"

namespace dbw::review {
namespace {

constexpr std::int64_t k_days_max = 7;
constexpr std::int64_t k_seconds_a_day = 86'400;

void check_stale_statistics(const RuleInput& in, Findings& out) {
  if (!in.schema.has_snapshot() || !at_top_level(in)) return;
  const std::vector<TableWork> works = blocking_work(in);
  if (works.empty()) return;
  const std::int64_t days = (in.review.now - in.review.snapshot->taken_at).count() / k_seconds_a_day;
  if (days > k_days_max) {
    out.add(in.statement.range, fmt::format("the schema snapshot is {} days old: sizes may have grown", days),
            works.front().table.text());
  }
  for (const TableWork& work : works) {
    const schema::Relation* table = in.schema.relation(work.table);
    if (table != nullptr && estimated_seconds(*table, work.kind)) continue;
    out.add(in.statement.range,
            fmt::format(
                "{} works through {}, {}: it has to count as large", work.words, quoted(work.table),
                table == nullptr ? "which the schema snapshot does not have" : "of which the server has no estimate"),
            work.table.text());
  }
}

}  // namespace

constinit const Rule k_rule_stale_statistics = {
    .info =
        {
            .id = "stale-statistics",
            .category = "locking",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "A statement that works through a table whose size the schema snapshot does not know, or knew "
                       "more than 7 days ago.",
            .why = "Estimates of how long a lock is held are as good as the sizes they start from. A table that was "
                   "never analysed, or that the snapshot does not have, may be the largest of all.",
            .instead = "Take a new snapshot: dbw-exec snapshot -d <database> -e <environment>.\n"
                       "Let the server count: ANALYZE t;",
            .sources = "PostgreSQL manual, \"pg_class\": reltuples is -1 before the first ANALYZE. SQLite manual, "
                       "ANALYZE.",
        },
    .on_statement = check_stale_statistics,
    .kinds = {StatementKind::create_index, StatementKind::reindex, StatementKind::cluster, StatementKind::vacuum,
              StatementKind::alter_table},
};

}  // namespace dbw::review
