#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_cross_database_statement(const RuleInput& in, Findings& out) {
  std::set<std::string> databases;
  for (const sqlparse::ObjectUse& use : in.statement.objects) {
    if (use.name.schema.empty()) continue;
    const std::string database = to_lower(use.name.schema);
    const bool own = database != "information_schema" && database != "performance_schema" && database != "mysql" &&
                     database != "sys";
    if (own) databases.insert(database);
  }
  if (databases.size() > 1)
    out.add(in.statement.range,
            "one statement touches the databases " + join({databases.begin(), databases.end()}, ", "),
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_cross_database_statement = {
    .info =
        {
            .id = "cross-database-statement",
            .category = "hygiene",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "A statement that names tables of two or more databases.",
            .why = "Databases that hang together this way cannot be moved to servers of their own, and filters of "
                   "replication by database skip or repeat such statements.",
            .instead = "One statement for each database; copy the rows through the application.",
            .sources = "MySQL manual, \"Evaluation of Database-Level Replication and Binary Logging Options\"; MariaDB "
                       "manual, \"Replication Filters\".",
        },
    .on_statement = check_cross_database_statement,
};

}  // namespace dbw::review
