#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_refresh_matview_not_concurrent(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::refresh_view || statement.concurrently || !on_old_table(in)) return;
  out.add(statement.range, "nobody can read " + quoted(statement.target) + " until its query has run",
          statement.target.text());
}

}  // namespace

constinit const Rule k_rule_refresh_matview_not_concurrent = {
    .info =
        {
            .id = "refresh-matview-not-concurrent",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "REFRESH MATERIALIZED VIEW without CONCURRENTLY.",
            .why = "The view is locked ACCESS EXCLUSIVE for as long as its query runs: every reader waits.",
            .instead = "CREATE UNIQUE INDEX i ON v (key); once, then\n"
                       "REFRESH MATERIALIZED VIEW CONCURRENTLY v;",
            .sources = "PostgreSQL manual, REFRESH MATERIALIZED VIEW; lock measured on PostgreSQL 15.",
        },
    .on_statement = check_refresh_matview_not_concurrent,
    .kinds = {StatementKind::refresh_view},
};

}  // namespace dbw::review
