#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_invalid_index_left_behind(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::create_index || !statement.concurrently || !statement.if_exists) return;
  for (const sqlparse::ObjectUse& use : statement.objects) {
    const bool created = use.kind == ObjectKind::index && use.access == sqlparse::Access::create;
    if (!created || in.index.drops_index(use.name)) continue;
    out.add(statement.range,
            "if an INVALID index " + quoted(use.name) + " is left from a failed try, this keeps it and reports success",
            use.name.text());
  }
}

}  // namespace

constinit const Rule k_rule_invalid_index_left_behind = {
    .info =
        {
            .id = "invalid-index-left-behind",
            .category = "hygiene",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "CREATE INDEX CONCURRENTLY IF NOT EXISTS in a change that does not drop the index first.",
            .why = "A build that fails or is cancelled leaves an INVALID index of that name: it slows writes and "
                   "serves no query. IF NOT EXISTS looks at the name alone, so the next try skips the build and "
                   "everybody believes that the index is there.",
            .instead = "DROP INDEX CONCURRENTLY IF EXISTS i;\n"
                       "CREATE INDEX CONCURRENTLY i ON t (c);\n"
                       "Afterwards look whether pg_index.indisvalid is true.",
            .sources = "PostgreSQL manual, CREATE INDEX, \"Building Indexes Concurrently\" and \"IF NOT EXISTS\".",
        },
    .on_statement = check_invalid_index_left_behind,
    .kinds = {StatementKind::create_index},
};

}  // namespace dbw::review
