#include <string>
#include <vector>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_index_columns_max = 5;

void check_index_max_columns(const RuleInput& in, Findings& out) {
  for_declared_keys(in, [&](const std::vector<std::string>& columns) {
    if (columns.size() > k_index_columns_max)
      out.add(in.statement.range, "an index of " + std::to_string(columns.size()) + " columns",
              table_of(in.statement).text());
  });
}

}  // namespace

constinit const Rule k_rule_index_max_columns = {
    .info =
        {
            .id = "index-max-columns",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "An index, unique constraint or primary key of more than five columns.",
            .why = "Every write of any of its columns changes the index, it takes much room, and a query rarely uses "
                   "more than the first columns.",
            .instead = "The two or three columns that queries filter by, the most selective one first.",
            .sources = "PostgreSQL manual, \"Multicolumn Indexes\"; MySQL manual, \"Multiple-Column Indexes\"; SQLite "
                       "documentation, \"Query Planning\".",
        },
    .on_statement = check_index_max_columns,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
