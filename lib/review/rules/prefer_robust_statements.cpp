#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// What fails when it is run a second time, in words; empty for what can be repeated.
std::string_view unrepeatable_action(const RuleInput& in, const AlterAction& action) {
  switch (action.kind) {
    case AlterAction::Kind::add_column:
      return action.if_exists ? "" : "ADD COLUMN without IF NOT EXISTS";
    case AlterAction::Kind::drop_column:
      return action.if_exists ? "" : "DROP COLUMN without IF EXISTS";
    case AlterAction::Kind::drop_constraint:
      return action.if_exists ? "" : "DROP CONSTRAINT without IF EXISTS";
    case AlterAction::Kind::add_constraint:
      return in.index.restates(in.statement, action.constraint.name)
                 ? ""
                 : "ADD CONSTRAINT without DROP CONSTRAINT IF EXISTS before it";
    default:
      return "";
  }
}

/// Unnamed, the server finds a free name each time.
bool names_its_index(const Statement& statement) {
  return std::any_of(statement.objects.begin(), statement.objects.end(), [](const sqlparse::ObjectUse& use) {
    return use.kind == ObjectKind::index && use.access == sqlparse::Access::create && !use.name.name.empty();
  });
}

bool dropped_on_commit(const RuleInput& in) {
  return in.statement.temporary && in.lexemes.is(in.lexemes.find(0, {"commit"}) + 1, "drop");
}

std::string_view unrepeatable_statement(const RuleInput& in) {
  const Statement& statement = in.statement;
  if (statement.if_exists) return "";
  switch (statement.kind) {
    case StatementKind::create_table:
      return dropped_on_commit(in) ? "" : "CREATE TABLE without IF NOT EXISTS";
    case StatementKind::create_index:
      return names_its_index(statement) ? "CREATE INDEX without IF NOT EXISTS" : "";
    case StatementKind::drop:
      return "DROP without IF EXISTS";
    default:
      return "";
  }
}

void check_prefer_robust_statements(const RuleInput& in, Findings& out) {
  const bool undone_as_one = in.facts.in_transaction() || in.file.parsed.statements.size() < 2;
  if (undone_as_one || !at_top_level(in)) return;
  const auto report = [&](std::string_view what) {
    if (!what.empty())
      out.add(in.statement.range, std::string(what) + " fails when the file is run again after an error",
              table_of(in.statement).text());
  };
  report(unrepeatable_statement(in));
  if (in.statement.kind != StatementKind::alter_table) return;
  for (const AlterAction& action : in.statement.actions) report(unrepeatable_action(in, action));
}

}  // namespace

constinit const Rule k_rule_prefer_robust_statements = {
    .info =
        {
            .id = "prefer-robust-statements",
            .category = "hygiene",
            .engines = k_postgresql,
            .severity = model::Severity::off,
            .summary = "DDL outside a transaction, in a file of several statements, that cannot be run twice: no IF "
                       "[NOT] EXISTS, or ADD CONSTRAINT that no DROP CONSTRAINT IF EXISTS precedes.",
            .why = "Without a transaction the statements before an error stay. The file then fails at its first "
                   "statement when it is run again, and somebody repairs it by hand.",
            .instead = "Run the file in one transaction; where that is impossible, CREATE INDEX CONCURRENTLY IF NOT "
                       "EXISTS, DROP TABLE IF EXISTS, ADD COLUMN IF NOT EXISTS.",
            .sources = "PostgreSQL manual, CREATE INDEX, DROP TABLE, ALTER TABLE; measured on PostgreSQL 15: SET NOT "
                       "NULL and ENABLE ROW LEVEL SECURITY can be repeated.",
        },
    .on_statement = check_prefer_robust_statements,
};

}  // namespace dbw::review
