#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_table_indexes_max = 10;

void check_table_max_indexes(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_table || in.statement.temporary) return;
  const std::size_t count = in.index.index_count(in.statement.target);
  if (count > k_table_indexes_max)
    out.add(in.statement.range,
            "the change gives " + quoted(in.statement.target) + " " + std::to_string(count) + " indexes and keys",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_table_max_indexes = {
    .info =
        {
            .id = "table-max-indexes",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "A new table with more than ten indexes and keys, those of later statements counted in.",
            .why = "Every INSERT writes each of them, most UPDATEs several; they take more room than the rows.",
            .instead = "The keys, and the indexes that queries of today need; the others when a query needs them.",
            .sources = "PostgreSQL manual, \"Indexes\", \"Introduction\"; MySQL manual, \"Optimization and Indexes\"; "
                       "SQLite documentation, \"Query Planning\".",
        },
    .on_statement = check_table_max_indexes,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
