#include "review/fixes/around.hpp"

#include <algorithm>
#include <string_view>

#include "base/text.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

using sqlparse::Access;
using sqlparse::ObjectUse;

bool same_bare_name(const ObjectName& a, const ObjectName& b) { return to_lower(a.name) == to_lower(b.name); }

bool makes_code(const Statement& statement) {
  return statement.kind == StatementKind::create_trigger || statement.kind == StatementKind::create_rule;
}

bool action_only_builds(const AlterAction& action) {
  using Kind = AlterAction::Kind;
  switch (action.kind) {
    case Kind::add_column:
    case Kind::add_index:
    case Kind::set_not_null:
    case Kind::set_default:
    case Kind::drop_default:
    case Kind::validate_constraint:
      return true;
    case Kind::add_constraint:
      return action.constraint.not_valid;
    case Kind::set_options:  // how MySQL and MariaDB carry the statement out
      return action.option.name == "algorithm" || action.option.name == "lock";
    default:
      return false;
  }
}

/// The statements before this one, in the order of the change.
std::vector<const Statement*> statements_before(const FixInput& in) {
  std::vector<const Statement*> out;
  for (const File& file : in.review.files) {
    for (const Statement& statement : file.parsed.statements) {
      if (&statement == &in.statement) return out;
      out.push_back(&statement);
    }
  }
  return out;
}

/// Limits of time are the request's own for a batch; every other setting would be lost.
bool has_settings(const FixInput& in) {
  const std::vector<Statement>& statements = in.file.parsed.statements;
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& it) {
    return it.range.start < in.statement.range.start && it.kind == StatementKind::set &&
           !it.setting.ends_with("timeout");
  });
}

bool changes_other_rows(const FixInput& in) {
  const std::vector<Statement>& statements = in.file.parsed.statements;
  return std::any_of(statements.begin(), statements.end(), [&](const Statement& it) {
    return &it != &in.statement && it.statement_class == StatementClass::dml;
  });
}

bool may_stand_beside(const FixInput& in, const Statement& other) {
  if (other.kind == StatementKind::update) return fills_new_columns(in, other);
  const bool creates_it =
      other.kind == StatementKind::create_table && same_bare_name(other.target, in.statement.target);
  return other.read_only || (only_builds(other) && !creates_it);
}

/// Types that bring no default of their own, as a domain may.
constexpr std::string_view k_plain_types[] = {
    "bool",    "boolean", "int2", "smallint",  "int",         "integer",          "int4", "int8",    "bigint",
    "numeric", "decimal", "real", "float4",    "float8",      "double precision", "text", "varchar", "char",
    "bpchar",  "date",    "time", "timestamp", "timestamptz", "interval",         "uuid", "json",    "jsonb",
    "bytea",   "inet"};

bool brings_null(const FixInput& in, const sqlparse::ColumnDefinition& added) {
  if (added.not_null || added.has_default || added.generated_stored || added.generated_virtual ||
      added.auto_increment || added.identity || !added.constraints.empty())
    return false;
  return in.review.engine != Engine::postgresql ||
         std::find(std::begin(k_plain_types), std::end(k_plain_types), added.type) != std::end(k_plain_types);
}

/// No trigger can run, as far as the snapshot and the change say.
bool has_no_code(const FixInput& in, const ObjectName& table) {
  const schema::Relation* relation = in.schema.relation(table);
  return relation != nullptr && relation->is_table() && relation->triggers.empty() && !has_new_code(in, table);
}

/// Rows of the statement's table stay as they are.
bool leaves_rows(const FixInput& in, const Statement& other) {
  if (other.read_only || only_builds(other)) return true;
  const ObjectName& table = in.statement.target;
  const bool writes = same_bare_name(other.target, table) ||
                      std::any_of(other.objects.begin(), other.objects.end(), [&](const ObjectUse& use) {
                        return use.access != Access::read && same_bare_name(use.name, table);
                      });
  if (writes || makes_code(other)) return false;
  if (other.statement_class == StatementClass::ddl) return true;
  return other.statement_class == StatementClass::dml &&
         std::all_of(other.objects.begin(), other.objects.end(),
                     [&](const ObjectUse& use) { return use.access == Access::read || has_no_code(in, use.name); });
}

bool adds_column(const Statement& statement, const ObjectName& table, const std::string& column) {
  return statement.kind == StatementKind::alter_table && same_bare_name(statement.target, table) &&
         std::any_of(statement.actions.begin(), statement.actions.end(), [&](const AlterAction& action) {
           return action.kind == AlterAction::Kind::add_column && to_lower(action.column.name) == to_lower(column);
         });
}

}  // namespace

bool names_table(const Statement& statement, const ObjectName& table) {
  return same_bare_name(statement.target, table) ||
         std::any_of(statement.objects.begin(), statement.objects.end(),
                     [&](const ObjectUse& use) { return same_bare_name(use.name, table); });
}

bool only_builds(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::create_table:
    case StatementKind::create_index:
    case StatementKind::comment:
      return statement.statement_class == StatementClass::ddl;
    case StatementKind::set:
      return !statement.server_wide && (statement.set_local || statement.setting.ends_with("timeout"));
    case StatementKind::transaction:
      return statement.transaction_command == "begin" || statement.transaction_command == "commit";
    case StatementKind::alter_table:
      return statement.statement_class == StatementClass::ddl && statement.target_kind == sqlparse::ObjectKind::table &&
             std::all_of(statement.actions.begin(), statement.actions.end(), action_only_builds);
    default:
      return false;
  }
}

bool has_new_code(const FixInput& in, const ObjectName& table) {
  const std::vector<const Statement*> before = statements_before(in);
  return std::any_of(before.begin(), before.end(),
                     [&](const Statement* it) { return makes_code(*it) && names_table(*it, table); });
}

bool fills_new_columns(const FixInput& in, const Statement& update) {
  const Lexemes lexemes(
      in.review.engine,
      std::string_view(in.file.parsed.sql).substr(update.range.start, update.range.end - update.range.start));
  const std::vector<std::string> columns = assigned_columns(lexemes);
  return !columns.empty() && std::all_of(columns.begin(), columns.end(), [&](const std::string& name) {
    return in.facts.created_column(update.target, name.substr(name.rfind('.') + 1));
  });
}

std::optional<std::string> why_not_beside_others(const FixInput& in) {
  if (has_settings(in)) return "the file changes a setting, and a step in batches is one statement";
  if (!fills_new_columns(in, in.statement) && changes_other_rows(in))
    return "the file changes rows elsewhere, and only a person knows what belongs together";
  const std::vector<Statement>& statements = in.file.parsed.statements;
  const bool alone = std::all_of(statements.begin(), statements.end(),
                                 [&](const Statement& it) { return &it == &in.statement || may_stand_beside(in, it); });
  if (!alone)
    return "the file changes what holds around the statement, and between its pieces everybody would meet that";
  if (has_new_code(in, in.statement.target))
    return "the change makes a trigger or a rule on " + quoted(in.statement.target);
  return std::nullopt;
}

bool is_null_everywhere(const FixInput& in, const std::string& column) {
  const sqlparse::ColumnDefinition* added = in.facts.column(in.statement.target, column);
  if (added == nullptr || !brings_null(in, *added)) return false;
  const std::vector<const Statement*> before = statements_before(in);
  const auto add = std::find_if(before.rbegin(), before.rend(),
                                [&](const Statement* it) { return adds_column(*it, in.statement.target, column); });
  return add != before.rend() &&
         std::all_of(before.rbegin(), add, [&](const Statement* it) { return leaves_rows(in, *it); });
}

}  // namespace dbw::review
