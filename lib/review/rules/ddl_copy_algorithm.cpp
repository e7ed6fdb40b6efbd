#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_ddl_copy_algorithm(const RuleInput& in, Findings& out) {
  if (!on_old_table(in)) return;
  const ObjectName& table = table_of(in.statement);
  for (const DdlOperation operation : ddl_operations(in.statement)) {
    const OnlineDdl ddl = online_ddl(operation, in.review.engine, version_of(in));
    if (ddl.writes_go_on || (ddl.heeds_clauses && refuses_blocking(in.statement))) continue;
    const std::string effect = operation == DdlOperation::redefine_column ? " may copy "
                               : ddl.work == DdlWork::copy                ? " copies "
                                                                          : " reads all of ";
    out.add(in.statement.range,
            std::string(ddl.words) + effect + quoted(table) + ", and no other session writes to it meanwhile",
            table.text());
  }
}

}  // namespace

constinit const Rule k_rule_ddl_copy_algorithm = {
    .info =
        {
            .id = "ddl-copy-algorithm",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary = "ALTER TABLE or CREATE INDEX on an existing table that copies it, or works in place and still "
                       "shuts out writes. What MODIFY and CHANGE do depends on the column as it is now, so they count "
                       "unless the statement itself rules a copy out.",
            .why = "For as long as the server copies the table or builds the index, every INSERT, UPDATE and DELETE on "
                   "it waits: hours on a large table. Replicas fall behind by the same time. MariaDB from 11.2 on lets "
                   "writes go on for most copies; rule ddl-table-rebuild warns of those.",
            .instead = "Let the server refuse instead of copying: ALTER TABLE t ..., ALGORITHM=INPLACE, LOCK=NONE;\n"
                       "Where it refuses: a new column or table, backfill in batches, switch; or gh-ost, "
                       "pt-online-schema-change.",
            .sources = "MySQL manual, \"Online DDL Operations\"; MariaDB manual, \"InnoDB Online DDL Operations with "
                       "the INPLACE Alter Algorithm\" and \"Online Schema Change\"; measured on MariaDB 10.11 (weakest "
                       "ALGORITHM and LOCK accepted).",
        },
    .on_statement = check_ddl_copy_algorithm,
    .kinds = {StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
