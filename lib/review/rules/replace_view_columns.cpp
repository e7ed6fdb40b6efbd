#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_replace_view_columns(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::drop || in.statement.target_kind != ObjectKind::view) return;
  for (const ObjectName& view : in.statement.targets) {
    if (in.index.creates_view(view))
      out.add(in.statement.range, "the change drops view " + quoted(view) + " and makes it anew: it may lose columns",
              view.text());
  }
}

}  // namespace

constinit const Rule k_rule_replace_view_columns = {
    .info =
        {
            .id = "replace-view-columns",
            .category = "backward-compat",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "A view that the change drops and creates again.",
            .why = "A view is an interface: code that reads a column which the new one lacks, or has with another "
                   "type, fails at once.",
            .instead = "Add columns at the end and keep the old ones; or a view with a new name, and drop the old one "
                       "in a later change.",
            .sources = "PostgreSQL manual, CREATE VIEW (measured on 15: OR REPLACE refuses another name of a column); "
                       "MySQL manual, \"CREATE VIEW Statement\"; SQLite documentation, CREATE VIEW.",
        },
    .on_statement = check_replace_view_columns,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
