#include <cstdlib>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Larger holds more; 0 for other types.
int integer_width(std::string_view type) {
  struct Row {
    std::string_view type;
    int width;
  };
  static constexpr Row k_integers[] = {{"tinyint", 1},   {"smallint", 2}, {"smallserial", 2},
                                       {"mediumint", 3}, {"int", 4},      {"integer", 4},
                                       {"serial", 4},    {"bigint", 8},   {"bigserial", 8}};
  for (const Row& row : k_integers) {
    if (row.type == type) return row.width;
  }
  return 0;
}

bool is_limited_text(std::string_view type) { return type == "varchar" || type == "char" || type == "bpchar"; }

/// Why values that the old type takes may not fit the new one; empty where they fit, or nothing is known.
std::string narrowing(const sqlparse::ColumnDefinition& from, const sqlparse::ColumnDefinition& to) {
  const int old_width = integer_width(from.type), new_width = integer_width(to.type);
  if (new_width != 0 && new_width < old_width) return from.type + " to " + to.type;
  if (new_width != 0 && new_width == old_width && from.is_unsigned != to.is_unsigned) return "another sign";
  if (new_width != 0 && (is_limited_text(from.type) || from.type == "text")) return "text to number";
  if (from.type == "timestamptz" && to.type == "timestamp") return "timestamptz to timestamp, which forgets the zone";
  if (from.type == "text" && is_limited_text(to.type)) return "text to a limited length";
  const bool lengths = is_limited_text(from.type) && is_limited_text(to.type) && !from.type_arguments.empty() &&
                       !to.type_arguments.empty();
  if (lengths && std::atoi(to.type_arguments[0].c_str()) < std::atoi(from.type_arguments[0].c_str()))
    return from.type_arguments[0] + " to " + to.type_arguments[0] + " characters";
  return {};
}

void check_column_type_narrowing(const RuleInput& in, Findings& out) {
  const ObjectName& table = in.statement.target;
  if (in.statement.kind != StatementKind::alter_table) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::alter_type) continue;
    const std::optional<sqlparse::ColumnDefinition> old = known_column(in, table, action.name);
    if (!old) continue;
    const std::string reason = narrowing(*old, action.column);
    if (!reason.empty())
      out.add(in.statement.range, "column " + quoted(action.name) + " gets a type that holds less: " + reason,
              table.text() + "." + action.name);
  }
}

}  // namespace

constinit const Rule k_rule_column_type_narrowing = {
    .info =
        {
            .id = "column-type-narrowing",
            .category = "data-dependent",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::error,
            .summary = "A change of type to one that holds less, of a column whose type this change or the schema "
                       "snapshot says: smaller "
                       "integers, shorter texts, signed and unsigned, text to number, timestamptz to timestamp.",
            .why = "Rows that do not fit make the statement fail; without a strict sql_mode MySQL and MariaDB cut the "
                   "values off.",
            .instead = "Look first: SELECT max(length(name)) FROM t; and keep the wider type where in doubt.",
            .sources =
                "PostgreSQL manual, ALTER TABLE; MySQL manual, \"Server SQL Modes\"; MariaDB manual, \"SQL_MODE\".",
        },
    .on_statement = check_column_type_narrowing,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
