#include <algorithm>

#include "review/cast_table.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool rewrites_by_new_column(const sqlparse::ColumnDefinition& column) {
  return column.auto_increment || column.identity || column.generated_stored || column.default_volatile;
}

bool rewrites_by_action(const RuleInput& in, const AlterAction& action) {
  if (action.kind == AlterAction::Kind::storage_rewrite) return true;
  if (action.kind == AlterAction::Kind::add_column) return rewrites_by_new_column(action.column);
  if (action.kind != AlterAction::Kind::alter_type) return false;
  const sqlparse::ColumnDefinition* old = in.facts.column(in.statement.target, action.name);
  return old == nullptr || action.has_using || !changes_catalogue_only(*old, action.column);
}

bool rewrites_old_table(const RuleInput& in) {
  const Statement& statement = in.statement;
  if (!on_old_table(in)) return false;
  if (statement.kind == StatementKind::cluster) return true;
  if (statement.kind == StatementKind::reindex) return !statement.concurrently;
  return statement.kind == StatementKind::alter_table &&
         std::any_of(statement.actions.begin(), statement.actions.end(),
                     [&](const AlterAction& action) { return rewrites_by_action(in, action); });
}

void check_rewrite_while_holding_lock(const RuleInput& in, Findings& out) {
  if (!at_top_level(in) || !in.facts.in_transaction() || !rewrites_old_table(in)) return;
  const std::optional<ObjectName> held = in.locks.write_blocked_besides(in.statement.target);
  if (!held) return;
  out.add(in.statement.range,
          "while " + quoted(in.statement.target) + " is rewritten, " + quoted(*held) +
              " stays locked by an earlier statement of the transaction",
          held->text());
}

}  // namespace

constinit const Rule k_rule_rewrite_while_holding_lock = {
    .info =
        {
            .id = "rewrite-while-holding-lock",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "A statement that rewrites a table or an index while the transaction holds a lock that blocks "
                       "writes to another existing table.",
            .why = "The rewrite takes as long as its table is big, and the other table is closed for all that time, "
                   "although its own statement was done at once.",
            .instead = "One transaction for each: commit between the two statements, the short one last.",
            .sources = "PostgreSQL manual, \"Explicit Locking\" and ALTER TABLE, \"Notes\"; locks and rewrites "
                       "measured on PostgreSQL 15.",
        },
    .on_statement = check_rewrite_while_holding_lock,
};

}  // namespace dbw::review
