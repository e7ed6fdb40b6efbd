#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_write_in_read_statement(const RuleInput& in, Findings& out) {
  const StatementKind kind = in.statement.kind;
  const bool into = kind == StatementKind::create_table_as && !in.lexemes.is(0, "create");  // SELECT INTO
  const bool query =
      kind == StatementKind::select || kind == StatementKind::explain || kind == StatementKind::show || into;
  if (in.statement.read_only || (!query && !in.review.declared_read)) return;
  const std::string reason = in.statement.reason.empty() ? "" : ": " + in.statement.reason;
  model::Finding& finding = out.add(in.statement.range, "this statement is not proven free of side effects" + reason);
  if (!in.review.declared_read) Findings::at_most(finding, model::Severity::warning);
}

}  // namespace

constinit const Rule k_rule_write_in_read_statement = {
    .info =
        {
            .id = "write-in-read-statement",
            .category = "security",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "A statement that reads like a query but is not proven free of side effects: SELECT INTO, a "
                       "writing CTE, EXPLAIN ANALYZE of DML, FOR UPDATE, a function that may write; in requests of "
                       "kind query every statement that is not proven read-only.",
            .why = "Reviewers and read-only rules treat it as a query. Unknown functions can change data, wait, or "
                   "call out of the database.",
            .instead = "Write it as the statement it is, in a request of kind change; call only functions that are "
                       "known to be free of side effects in queries.",
            .sources = "PostgreSQL manual, \"Function Volatility Categories\", SELECT INTO, EXPLAIN.",
        },
    .on_statement = check_write_in_read_statement,
};

}  // namespace dbw::review
