#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr ServerVersion k_strict_tables_since{3, 37, 0};

bool has_constraint(const sqlparse::ColumnDefinition& column, ConstraintKind kind) {
  return std::any_of(column.constraints.begin(), column.constraints.end(),
                     [&](const sqlparse::Constraint& it) { return it.kind == kind; });
}

void refuse(const RuleInput& in, Findings& out, const std::string& what) {
  out.add(in.statement.range, "SQLite refuses " + what, in.statement.target.text());
}

void check_added_column(const RuleInput& in, Findings& out, const sqlparse::ColumnDefinition& column) {
  const std::string added = "to add column " + quoted(column.name);
  if (has_constraint(column, ConstraintKind::unique)) refuse(in, out, added + ", which is UNIQUE");
  if (has_constraint(column, ConstraintKind::primary_key)) refuse(in, out, added + " as a PRIMARY KEY");
  if (column.default_expression && on_old_table(in))
    refuse(in, out, added + " as soon as the table holds a row: its default is no constant");
}

/// The types that a STRICT table knows; they take no arguments.
bool is_strict_type(const sqlparse::ColumnDefinition& column) {
  if (!column.type_arguments.empty()) return false;
  const std::string type = to_lower(column.type);
  return type == "int" || type == "integer" || type == "real" || type == "text" || type == "blob" || type == "any";
}

void check_new_table(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.columns.empty()) return;
  const Lexemes& lexemes = in.lexemes;
  const std::size_t behind = lexemes.behind_group(lexemes.find(0, {"("}));
  const bool strict = version_of(in) >= k_strict_tables_since && lexemes.find(behind, {"strict"}) < lexemes.size();
  const bool without_rowid = lexemes.find(behind, {"without"}) < lexemes.size();
  for (const sqlparse::ColumnDefinition& column : statement.columns) {
    const std::string name = "column " + quoted(column.name);
    if (strict && !is_strict_type(column))
      refuse(in, out,
             name + " of a STRICT table: " + (column.type.empty() ? "it has no type" : "its type is " + column.type));
    if (column.auto_increment && (without_rowid || to_lower(column.type) != "integer"))
      refuse(in, out,
             "AUTOINCREMENT for " + name + (without_rowid ? " of a WITHOUT ROWID table" : ": its type is not INTEGER"));
  }
  if (without_rowid && primary_key_columns(statement).empty()) refuse(in, out, "WITHOUT ROWID without a PRIMARY KEY");
}

void check_sqlite_statement_refused(const RuleInput& in, Findings& out) {
  if (in.statement.kind == StatementKind::create_table) return check_new_table(in, out);
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_column) check_added_column(in, out, action.column);
  }
}

}  // namespace

constinit const Rule k_rule_sqlite_statement_refused = {
    .info =
        {
            .id = "sqlite-statement-refused",
            .category = "data-dependent",
            .engines = k_sqlite,
            .severity = model::Severity::error,
            .summary = "DDL that SQLite refuses: ADD COLUMN with UNIQUE, PRIMARY KEY or a default that is no constant; "
                       "other types than INT, INTEGER, REAL, TEXT, BLOB and ANY in a STRICT table; AUTOINCREMENT for "
                       "another type than INTEGER or in a WITHOUT ROWID table.",
            .why = "The migration fails at this statement. A default that is no constant is refused only where the "
                   "table holds a row, so that tests on an empty one pass.",
            .instead = "ALTER TABLE t ADD COLUMN c TEXT; CREATE UNIQUE INDEX t_c ON t (c);\n"
                       "A constant default, or the table built anew: CREATE new, INSERT INTO new SELECT, DROP old, "
                       "RENAME new TO old. JSON is TEXT.",
            .sources = "SQLite documentation, \"ALTER TABLE ADD COLUMN\", \"STRICT Tables\", \"SQLite Autoincrement\" "
                       "and \"Clustered Indexes and the WITHOUT ROWID Optimization\"; measured on SQLite 3.40.1.",
        },
    .on_statement = check_sqlite_statement_refused,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
