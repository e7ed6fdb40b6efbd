#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::string_view k_required_columns[] = {"id", "created_at", "updated_at"};

void check_required_columns(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  // LIKE and PARTITION OF bring columns of another table.
  if (statement.kind != StatementKind::create_table || statement.temporary || statement.columns.empty()) return;
  std::set<std::string> names;
  for (const sqlparse::ColumnDefinition& column : statement.columns) names.insert(to_lower(column.name));
  std::vector<std::string> missing;
  for (const std::string_view required : k_required_columns) {
    const std::string name(required);
    if (names.count(name) == 0 && !in.index.adds_column(statement.target, name)) missing.push_back(name);
  }
  if (!missing.empty())
    out.add(statement.range, "table " + quoted(statement.target) + " has no column " + join(missing, ", "),
            statement.target.text());
}

}  // namespace

constinit const Rule k_rule_required_columns = {
    .info =
        {
            .id = "required-columns",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "A new table without one of the columns id, created_at and updated_at.",
            .why =
                "Tools that copy, archive or compare rows rely on them, and nobody can say later when a row was made.",
            .instead =
                "CREATE TABLE t (id bigint PRIMARY KEY, created_at timestamp NOT NULL, updated_at timestamp NOT NULL);",
            .sources = "Conventions of a team.",
        },
    .on_statement = check_required_columns,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
