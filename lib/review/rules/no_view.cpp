#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_no_view(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::create_view)
    out.add(in.statement.range, "view " + quoted(in.statement.target) + " hides what is read",
            in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_no_view = {
    .info =
        {
            .id = "no-view",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "CREATE VIEW.",
            .why = "Views on views hide joins and full scans from whoever uses them, and keep columns from being "
                   "changed.",
            .instead = "The query in the application; or a table that a job fills.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, CREATE VIEW.",
        },
    .on_statement = check_no_view,
    .kinds = {StatementKind::create_view},
};

}  // namespace dbw::review
