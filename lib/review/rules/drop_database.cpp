#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_database(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::drop || in.statement.target_kind != ObjectKind::database) return;
  const ObjectName& database = in.statement.targets.empty() ? in.statement.target : in.statement.targets.front();
  out.add(in.statement.range, "database " + quoted(database) + " is destroyed", database.text());
}

}  // namespace

constinit const Rule k_rule_drop_database = {
    .info =
        {
            .id = "drop-database",
            .category = "destructive",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::block,
            .summary = "DROP DATABASE (in MySQL and MariaDB also DROP SCHEMA, which is the same).",
            .why = "Everything in it is gone at once; no transaction protects it.",
            .instead = "Databases are removed by the people who run the servers, behind a tested backup, not by a "
                       "change request.",
            .sources = "PostgreSQL manual, MySQL and MariaDB manuals, DROP DATABASE.",
        },
    .on_statement = check_drop_database,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
