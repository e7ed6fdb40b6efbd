#pragma once

#include <initializer_list>
#include <string>

#include "base/text.hpp"
#include "review/review.hpp"

/// What several rules ask in the same words. One file per rule; nothing here knows a particular rule.
namespace dbw::review {

using sqlparse::AlterAction;
using sqlparse::ConstraintKind;
using sqlparse::ObjectKind;
using sqlparse::ObjectName;
using sqlparse::ParseProblem;
using sqlparse::Statement;
using sqlparse::StatementKind;

/// "orders", "public.orders": for messages and Finding::object. Names come from the SQL; printers escape them.
inline std::string quoted(const ObjectName& name) { return "\"" + name.text() + "\""; }
inline std::string quoted(const std::string& name) { return "\"" + name + "\""; }

/// The statement's table existed before this change, as far as can be told.
bool on_old_table(const RuleInput& in);
/// The statement stands in the file itself. What a body says may run later, or never.
bool at_top_level(const RuleInput& in);
/// Calls `use` for each action of that kind where the statement alters an old table.
template <typename Use>
void for_actions(const RuleInput& in, AlterAction::Kind kind, Use use) {
  if (in.statement.kind != StatementKind::alter_table || !on_old_table(in)) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == kind) use(action);
  }
}
/// Calls `use(constraint, column)` for each constraint of that kind that the statement adds to an old table; `column`
/// is the column whose definition holds it, or nullptr.
template <typename Use>
void for_added_constraints(const RuleInput& in, ConstraintKind kind, Use use) {
  for_actions(in, AlterAction::Kind::add_constraint, [&](const AlterAction& action) {
    if (action.constraint.kind == kind) use(action.constraint, nullptr);
  });
  for_actions(in, AlterAction::Kind::add_column, [&](const AlterAction& action) {
    for (const sqlparse::Constraint& constraint : action.column.constraints) {
      if (constraint.kind == kind) use(constraint, &action.column);
    }
  });
}
/// Calls `use(column)` for each column that CREATE TABLE, ADD COLUMN or a change of its type declares.
template <typename Use>
void for_declared_columns(const RuleInput& in, Use use) {
  for (const sqlparse::ColumnDefinition& column : in.statement.columns) use(column);
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_column || action.kind == AlterAction::Kind::alter_type)
      use(action.column);
  }
}
/// One finding per parse problem of these kinds in the file.
void report_problems(const RuleInput& in, Findings& out, std::initializer_list<ParseProblem::Kind> kinds);
/// The statement's text.
std::string_view text_of(const RuleInput& in);
/// "constraint \"x\"" or "an unnamed constraint".
std::string constraint_text(const sqlparse::Constraint& constraint);
/// Value of a SET or PRAGMA in lower case without quotes and blanks.
std::string plain_value(const Statement& statement);
/// off, false, no, 0 / on, true, yes, 1: SQLite and PostgreSQL read them alike.
bool is_off(const std::string& value);
bool is_on(const std::string& value);

}  // namespace dbw::review
