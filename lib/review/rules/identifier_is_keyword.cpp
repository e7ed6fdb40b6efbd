#include <algorithm>
#include <iterator>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Reserved in the SQL standard and by all engines, or nearly all.
constexpr std::string_view k_reserved_words[] = {
    "all",    "alter",      "and",    "as",      "asc",        "between", "by",      "case",     "check", "collate",
    "column", "constraint", "create", "cross",   "default",    "delete",  "desc",    "distinct", "drop",  "else",
    "exists", "foreign",    "from",   "grant",   "group",      "having",  "in",      "index",    "inner", "insert",
    "into",   "is",         "join",   "left",    "like",       "limit",   "natural", "not",      "null",  "on",
    "or",     "order",      "outer",  "primary", "references", "right",   "select",  "set",      "table", "then",
    "to",     "union",      "unique", "update",  "using",      "values",  "when",    "where",    "with"};
constexpr std::string_view k_reserved_postgresql[] = {
    "analyse", "analyze",   "any",  "array",     "cast",      "do",      "end",    "except",
    "false",   "fetch",     "for",  "initially", "intersect", "lateral", "offset", "only",
    "placing", "returning", "some", "symmetric", "true",      "user",    "window"};
constexpr std::string_view k_reserved_mysql[] = {
    "analyze",  "call",    "change",    "char",    "condition", "database", "databases", "decimal", "div",
    "explain",  "false",   "float",     "for",     "force",     "if",       "ignore",    "int",     "interval",
    "key",      "keys",    "kill",      "lead",    "lines",     "load",     "lock",      "match",   "mod",
    "optimize", "option",  "range",     "read",    "regexp",    "rename",   "replace",   "require", "rlike",
    "schema",   "schemas", "separator", "show",    "ssl",       "starting", "trigger",   "true",    "usage",
    "use",      "while",   "write",     "zerofill"};

static_assert(std::is_sorted(std::begin(k_reserved_words), std::end(k_reserved_words)) &&
              std::is_sorted(std::begin(k_reserved_postgresql), std::end(k_reserved_postgresql)) &&
              std::is_sorted(std::begin(k_reserved_mysql), std::end(k_reserved_mysql)));

bool is_reserved(Engine engine, const std::string& written) {
  // Spares most names the search: no such word holds a digit or an underscore.
  const auto is_letter = [](char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; };
  if (!std::all_of(written.begin(), written.end(), is_letter)) return false;
  const std::string name = to_lower(written);
  const auto holds = [&](const auto& words) {
    return std::binary_search(std::begin(words), std::end(words), std::string_view(name));
  };
  if (holds(k_reserved_words)) return true;
  if (engine == Engine::postgresql) return holds(k_reserved_postgresql);
  return engine != Engine::sqlite && holds(k_reserved_mysql);
}

void check_identifier_is_keyword(const RuleInput& in, Findings& out) {
  const auto check = [&](const std::string& name) {
    if (!name.empty() && is_reserved(in.review.engine, name))
      out.add(in.statement.range, quoted(name) + " is a reserved word: each statement must quote it", name);
  };
  const bool creates =
      in.statement.kind == StatementKind::create_table || in.statement.kind == StatementKind::create_view;
  if (creates) check(in.statement.target.name);
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) { check(column.name); });
  for (const AlterAction& action : in.statement.actions) check(action.new_name);
}

}  // namespace

constinit const Rule k_rule_identifier_is_keyword = {
    .info =
        {
            .id = "identifier-is-keyword",
            .category = "naming",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "A new table, view or column whose name is a reserved word.",
            .why = "A statement that forgets the quotes fails, or means something else; tools that write SQL forget "
                   "them often.",
            .instead = "Another word: orders for order, user_account for user.",
            .sources =
                "PostgreSQL manual, \"SQL Key Words\"; MySQL manual, \"Keywords and Reserved Words\"; MariaDB manual, "
                "\"Reserved Words\"; SQLite documentation, \"SQLite Keywords\".",
        },
    .on_statement = check_identifier_is_keyword,
    .kinds = {StatementKind::create_table, StatementKind::create_view, StatementKind::alter_table,
              StatementKind::alter_type, StatementKind::alter_domain},
};

}  // namespace dbw::review
