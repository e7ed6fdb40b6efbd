#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// pg_catalog is searched first unless the list names it; named later, what stands before it wins.
void check_path(const RuleInput& in, Findings& out) {
  const std::vector<std::string>& path = in.statement.setting_values;
  const auto found = std::find(path.begin(), path.end(), "pg_catalog");
  if (found == path.begin() || found == path.end()) return;
  out.add(in.statement.range,
          "objects of schema " + quoted(path.front()) + " now hide built-in functions and tables of the same name",
          "search_path");
}

void check_temporary_table(const RuleInput& in, Findings& out) {
  const std::optional<ObjectName> hidden = in.index.permanent_table(in.statement.target.name);
  if (!hidden) return;
  out.add(in.statement.range,
          "from here on " + quoted(in.statement.target.name) + " means the temporary table, not the permanent " +
              quoted(*hidden),
          hidden->text());
}

void check_search_path_shadowing(const RuleInput& in, Findings& out) {
  const StatementKind kind = in.statement.kind;
  const bool creates = kind == StatementKind::create_table || kind == StatementKind::create_table_as;
  if (creates && in.statement.temporary) check_temporary_table(in, out);
  if (kind == StatementKind::set && in.statement.setting == "search_path") check_path(in, out);
}

}  // namespace

constinit const Rule k_rule_search_path_shadowing = {
    .info =
        {
            .id = "search-path-shadowing",
            .category = "security",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "SET search_path that lists pg_catalog behind another schema; a temporary table with the name "
                       "of a permanent table that the same change uses.",
            .why = "The same text means another object than the reviewer thinks: a function in a schema that others "
                   "may write to runs in place of the built-in one, with the rights of whoever runs the change; rows "
                   "go to a table that vanishes with the session.",
            .instead = "SET search_path = app; (pg_catalog is searched first by itself), or qualify each name. Give "
                       "the temporary table a name of its own.",
            .sources = "PostgreSQL manual, \"The Schema Search Path\" and search_path; measured on PostgreSQL 15.",
        },
    .on_statement = check_search_path_shadowing,
    .kinds = {StatementKind::create_table, StatementKind::create_table_as, StatementKind::set},
};

}  // namespace dbw::review
