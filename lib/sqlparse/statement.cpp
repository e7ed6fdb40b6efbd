#include "sqlparse/statement.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "sqlparse/dialects.hpp"

namespace dbw::sqlparse {
namespace {

constexpr std::array<std::string_view, 15> k_object_kinds = {
    "table",    "view", "materialized_view", "index",   "sequence", "function", "type", "domain", "schema",
    "database", "role", "extension",         "trigger", "policy",   "other"};
constexpr std::array<std::string_view, 5> k_accesses = {"read", "write", "create", "alter", "drop"};
constexpr std::array<std::string_view, 48> k_statement_kinds = {"select",
                                                                "insert",
                                                                "update",
                                                                "delete",
                                                                "merge",
                                                                "copy",
                                                                "create_table",
                                                                "create_table_as",
                                                                "alter_table",
                                                                "drop",
                                                                "truncate",
                                                                "create_index",
                                                                "reindex",
                                                                "create_view",
                                                                "refresh_view",
                                                                "create_sequence",
                                                                "alter_sequence",
                                                                "create_type",
                                                                "alter_type",
                                                                "alter_domain",
                                                                "create_function",
                                                                "create_trigger",
                                                                "create_rule",
                                                                "create_schema",
                                                                "create_extension",
                                                                "comment",
                                                                "grant",
                                                                "revoke",
                                                                "role",
                                                                "policy",
                                                                "set",
                                                                "show",
                                                                "transaction",
                                                                "lock",
                                                                "vacuum",
                                                                "cluster",
                                                                "analyze",
                                                                "do_block",
                                                                "call",
                                                                "explain",
                                                                "prepare",
                                                                "listen_notify",
                                                                "create_database",
                                                                "alter_system",
                                                                "pragma",
                                                                "attach",
                                                                "other",
                                                                "unreadable"};
static_assert(k_statement_kinds[static_cast<std::size_t>(StatementKind::unreadable)] == "unreadable");
static_assert(k_object_kinds[static_cast<std::size_t>(ObjectKind::other)] == "other");

}  // namespace

std::string_view object_kind_name(ObjectKind kind) { return k_object_kinds[static_cast<std::size_t>(kind)]; }
std::string_view access_name(Access access) { return k_accesses[static_cast<std::size_t>(access)]; }
std::string_view statement_kind_name(StatementKind kind) { return k_statement_kinds[static_cast<std::size_t>(kind)]; }

std::optional<StatementClass> ParsedSql::strongest() const {
  if (!problems.empty()) return StatementClass::opaque;
  std::optional<StatementClass> strongest;
  for (const Statement& statement : statements) {
    strongest = std::max(strongest.value_or(StatementClass::read), statement.statement_class);
  }
  return strongest;
}

bool ParsedSql::read_only() const {
  return problems.empty() && !statements.empty() &&
         std::all_of(statements.begin(), statements.end(), [](const Statement& s) { return s.read_only; });
}

ParsedSql parse(Engine engine, std::string_view sql, const ParseOptions& options) {
  return std::move(parse_all(engine, {sql}, options).front());
}

std::vector<ParsedSql> parse_all(Engine engine, const std::vector<std::string_view>& texts,
                                 const ParseOptions& options) {
  std::vector<ParsedSql> parsed;
  switch (engine) {
    case Engine::postgresql:
      return postgresql::parse_all(texts, options);
    case Engine::sqlite:
      for (const std::string_view sql : texts) parsed.push_back(sqlite::parse(sql, options));
      return parsed;
    case Engine::mysql:
    case Engine::mariadb:
      for (const std::string_view sql : texts) parsed.push_back(mysql::parse(engine, sql, options));
      return parsed;
  }
  throw Error(ErrorCode::sql_engine_unsupported, "there is no parser for this engine");
}

LineColumn line_column(std::string_view sql, std::size_t offset) {
  const std::string_view before = sql.substr(0, std::min(offset, sql.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto last_newline = before.rfind('\n');
  const std::size_t column = last_newline == std::string_view::npos ? before.size() : before.size() - last_newline - 1;
  return {static_cast<int>(lines) + 1, static_cast<int>(column) + 1};
}

}  // namespace dbw::sqlparse
