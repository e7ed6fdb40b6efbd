#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {

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
  const Statement& statement = in.statement;
  for (const sqlparse::IndexDefinition& index : statement.indexes) {
    if (index.kind.empty()) out.push_back(index.columns);
  }
  if (statement.kind == StatementKind::create_index && statement.indexes.empty()) {
    std::vector<std::string>& columns = out.emplace_back();
    for (const sqlparse::ColumnDefinition& column : statement.columns) columns.push_back(column.name);
  }
  for (const AlterAction& action : statement.actions) {
    const bool plain = action.kind == AlterAction::Kind::add_index && action.index.kind.empty();
    if (plain) out.push_back(action.index.columns);
  }
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) {
    if (constraint.kind == ConstraintKind::unique || constraint.kind == ConstraintKind::primary_key)
      out.push_back(constraint.columns);
  });
  return out;
}

bool is_snake_case(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' && std::all_of(name.begin(), name.end(), fits);
}

NewColumns::NewColumns(const RuleInput& in) : m_in(in) {
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_column) m_added.insert(to_lower(action.column.name));
  }
}

bool NewColumns::has(const std::string& column) const {
  return m_added.count(to_lower(column)) != 0 || m_in.facts.created_column(table_of(m_in.statement), column);
}

ServerVersion version_of(const RuleInput& in) { return server_version(in.review.engine, in.review.server_version); }

bool is_mysql(const RuleInput& in) { return in.review.engine == Engine::mysql || in.review.engine == Engine::mariadb; }

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

std::optional<sqlparse::ColumnDefinition> known_type(const RuleInput& in, const ObjectName& table,
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
  return out;
}

bool is_not_null(const RuleInput& in, const ObjectName& table, const std::string& column) {
  constexpr int k_server_trusts_check = 12;
  const schema::Column* seen = in.schema.column(table, column);
  if (seen != nullptr && seen->not_null) return true;
  return in.server_major >= k_server_trusts_check && in.facts.proven_not_null(table, column);
}

}  // namespace dbw::review
