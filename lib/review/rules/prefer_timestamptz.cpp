#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_prefer_timestamptz(const RuleInput& in, Findings& out) {
  const auto look = [&](const sqlparse::ColumnDefinition& column, const std::string& name) {
    if (column.type == "timestamp")
      out.add(in.statement.range, "column " + quoted(name) + " has no time zone",
              in.statement.target.text() + "." + name);
  };
  for (const sqlparse::ColumnDefinition& column : in.statement.columns) look(column, column.name);
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_column) look(action.column, action.column.name);
    if (action.kind == AlterAction::Kind::alter_type) look(action.column, action.name);
  }
}

}  // namespace

constinit const Rule k_rule_prefer_timestamptz = {
    .info =
        {
            .id = "prefer-timestamptz",
            .category = "type-choice",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "A column of type timestamp without time zone.",
            .why = "The value does not say which moment it means; it changes its meaning with the time zone of whoever "
                   "writes or reads it.",
            .instead = "Use timestamptz (timestamp with time zone): it takes the same 8 bytes and stores a moment.",
            .sources = "PostgreSQL manual, \"Date/Time Types\".",
        },
    .on_statement = check_prefer_timestamptz,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
