#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

std::string effect(DdlOperation operation, DdlWork work) {
  if (operation == DdlOperation::redefine_column) return " may copy ";
  if (concerns_partitions(operation)) return " copies partitions of ";
  return work == DdlWork::copy ? " copies " : " reads all of ";
}

/// REORGANIZE PARTITION last INTO (..., PARTITION p VALUES LESS THAN MAXVALUE): how the partitions of the next months
/// are made, as long as the last one is empty.
bool splits_last_partition(const Lexemes& lexemes) {
  const std::size_t start = lexemes.seek(0, "reorganize");
  return lexemes.is(start + 3, "into") && lexemes.seek(start, "maxvalue") < lexemes.size();
}

/// The server does it by a copy or not at all.
bool needs_copy(DdlOperation operation, const OnlineDdl& ddl) {
  return ddl.work == DdlWork::copy && ddl.heeds_clauses && operation != DdlOperation::redefine_column &&
         !concerns_partitions(operation);
}

void check_repair(const RuleInput& in, Findings& out) {
  if (ddl_clause(in.statement, "repair").empty()) return;
  for (const ObjectName& table : in.statement.targets) {
    if (in.facts.created_table(table)) continue;
    Findings::at_most(out.add(in.statement.range,
                              "REPAIR TABLE shuts out every other session of " + quoted(table) +
                                  " and may lose rows; InnoDB does nothing for it",
                              table.text()),
                      model::Severity::warning);
  }
}

void check_ddl_copy_algorithm(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::vacuum) return check_repair(in, out);
  if (!on_old_table(in)) return;
  const ObjectName& table = table_of(in.statement);
  for (const DdlOperation operation : ddl_operations(in.statement)) {
    const OnlineDdl ddl = online_ddl(operation, in.review.engine, version_of(in));
    if (ddl.writes_go_on || (ddl.heeds_clauses && refuses_blocking(in.statement))) continue;
    if (operation == DdlOperation::redefine_column && rules_out_copy(in.statement)) continue;  // ddl-table-rebuild
    const std::string words(ddl.words);
    if (needs_copy(operation, ddl) && rules_out_copy(in.statement)) {
      out.add(in.statement.range,
              "the server refuses " + words + " without a copy of " + quoted(table) + ": the statement fails",
              table.text());
      continue;
    }
    model::Finding& found =
        out.add(in.statement.range,
                words + effect(operation, ddl.work) + quoted(table) + ", and no other session writes to it meanwhile",
                table.text());
    if (operation == DdlOperation::reorganize_partition && splits_last_partition(in.lexemes)) {
      found.message += "; quick only where the partition is empty";
      Findings::at_most(found, model::Severity::warning);
    }
  }
}

}  // namespace

constinit const Rule k_rule_ddl_copy_algorithm = {
    .info =
        {
            .id = "ddl-copy-algorithm",
            .category = "online-ddl",
            .engines = k_mysql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "ALTER TABLE or CREATE INDEX on an existing table that copies it or some of its partitions, or "
                       "works in place and still "
                       "shuts out writes. What MODIFY and CHANGE do depends on the column as it is now, so they count "
                       "unless the statement itself rules a copy out.",
            .why = "For as long as the server copies the table or builds the index, every INSERT, UPDATE and DELETE on "
                   "it waits: hours on a large table. Replicas fall behind by the same time. MariaDB from 11.2 on lets "
                   "writes go on for most copies; rule ddl-table-rebuild warns of those.",
            .instead = "Let the server refuse instead of copying: ALTER TABLE t ..., ALGORITHM=INPLACE, LOCK=NONE;\n"
                       "Where it refuses: a new column or table, backfill in batches, switch; or gh-ost, "
                       "pt-online-schema-change.",
            .sources = "MySQL manual, \"Online DDL Operations\" (\"Partitioning Operations\" too); MariaDB manual, "
                       "\"InnoDB Online DDL Operations with "
                       "the INPLACE Alter Algorithm\" and \"Online Schema Change\"; measured on MariaDB 10.11 (weakest "
                       "ALGORITHM and LOCK accepted; how long INSERT waits for "
                       "operations on partitions).",
        },
    .on_statement = check_ddl_copy_algorithm,
    .kinds = {StatementKind::create_index, StatementKind::alter_table, StatementKind::vacuum},
};

}  // namespace dbw::review
