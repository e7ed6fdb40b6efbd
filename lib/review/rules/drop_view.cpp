#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_drop_view(const RuleInput& in, Findings& out) {
  const ObjectKind kind = in.statement.target_kind;
  if (in.statement.kind != StatementKind::drop || (kind != ObjectKind::view && kind != ObjectKind::materialized_view))
    return;
  for (const ObjectName& view : in.statement.targets) {
    if (!in.index.creates_view(view))
      out.add(in.statement.range, "whatever reads view " + quoted(view) + " fails", view.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_view = {
    .info =
        {
            .id = "drop-view",
            .category = "destructive",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "DROP VIEW or DROP MATERIALIZED VIEW of a view that this change does not create.",
            .why = "Queries, reports and other views that read it fail at once. Its privileges are gone with it.",
            .instead = "Find its readers first, move them, then drop it in a later change; keep its definition in the "
                       "rollback SQL.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, DROP VIEW.",
        },
    .on_statement = check_drop_view,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
