#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_lock_clause_blocking(const RuleInput& in, Findings& out) {
  if (!on_old_table(in)) return;
  const ObjectName& table = table_of(in.statement);
  if (ddl_clause(in.statement, "algorithm") == "copy")
    out.add(in.statement.range, "ALGORITHM=COPY copies " + quoted(table) + " whether or not that is needed",
            table.text());
  const std::string_view lock = ddl_clause(in.statement, "lock");
  if (lock == "shared" || lock == "exclusive")
    out.add(in.statement.range,
            "LOCK=" + std::string(lock) + " shuts out writes to " + quoted(table) + " whether or not that is needed",
            table.text());
}

}  // namespace

constinit const Rule k_rule_lock_clause_blocking = {
    .info =
        {
            .id = "lock-clause-blocking",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary = "ALGORITHM=COPY, LOCK=SHARED or LOCK=EXCLUSIVE in DDL on an existing table.",
            .why = "The clause asks for what the online algorithms avoid: other sessions wait until the statement is "
                   "done.",
            .instead = "Leave the clause out, or write what must not get worse: ALGORITHM=INPLACE, LOCK=NONE.",
            .sources =
                "MySQL manual, \"Online DDL Performance and Concurrency\"; MariaDB manual, \"ALTER TABLE\", LOCK.",
        },
    .on_statement = check_lock_clause_blocking,
};

}  // namespace dbw::review
