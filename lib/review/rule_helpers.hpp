#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "review/review.hpp"
#include "review/server_version.hpp"

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
inline bool on_old_table(const RuleInput& in) { return in.old_table; }
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
/// Calls `use` for each column that CREATE TABLE or ADD COLUMN defines in a table that stays.
template <typename Use>
void for_new_columns(const RuleInput& in, Use use) {
  if (in.statement.temporary) return;
  if (in.statement.kind == StatementKind::create_table) {
    for (const sqlparse::ColumnDefinition& column : in.statement.columns) use(column);
  }
  if (in.statement.kind != StatementKind::alter_table) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_column) use(action.column);
  }
}
/// Calls `use` for each constraint that the statement declares, of columns and of tables, old and new.
template <typename Use>
void for_declared_constraints(const RuleInput& in, Use use) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    for (const sqlparse::Constraint& constraint : column.constraints) use(constraint);
  });
  if (in.statement.temporary) return;
  if (in.statement.kind == StatementKind::create_table) {
    for (const sqlparse::Constraint& constraint : in.statement.constraints) use(constraint);
  }
  if (in.statement.kind != StatementKind::alter_table) return;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_constraint) use(action.constraint);
  }
}
/// The columns of the primary key that CREATE TABLE declares, as written.
std::set<std::string> primary_key_columns(const Statement& statement);
/// How names of constraints and indexes say what they are: PostgreSQL puts the word last, teams of the other engines
/// put it first.
struct KindWords {
  std::string_view suffix;  ///< "key": <table>_<columns>_key
  std::string_view prefix;  ///< "uk": uk_<table>_<columns>
};
std::string pattern_name(const RuleInput& in, const ObjectName& table, const std::vector<std::string>& columns,
                         KindWords words);
/// Calls `use` with the columns of each index, unique constraint and primary key that the statement declares, but
/// FULLTEXT and SPATIAL ones; expressions have no name.
template <typename Use>
void for_declared_keys(const RuleInput& in, Use use) {
  const Statement& statement = in.statement;
  for (const sqlparse::IndexDefinition& index : statement.indexes) {
    if (index.kind.empty()) use(index.columns);
  }
  if (statement.kind == StatementKind::create_index && statement.indexes.empty()) {
    std::vector<std::string> columns;
    for (const sqlparse::ColumnDefinition& column : statement.columns) columns.push_back(column.name);
    use(columns);
  }
  for (const AlterAction& action : statement.actions) {
    if (action.kind == AlterAction::Kind::add_index && action.index.kind.empty()) use(action.index.columns);
  }
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) {
    if (constraint.kind == ConstraintKind::unique || constraint.kind == ConstraintKind::primary_key)
      use(constraint.columns);
  });
}
/// All of them.
std::vector<std::vector<std::string>> declared_keys(const RuleInput& in);
/// Lower case with underscores: a letter, then letters, digits and underscores.
bool is_snake_case(std::string_view name);
/// The columns of the statement's table that this change made, by earlier statements or by this one.
class NewColumns {
 public:
  explicit NewColumns(const RuleInput& in) : m_in(in) {}
  bool has(const std::string& column) const;

 private:
  const RuleInput& m_in;
  mutable std::optional<std::set<std::string>> m_added;  ///< by this statement, lower case; once somebody asks
};
/// The column as this change or the snapshot says it, of the snapshot without character set and collation, which may be
/// the table's; nullopt where nothing is known.
std::optional<sqlparse::ColumnDefinition> known_column(const RuleInput& in, const ObjectName& table,
                                                       const std::string& column);
/// The column is NOT NULL already, or a validated CHECK of this change or of the snapshot says so.
bool is_not_null(const RuleInput& in, const ObjectName& table, const std::string& column);
/// PostgreSQL: the statement takes a lock on an old object that other sessions wait behind.
bool takes_strong_lock(const RuleInput& in);
/// The reviewed server's version.
ServerVersion version_of(const RuleInput& in);
/// MySQL or MariaDB.
bool is_mysql(const RuleInput& in);
/// A block of MariaDB that runs at once: its functions and objects are those of its statements, which are looked at
/// too.
bool repeats_its_body(const RuleInput& in);
/// MySQL from 9.0 and MariaDB from 10.5 on: REFERENCES in a column's definition makes a foreign key. Before they ignore
/// it.
bool inline_references_count(const RuleInput& in);
/// One finding per parse problem of these kinds in the file.
void report_problems(const RuleInput& in, Findings& out, std::initializer_list<ParseProblem::Kind> kinds);
/// The statement's text.
std::string_view text_of(const RuleInput& in);
/// "constraint \"x\"" or "an unnamed constraint".
std::string constraint_text(const sqlparse::Constraint& constraint);
/// What UPDATE ... SET, or INSERT ... SET, gives a value: "a", "t.a"; lists of columns in parentheses are left out.
std::vector<std::string> assigned_columns(const Lexemes& lexemes);
/// Value of a SET or PRAGMA in lower case without quotes and blanks.
std::string plain_value(const Statement& statement);
/// off, false, no, 0 / on, true, yes, 1: SQLite and PostgreSQL read them alike.
bool is_off(const std::string& value);
bool is_on(const std::string& value);

}  // namespace dbw::review
