#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Nobody's rows are in the way where this change fills all of them.
bool only_new_columns(const NewColumns& fresh, const std::vector<std::string>& columns) {
  return !columns.empty() &&
         std::all_of(columns.begin(), columns.end(), [&](const std::string& column) { return fresh.has(column); });
}

bool makes_unique_index(const RuleInput& in) {
  return in.statement.kind == StatementKind::create_index && in.statement.unique && on_old_table(in);
}

void check_add_unique_may_fail(const RuleInput& in, Findings& out) {
  const NewColumns fresh(in);
  const ObjectName& table = table_of(in.statement);
  const auto check = [&](const std::vector<std::string>& columns) {
    if (!only_new_columns(fresh, columns))
      out.add(in.statement.range, "rows of " + quoted(table) + " that have the same values make this fail",
              table.text());
  };
  if (makes_unique_index(in)) for_declared_keys(in, check);
  for_actions(in, AlterAction::Kind::add_constraint, [&](const AlterAction& action) {
    const sqlparse::Constraint& constraint = action.constraint;
    if (constraint.kind == ConstraintKind::unique && constraint.using_index.empty()) check(constraint.columns);
  });
}

}  // namespace

constinit const Rule k_rule_add_unique_may_fail = {
    .info =
        {
            .id = "add-unique-may-fail",
            .category = "data-dependent",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "A unique index or constraint over columns that existed before this change.",
            .why = "Two rows with the same values make the statement fail, often after it has read most of the "
                   "table. PostgreSQL's CONCURRENTLY leaves an INVALID index behind that must be dropped.",
            .instead = "Count first: SELECT a, count(*) FROM t GROUP BY a HAVING count(*) > 1;\n"
                       "Ask for a waiver with the answer.",
            .sources = "PostgreSQL, MySQL and MariaDB manuals and SQLite documentation, CREATE INDEX.",
        },
    .on_statement = check_add_unique_may_fail,
    .kinds = {StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
