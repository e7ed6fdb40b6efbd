#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_optimize(const RuleInput& in, Findings& out) {
  if (ddl_operations(in.statement).empty()) return;
  for (const ObjectName& table : in.statement.targets) {
    if (!in.facts.created_table(table))
      out.add(in.statement.range, "OPTIMIZE TABLE writes all of " + quoted(table) + " anew", table.text());
  }
}

void check_ddl_table_rebuild(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::vacuum) return check_optimize(in, out);
  if (!on_old_table(in) || refuses_rebuild(in.statement)) return;
  const ObjectName& table = table_of(in.statement);
  for (const DdlOperation operation : ddl_operations(in.statement)) {
    const OnlineDdl ddl = online_ddl(operation, in.review.engine, version_of(in));
    const bool writes_anew = ddl.work == DdlWork::rebuild || ddl.work == DdlWork::copy;
    const bool in_place =
        operation == DdlOperation::redefine_column && rules_out_copy(in.statement) && !refuses_blocking(in.statement);
    if (!writes_anew || !(ddl.writes_go_on || in_place)) continue;
    const std::string effect = operation == DdlOperation::redefine_column ? " may write all of " : " writes all of ";
    out.add(in.statement.range, std::string(ddl.words) + effect + quoted(table) + " anew", table.text());
  }
}

}  // namespace

constinit const Rule k_rule_ddl_table_rebuild = {
    .info =
        {
            .id = "ddl-table-rebuild",
            .category = "online-ddl",
            .engines = k_mysql,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary =
                "ALTER TABLE or OPTIMIZE TABLE on an existing table that rebuilds or copies it while writes go on.",
            .why = "It takes as long as the table is big, needs the same space once more, and writes of that time "
                   "are kept in a log of limited size (innodb_online_alter_log_max_size): when it is full the "
                   "statement fails. Replicas stand still until they have done the same.",
            .instead = "Where the server can do it without a rebuild, ask for that: ALTER TABLE t ..., "
                       "ALGORITHM=INSTANT;\n"
                       "Otherwise a quiet hour, or gh-ost, pt-online-schema-change.",
            .sources = "MySQL manual, \"Online DDL Operations\"; MariaDB manual, \"InnoDB Online DDL Operations with "
                       "the INPLACE Alter Algorithm\" and \"Online Schema Change\"; measured on MariaDB 10.11.",
        },
    .on_statement = check_ddl_table_rebuild,
    .kinds = {StatementKind::create_index, StatementKind::alter_table, StatementKind::vacuum},
};

}  // namespace dbw::review
