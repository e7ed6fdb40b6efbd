#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool weak_action(const AlterAction& action) {
  // SHARE UPDATE EXCLUSIVE: waits only for other DDL, VACUUM and the like, and blocks neither reads nor writes.
  return action.kind == AlterAction::Kind::validate_constraint || action.kind == AlterAction::Kind::set_statistics ||
         action.kind == AlterAction::Kind::set_options || action.concurrently;
}

/// ALTER INDEX, but where it moves the index to another tablespace: names and options take SHARE UPDATE EXCLUSIVE.
bool weak_on_index(const Statement& statement) {
  return statement.target_kind == ObjectKind::index &&
         std::none_of(statement.actions.begin(), statement.actions.end(),
                      [](const AlterAction& action) { return action.kind == AlterAction::Kind::storage_rewrite; });
}

/// The transaction has the table for itself already: nothing is left to wait for.
bool holds_table(const RuleInput& in) {
  return in.locks.access_exclusive() && *in.locks.access_exclusive() == table_of(in.statement);
}

bool drops_relation(const Statement& statement) {
  return statement.target_kind == ObjectKind::table || statement.target_kind == ObjectKind::view ||
         statement.target_kind == ObjectKind::materialized_view || statement.target_kind == ObjectKind::index ||
         statement.target_kind == ObjectKind::trigger || statement.target_kind == ObjectKind::policy;
}

/// "a", "t.a", "a.x" of the assignment that begins at `i`; empty where it is none of the plain ones.
std::string assigned_name(const Lexemes& lexemes, std::size_t i) {
  std::string out;
  for (; lexemes.is_name(i); i += 2) {
    out += (out.empty() ? "" : ".") + lexemes.name(i);
    if (!lexemes.is(i + 1, ".")) return lexemes.is(i + 1, "=") ? out : std::string();
  }
  return {};
}

}  // namespace

bool at_top_level(const RuleInput& in) { return in.sql.data() == in.file.parsed.sql.data(); }
std::set<std::string> primary_key_columns(const Statement& statement) {
  for (const sqlparse::Constraint& constraint : statement.constraints) {
    if (constraint.kind == ConstraintKind::primary_key) return {constraint.columns.begin(), constraint.columns.end()};
  }
  for (const sqlparse::ColumnDefinition& column : statement.columns) {
    for (const sqlparse::Constraint& constraint : column.constraints) {
      if (constraint.kind == ConstraintKind::primary_key) return {column.name};
    }
  }
  return {};
}

std::vector<std::vector<std::string>> declared_keys(const RuleInput& in) {
  std::vector<std::vector<std::string>> out;
  for_declared_keys(in, [&](const std::vector<std::string>& columns) { out.push_back(columns); });
  return out;
}

std::string pattern_name(const RuleInput& in, const ObjectName& table, const std::vector<std::string>& columns,
                         KindWords words) {
  const std::string middle = table.name + "_" + join(columns, "_");
  if (in.review.engine == Engine::postgresql) return middle + "_" + std::string(words.suffix);
  return std::string(words.prefix) + "_" + middle;
}

bool is_snake_case(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' && std::all_of(name.begin(), name.end(), fits);
}

bool NewColumns::has(const std::string& column) const {
  if (!m_added) {
    m_added.emplace();
    for (const AlterAction& action : m_in.statement.actions) {
      if (action.kind == AlterAction::Kind::add_column) m_added->insert(to_lower(action.column.name));
    }
  }
  return m_added->count(to_lower(column)) != 0 || m_in.facts.created_column(table_of(m_in.statement), column);
}

ServerVersion version_of(const RuleInput& in) { return server_version(in.review.engine, in.review.server_version); }

bool is_mysql(const RuleInput& in) { return in.review.engine == Engine::mysql || in.review.engine == Engine::mariadb; }

bool repeats_its_body(const RuleInput& in) { return is_mysql(in) && in.statement.kind == StatementKind::do_block; }

bool inline_references_count(const RuleInput& in) {
  return version_of(in) >= (in.review.engine == Engine::mysql ? ServerVersion{9, 0, 0} : ServerVersion{10, 5, 0});
}

void report_problems(const RuleInput& in, Findings& out, std::initializer_list<ParseProblem::Kind> kinds) {
  for (const ParseProblem& problem : in.file.parsed.problems) {
    if (std::find(kinds.begin(), kinds.end(), problem.kind) != kinds.end()) out.add(problem.range, problem.message);
  }
}

std::string_view text_of(const RuleInput& in) {
  const ByteRange& range = in.statement.range;
  return range.start <= range.end && range.end <= in.sql.size() ? in.sql.substr(range.start, range.end - range.start)
                                                                : std::string_view{};
}

std::string constraint_text(const sqlparse::Constraint& constraint) {
  return constraint.name.empty() ? "an unnamed constraint" : "constraint " + quoted(constraint.name);
}

std::string plain_value(const Statement& statement) {
  std::string out;
  for (const char c : to_lower(statement.setting_value)) {
    if (c != '\'' && c != '"' && c != ' ') out += c;
  }
  return out;
}

bool is_off(const std::string& value) {
  return value == "off" || value == "false" || value == "no" || value == "0" || value == "f" || value == "n";
}
bool is_on(const std::string& value) {
  return value == "on" || value == "true" || value == "yes" || value == "1" || value == "t" || value == "y";
}

std::optional<sqlparse::ColumnDefinition> known_column(const RuleInput& in, const ObjectName& table,
                                                       const std::string& column) {
  if (const sqlparse::ColumnDefinition* made = in.facts.column(table, column)) return *made;
  const schema::Column* seen = in.schema.column(table, column);
  if (seen == nullptr) return std::nullopt;
  sqlparse::ColumnDefinition out;
  out.name = seen->name;
  out.type = seen->type;
  out.type_arguments = seen->type_arguments;
  out.array = seen->array;
  out.is_unsigned = seen->is_unsigned;
  out.not_null = seen->not_null;
  out.has_default = !seen->default_sql.empty();
  out.auto_increment = seen->auto_increment;
  out.on_update_now = !seen->on_update.empty();
  out.generated_stored = seen->generated == "stored";
  out.generated_virtual = seen->generated == "virtual";
  out.has_comment = !seen->comment.empty();
  for (const schema::Constraint& constraint : in.schema.relation(table)->constraints) {
    const std::vector<std::string>& columns = constraint.columns;
    if (constraint.kind != ConstraintKind::primary_key ||
        std::find(columns.begin(), columns.end(), seen->name) == columns.end())
      continue;
    sqlparse::Constraint& key = out.constraints.emplace_back();
    key.kind = ConstraintKind::primary_key;
  }
  return out;
}

bool is_not_null(const RuleInput& in, const ObjectName& table, const std::string& column) {
  constexpr int k_server_trusts_check = 12;
  const schema::Column* seen = in.schema.column(table, column);
  if (seen != nullptr && seen->not_null) return true;
  return in.server_major >= k_server_trusts_check && in.facts.proven_not_null(table, column);
}

bool takes_strong_lock(const RuleInput& in) {
  const Statement& statement = in.statement;
  switch (statement.kind) {
    case StatementKind::alter_table:
      return on_old_table(in) && !holds_table(in) && !weak_on_index(statement) &&
             !std::all_of(statement.actions.begin(), statement.actions.end(), weak_action);
    case StatementKind::drop:
      return !statement.concurrently && drops_relation(statement) &&
             !std::all_of(statement.targets.begin(), statement.targets.end(), [&](const ObjectName& name) {
               return in.facts.created_table(name) || in.facts.created_index(name);
             });
    case StatementKind::truncate:
      return !std::all_of(statement.targets.begin(), statement.targets.end(),
                          [&](const ObjectName& name) { return in.facts.created_table(name); });
    case StatementKind::create_index:
    case StatementKind::create_trigger:
    case StatementKind::policy:
    case StatementKind::create_rule:
      return !statement.concurrently && on_old_table(in) && !holds_table(in);
    case StatementKind::reindex:
    case StatementKind::refresh_view:
      return !statement.concurrently;
    case StatementKind::cluster:
    case StatementKind::lock:
      return true;
    case StatementKind::vacuum:
      return statement.full;
    default:
      return false;
  }
}

std::vector<std::string> assigned_columns(const Lexemes& lexemes) {
  constexpr std::size_t k_usual_columns = 4;
  std::vector<std::string> out;
  out.reserve(k_usual_columns);
  const std::size_t set = lexemes.find(0, {"set"});
  const std::size_t end = lexemes.find(set, {"where", "from", "order", "limit", "returning", "on"});
  for (std::size_t i = set; i < end; i = lexemes.next(i)) {
    const bool starts = i == set || (lexemes.is(i, ","));
    std::string name = starts ? assigned_name(lexemes, i + 1) : std::string();
    if (!name.empty()) out.push_back(std::move(name));
  }
  return out;
}

}  // namespace dbw::review
