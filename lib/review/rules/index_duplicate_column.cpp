#include <algorithm>
#include <string>
#include <vector>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_index_duplicate_column(const RuleInput& in, Findings& out) {
  for_declared_keys(in, [&](std::vector<std::string> columns) {
    if (columns.size() < 2) return;
    if (in.review.engine != Engine::postgresql) {
      for (std::string& column : columns) column = to_lower(column);
    }
    std::sort(columns.begin(), columns.end());
    const auto twice = std::adjacent_find(columns.begin(), columns.end());
    const std::string name = twice != columns.end() ? *twice : std::string();
    if (!name.empty())
      out.add(in.statement.range, "the index holds column " + quoted(name) + " twice", table_of(in.statement).text());
  });
}

}  // namespace

constinit const Rule k_rule_index_duplicate_column = {
    .info =
        {
            .id = "index-duplicate-column",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "The same column twice in an index, unique constraint or primary key.",
            .why = "PostgreSQL and SQLite build it: it takes more room and serves no query better. MySQL and MariaDB "
                   "refuse the statement.",
            .instead = "Leave one of them out; most often another column was meant.",
            .sources =
                "MySQL manual, \"CREATE INDEX Statement\"; measured on MariaDB 10.11 (error 1060) and SQLite 3.40; "
                "PostgreSQL manual, \"Multicolumn Indexes\".",
        },
    .on_statement = check_index_duplicate_column,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
