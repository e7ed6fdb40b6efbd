#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_retired_name(std::string_view name) {
  const std::string lower = to_lower(name);
  for (const std::string_view mark : {"_retired", "_deprecated", "_to_drop"}) {
    if (lower.find(mark) != std::string::npos) return true;
  }
  return false;
}

void check_drop_table_naming_convention(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::drop || in.statement.target_kind != ObjectKind::table) return;
  for (const ObjectName& table : in.statement.targets) {
    if (!in.facts.created_table(table) && !is_retired_name(table.name))
      out.add(in.statement.range, "the name of table " + quoted(table) + " does not say that it is retired",
              table.text());
  }
}

}  // namespace

constinit const Rule k_rule_drop_table_naming_convention = {
    .info =
        {
            .id = "drop-table-naming-convention",
            .category = "destructive",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "DROP TABLE of a table whose name does not say that it is retired (_retired, _deprecated, "
                       "_to_drop).",
            .why = "A table that was renamed first is proven unused: whatever still reads it fails then, while a "
                   "second rename brings it back.",
            .instead = "ALTER TABLE t RENAME TO t_retired_20261128; wait, then DROP TABLE t_retired_20261128;",
            .sources = "PostgreSQL, MySQL and MariaDB manuals, DROP TABLE.",
        },
    .on_statement = check_drop_table_naming_convention,
    .kinds = {StatementKind::drop},
};

}  // namespace dbw::review
