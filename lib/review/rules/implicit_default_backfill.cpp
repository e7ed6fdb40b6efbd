#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Types whose implicit value a MySQL server in strict mode refuses: it would be a zero date, or no geometry.
bool has_no_implicit_value(std::string_view type) {
  for (const std::string_view known : {"date", "datetime", "geometry", "point", "linestring", "polygon", "multipoint",
                                       "multilinestring", "multipolygon", "geometrycollection", "geomcollection"}) {
    if (type == known) return true;
  }
  return false;
}

/// What old rows get, in words.
std::string_view implicit_value(const sqlparse::ColumnDefinition& column) {
  const std::string& type = column.type;
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  if (type == "enum") return "its first value";
  if (has("timestamp") || has("date")) return "a zero date";
  if (has("int") || type == "decimal" || type == "numeric" || type == "float" || type == "double" || type == "real" ||
      type == "bit" || type == "year")
    return "0";
  return "an empty value";
}

void check_implicit_default_backfill(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    const sqlparse::ColumnDefinition& column = action.column;
    const bool filled =
        column.has_default || column.auto_increment || column.generated_stored || column.generated_virtual;
    if (!column.not_null || filled) return;
    if (in.review.engine == Engine::mysql && has_no_implicit_value(column.type)) return;
    const ObjectName& table = in.statement.target;
    out.add(in.statement.range,
            "the rows of " + quoted(table) + " get " + std::string(implicit_value(column)) + " in column " +
                quoted(column.name) + ", which nobody chose",
            table.text());
  });
}

}  // namespace

constinit const Rule k_rule_implicit_default_backfill = {
    .info =
        {
            .id = "implicit-default-backfill",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::warning,
            .summary = "ADD COLUMN ... NOT NULL without DEFAULT on an existing table, of a type for which the server "
                       "makes a value up.",
            .why = "Old rows silently get 0, an empty text, the first value of an enum or a zero date, and nothing "
                   "tells them from rows that somebody filled in.",
            .instead = "Say which value is meant: ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 0; or add it "
                       "nullable and fill it.",
            .sources = "MySQL manual, \"Data Type Default Values\"; measured on MariaDB 10.11 for int, float, varchar, "
                       "enum, timestamp, text, json, date, datetime and point.",
        },
    .on_statement = check_implicit_default_backfill,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
