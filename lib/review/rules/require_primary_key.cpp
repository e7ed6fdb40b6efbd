#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_key(const sqlparse::Constraint& constraint) { return constraint.kind == ConstraintKind::primary_key; }

bool has_key(const Statement& statement) {
  return std::any_of(statement.constraints.begin(), statement.constraints.end(), is_key) ||
         std::any_of(statement.columns.begin(), statement.columns.end(), [](const sqlparse::ColumnDefinition& column) {
           return std::any_of(column.constraints.begin(), column.constraints.end(), is_key);
         });
}

void check_require_primary_key(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  // Without columns of its own (LIKE, PARTITION OF) a table may get its key from elsewhere.
  if (statement.kind != StatementKind::create_table || statement.temporary || statement.columns.empty() ||
      has_key(statement) || in.lexemes.is(1, "foreign"))  // which PostgreSQL gives no keys
    return;
  if (!in.index.adds_primary_key(statement.target))
    out.add(statement.range, "table " + quoted(statement.target) + " has no primary key", statement.target.text());
}

}  // namespace

constinit const Rule k_rule_require_primary_key = {
    .info =
        {
            .id = "require-primary-key",
            .category = "hygiene",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "CREATE TABLE without a primary key that the same change does not add later. Temporary tables "
                       "are left alone.",
            .why = "Rows cannot be named one by one: logical replication refuses UPDATE and DELETE, batches and "
                   "corrections have no key to go by, duplicates stay unseen.",
            .instead = "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            .sources = "PostgreSQL manual, \"Logical Replication: Replica Identity\".",
        },
    .on_statement = check_require_primary_key,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
