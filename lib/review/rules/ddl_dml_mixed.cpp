#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_ddl_dml_mixed(const RuleInput& in, Findings& out) {
  const bool ddl = in.statement.statement_class == StatementClass::ddl;
  const bool dml = in.statement.statement_class == StatementClass::dml && !in.file.batch;
  if ((!ddl && !dml) || !on_old_table(in)) return;
  const bool first = ddl ? in.facts.seen_dml() && !in.facts.seen_ddl() : in.facts.seen_ddl() && !in.facts.seen_dml();
  if (first)
    out.add(in.statement.range, ddl ? "DDL follows DML in the same change" : "DML follows DDL in the same change",
            table_of(in.statement).text());
}

}  // namespace

constinit const Rule k_rule_ddl_dml_mixed = {
    .info =
        {
            .id = "ddl-dml-mixed",
            .category = "transaction",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary =
                "DDL and DML on existing objects in one change. A step that runs in batches does not count: each of "
                "its pieces is a transaction of its own.",
            .why = "The locks of the DDL are held while rows are changed, or the rows stay locked while DDL waits; and "
                   "one cannot be rolled back without the other.",
            .instead = "Two changes: the schema first, the data in a request of its own, or in a step with a batch.",
            .sources = "PostgreSQL manual, \"Explicit Locking\": locks are held to the end of the transaction.",
        },
    .on_statement = check_ddl_dml_mixed,
};

}  // namespace dbw::review
