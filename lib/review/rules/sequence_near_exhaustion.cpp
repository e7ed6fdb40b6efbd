#include <limits>

#include <fmt/format.h>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::int64_t k_percent_max = 70;

/// The largest value that a column of the type holds.
std::int64_t largest(const schema::Column& column, std::int64_t otherwise) {
  if (column.type == "smallint" || column.type == "smallserial") return std::numeric_limits<std::int16_t>::max();
  if (column.type == "integer" || column.type == "serial") return std::numeric_limits<std::int32_t>::max();
  return otherwise;
}

void check_sequence_near_exhaustion(const RuleInput& in, Findings& out) {
  const StatementKind kind = in.statement.kind;
  if (kind != StatementKind::insert && kind != StatementKind::copy && kind != StatementKind::merge) return;
  const schema::Relation* table = in.schema.relation(in.statement.target);
  if (table == nullptr) return;
  const schema::Sequence* counter = in.schema.counter(*table);
  if (counter == nullptr || !counter->last_value || *counter->last_value <= 0) return;
  const schema::Column* column = in.schema.column(in.statement.target, counter->owned_by_column);
  std::int64_t end = counter->max_value;
  if (column != nullptr && in.review.engine == Engine::postgresql) end = std::min(end, largest(*column, end));
  if (end <= 0 || *counter->last_value / (end / 100 + 1) < k_percent_max) return;
  out.add(in.statement.range,
          fmt::format("{} of {} has reached {} of {}", quoted(counter->owned_by_column), quoted(in.statement.target),
                      *counter->last_value, end),
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_sequence_near_exhaustion = {
    .info =
        {
            .id = "sequence-near-exhaustion",
            .category = "data-dependent",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::warning,
            .summary = "Rows are added to a table whose numbering has used more than 70 % of what its column holds, by "
                       "the schema snapshot.",
            .why = "At the end every INSERT fails: PostgreSQL says that nextval reached its maximum, MySQL and MariaDB "
                   "report a duplicate key. Making the column wider then means a rewrite of the table while nobody "
                   "can write to it.",
            .instead =
                "Plan the way to bigint while there is time: a new bigint column kept up to date by a trigger, a "
                "backfill in batches, then a swap of the columns.",
            .sources = "PostgreSQL manual, \"pg_sequences\"; MySQL manual, \"Using AUTO_INCREMENT\"; measured on "
                       "PostgreSQL 15 and MariaDB 10.11.",
        },
    .on_statement = check_sequence_near_exhaustion,
    .kinds = {StatementKind::insert, StatementKind::copy, StatementKind::merge},
};

}  // namespace dbw::review
