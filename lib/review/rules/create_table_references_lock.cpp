#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Tables that the foreign keys refer to and that others use already.
void take_old_parents(const RuleInput& in, const std::vector<sqlparse::Constraint>& constraints,
                      std::set<ObjectName>& parents) {
  for (const sqlparse::Constraint& constraint : constraints) {
    const bool old = constraint.references != in.statement.target && !in.facts.created_table(constraint.references);
    if (constraint.kind == ConstraintKind::foreign_key && old) parents.insert(constraint.references);
  }
}

/// Where add-foreign-key-without-not-valid speaks of the same key, or the key follows its advice, nothing is left to
/// say.
void take_action_parents(const RuleInput& in, const AlterAction& action, std::set<ObjectName>& parents) {
  const bool new_table = !on_old_table(in);
  const bool no_scan = !action.column.has_default || action.column.default_null;
  if (action.kind == AlterAction::Kind::add_column && (new_table || no_scan))
    take_old_parents(in, action.column.constraints, parents);
  if (action.kind == AlterAction::Kind::add_constraint && new_table) take_old_parents(in, {action.constraint}, parents);
}

void check_create_table_references_lock(const RuleInput& in, Findings& out) {
  std::set<ObjectName> parents;
  if (in.statement.temporary) return;
  if (in.statement.kind == StatementKind::create_table) {
    take_old_parents(in, in.statement.constraints, parents);
    for (const sqlparse::ColumnDefinition& column : in.statement.columns)
      take_old_parents(in, column.constraints, parents);
  } else if (in.statement.kind == StatementKind::alter_table) {
    for (const AlterAction& action : in.statement.actions) take_action_parents(in, action, parents);
  }
  for (const ObjectName& parent : parents)
    out.add(in.statement.range, "the foreign key blocks writes to " + quoted(parent) + " until commit", parent.text());
}

}  // namespace

constinit const Rule k_rule_create_table_references_lock = {
    .info =
        {
            .id = "create-table-references-lock",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::info,
            .summary = "A foreign key of a new table or a new column that refers to an existing table.",
            .why = "The referenced table gets triggers, which takes SHARE ROW EXCLUSIVE on it: no scan, but writes to "
                   "it wait until the transaction ends, and the statement itself waits for running writes.",
            .instead = "Nothing for a table with little traffic. Otherwise set a short lock_timeout, keep the "
                       "transaction short, or add the key later, NOT VALID, in a transaction of its own.",
            .sources = "PostgreSQL manual, CREATE TABLE and \"Explicit Locking\"; lock measured on PostgreSQL 15.",
        },
    .on_statement = check_create_table_references_lock,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
