#include <fmt/format.h>

#include "review/rule_helpers.hpp"
#include "review/table_work.hpp"

namespace dbw::review {
namespace {

void check_lock_duration_estimate(const RuleInput& in, Findings& out) {
  if (!at_top_level(in)) return;
  const std::int64_t budget = wait_budget_seconds(in.review.production);
  for (const TableWork& work : blocking_work(in)) {
    const schema::Relation* table = in.schema.relation(work.table);
    if (table == nullptr) continue;
    const std::optional<std::int64_t> seconds = estimated_seconds(*table, work.kind);
    if (!seconds || *seconds <= budget) continue;
    out.add(in.statement.range,
            fmt::format("{} blocks {} of {} for {}; the budget is {} s", work.words,
                        work.blocks_reads ? "reads and writes" : "writes", quoted(work.table),
                        estimate_text(*table, work.kind), budget),
            work.table.text());
  }
}

}  // namespace

constinit const Rule k_rule_lock_duration_estimate = {
    .info =
        {
            .id = "lock-duration-estimate",
            .category = "locking",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "A statement that blocks a table for longer than the budget, by the sizes of the schema "
                       "snapshot: 2 seconds in production, 60 elsewhere.",
            .why =
                "Whoever waits for the lock holds a connection; pools run dry within seconds, and what queues behind "
                "the waiting statement waits too. The estimate divides the table's bytes, indexes included, by what "
                "a busy server gets through in a second: 100 MB read, 50 MB indexed, 25 MB rewritten. It is meant "
                "to be wrong by a factor, not by an order of magnitude. Without a snapshot the rule is silent.",
            .instead = "The online way of the same change, which other findings of the statement name: CONCURRENTLY, "
                       "NOT VALID and VALIDATE, a new column and a backfill in batches, ALGORITHM=INPLACE.",
            .sources = "Sizes: pg_class.relpages, information_schema.TABLES, sqlite_stat1. Measured on PostgreSQL 15 "
                       "(560 MB, 2 busy cores): reading 1,000, checking a foreign key 105, indexing 59 (text) to 225 "
                       "(integer), rewriting 38 MB a second.",
        },
    .on_statement = check_lock_duration_estimate,
    .kinds = {StatementKind::create_index, StatementKind::reindex, StatementKind::cluster, StatementKind::vacuum,
              StatementKind::alter_table},
};

}  // namespace dbw::review
