#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "db/postgresql_reach.hpp"
#include "sqlparse/postgresql/functions.hpp"
#include "sqlparse/postgresql/routine_words.hpp"
#include "workflow/query_guard.hpp"

namespace dbw::workflow {
namespace {

using sqlparse::postgresql::RoutineWords;

/// Volatile functions in C of PostgreSQL's own extensions that only look.
constexpr std::array<std::string_view, 3> k_harmless_extensions = {"pg_buffercache_pages", "pg_stat_statements",
                                                                   "pg_stat_statements_info"};

db::NamesUsed names_of(const sqlparse::Statement& query) {
  db::NamesUsed out;
  for (const sqlparse::ObjectUse& use : query.objects) out.relations.push_back({use.name.schema, use.name.name});
  for (const sqlparse::FunctionUse& use : query.functions) out.functions.push_back({use.name.schema, use.name.name});
  out.members.insert(query.members.begin(), query.members.end());
  // A type's name in a function's place is a cast.
  out.types = out.members;
  for (const sqlparse::FunctionUse& use : query.functions) out.types.insert(use.name.name);
  out.operators.insert(query.operators.begin(), query.operators.end());
  out.of_function_rows = query.reads_function_rows;
  return out;
}

db::NamesUsed names_of(const RoutineWords& text) {
  db::NamesUsed out;
  for (const std::string& word : text.words) out.relations.push_back({"", word});
  for (const std::string& word : text.calls) out.functions.push_back({"", word});
  out.members = text.members;
  out.operators = text.operators;
  for (const std::string_view word : {"like", "ilike", "similar"}) {
    if (text.words.count(std::string(word)) > 0) out.operators.insert({"~~", "!~~", "~~*", "!~~*", "~", "!~"});
  }
  out.types = text.words;
  out.of_function_rows = true;
  out.of_operators_anywhere = text.words.count("operator") > 0;
  out.anywhere = true;
  return out;
}

/// A function in SQL whose text holds nothing but queries does what its names come to, declared VOLATILE or not.
bool only_queries(const db::Reached& reached) {
  if (reached.language != "sql" || reached.body.empty()) return false;
  const sqlparse::ParsedSql parsed = sqlparse::parse(Engine::postgresql, reached.body, {k_sql_bytes_max});
  return parsed.problems.empty() &&
         std::all_of(parsed.statements.begin(), parsed.statements.end(), [](const sqlparse::Statement& statement) {
           return statement.kind == sqlparse::StatementKind::select &&
                  statement.class_beside_unknown == StatementClass::read;
         });
}

/// Why it may have an effect; empty where it cannot.
std::string harm_of(const db::Reached& reached) {
  if (reached.is_left_alone) return "";
  if (reached.foreign_table) return "is foreign: what stands behind it cannot be seen from here";
  const auto facts = sqlparse::postgresql::function_facts({"", reached.name});
  if (!facts.why.empty()) return fmt::format("{}", facts.why);
  if (reached.built_in) return facts.read_only ? "" : "is not known to be read-only";
  if (reached.is_procedure) return "is a procedure";
  if (reached.aggregate) return "";  // its functions are come to as well
  if (reached.security_definer) return "is SECURITY DEFINER";
  const bool in_c = reached.language == "c" || reached.language == "internal";
  if (const auto called = sqlparse::postgresql::function_facts({"", reached.symbol}); in_c && !called.why.empty())
    return fmt::format("is another name of {}, which {}", reached.symbol, called.why);
  if (reached.is_volatile && !only_queries(reached)) {
    const bool known = std::find(k_harmless_extensions.begin(), k_harmless_extensions.end(), reached.name) !=
                       k_harmless_extensions.end();
    return in_c && known ? "" : "is VOLATILE: it may write, take locks or change the session";
  }
  if (in_c) return "";
  if (reached.language != "sql" && reached.language != "plpgsql")
    return fmt::format("is in language {}, which is not read here", reached.language);
  if (reached.has_settings) return "changes settings while it runs (SET), so that its names mean something else";
  return "";
}

}  // namespace

void require_nothing_hidden_on_postgresql(db::Session& session, const sqlparse::Statement& query) {
  db::PostgresqlReach reach(session);
  reach.add(names_of(query), "");
  for (auto found = reach.follow(); !found.empty(); found = reach.follow()) {
    for (const db::Reached& each : found) {
      if (const std::string harm = harm_of(each); !harm.empty()) throw_hidden(each.way, harm);
      if (each.body.empty()) continue;
      const RoutineWords text = sqlparse::postgresql::routine_words(each.body);
      if (text.logs) throw_hidden(each.way, "writes to the server's log");
      if (text.unclear || (text.beyond_ascii && reach.folds_beyond_ascii()))
        throw_hidden(each.way, "runs SQL that it makes, or cannot be taken apart");
      reach.add(names_of(text), each.way);
    }
  }
}

}  // namespace dbw::workflow
