#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_update_primary_key(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::update || in.statement.temporary) return;
  for (const std::string& name : assigned_columns(in.lexemes)) {
    const std::string column = name.substr(name.rfind('.') + 1);
    if (column != "id" && !in.index.is_key_column(in.statement.target, column)) continue;
    out.add(in.statement.range, "rows of " + quoted(in.statement.target) + " get another key by " + quoted(column),
            in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_update_primary_key = {
    .info =
        {
            .id = "update-primary-key",
            .category = "dml",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "An UPDATE of a column named id, or of one that the change makes part of a primary key.",
            .why = "Whatever refers to the row by its key, in this database or outside, points at nothing or at "
                   "another row; InnoDB moves the row and touches every index.",
            .instead = "Insert a row with the new key, move what refers to it, delete the old row.",
            .sources = "PostgreSQL manual, \"Constraints\", \"Foreign Keys\"; MySQL manual, \"Clustered and Secondary "
                       "Indexes\"; SQLite documentation, \"Rowid Tables\".",
        },
    .on_statement = check_update_primary_key,
    .kinds = {StatementKind::update},
};

}  // namespace dbw::review
