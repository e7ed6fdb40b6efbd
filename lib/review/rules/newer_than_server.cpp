#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "review/rule_helpers.hpp"
#include "review/server_version.hpp"

namespace dbw::review {
namespace {

using K = StatementKind;

/// Words that stand side by side in statements of some kinds, and the first version that reads them.
struct Feature {
  Engine engine;
  ServerVersion since;
  StatementKinds kinds;
  std::array<Keyword, 4> words;  ///< the rest are empty
  std::string_view name;
  bool ignored = false;  ///< older servers read it and do nothing
};

constexpr Keyword k_no_word{std::string_view()};
constexpr StatementKinds k_any_statement;
constexpr StatementKinds k_table_statements = {K::create_table, K::alter_table};
constexpr StatementKinds k_query_statements = {K::select,  K::insert,      K::update,
                                               K::delete_, K::create_view, K::create_table_as};
constexpr auto k_of_postgresql = Engine::postgresql, k_of_mysql = Engine::mysql, k_of_mariadb = Engine::mariadb,
               k_of_sqlite = Engine::sqlite;

constexpr Feature k_features[] = {
    {k_of_postgresql,
     {12, 0, 0},
     {K::reindex},
     {"concurrently", k_no_word, k_no_word, k_no_word},
     "REINDEX CONCURRENTLY"},
    {k_of_postgresql, {12, 0, 0}, k_table_statements, {")", "stored", k_no_word, k_no_word}, "a generated column"},
    {k_of_postgresql,
     {12, 0, 0},
     k_query_statements,
     {"as", "materialized", "(", k_no_word},
     "WITH ... AS MATERIALIZED"},
    {k_of_postgresql,
     {12, 0, 0},
     k_query_statements,
     {"as", "not", "materialized", "("},
     "WITH ... AS NOT MATERIALIZED"},
    {k_of_postgresql, {13, 0, 0}, {K::alter_table}, {"drop", "expression", k_no_word, k_no_word}, "DROP EXPRESSION"},
    {k_of_postgresql,
     {13, 0, 0},
     k_query_statements,
     {"with", "ties", k_no_word, k_no_word},
     "FETCH FIRST ... WITH TIES"},
    {k_of_postgresql,
     {14, 0, 0},
     {K::create_trigger},
     {"or", "replace", k_no_word, k_no_word},
     "CREATE OR REPLACE TRIGGER"},
    {k_of_postgresql,
     {14, 0, 0},
     {K::create_function},
     {"begin", "atomic", k_no_word, k_no_word},
     "a body of BEGIN ATOMIC"},
    {k_of_postgresql, {15, 0, 0}, {K::merge}, {"merge", k_no_word, k_no_word, k_no_word}, "MERGE"},
    {k_of_postgresql,
     {15, 0, 0},
     {K::create_table, K::alter_table, K::create_index},
     {"nulls", "not", "distinct", k_no_word},
     "NULLS NOT DISTINCT"},
    {k_of_postgresql,
     {15, 0, 0},
     k_any_statement,
     {"security_invoker", "=", k_no_word, k_no_word},
     "security_invoker of a view"},
    {k_of_postgresql, {15, 0, 0}, {K::alter_table}, {"set", "access", "method", k_no_word}, "SET ACCESS METHOD"},
    {k_of_postgresql, {17, 0, 0}, {K::alter_table}, {"set", "expression", "as", k_no_word}, "SET EXPRESSION"},
    {k_of_postgresql, {17, 0, 0}, {K::merge}, {"matched", "by", "source", k_no_word}, "WHEN NOT MATCHED BY SOURCE"},
    {k_of_postgresql, {17, 0, 0}, {K::merge}, {"returning", k_no_word, k_no_word, k_no_word}, "MERGE ... RETURNING"},
    {k_of_mysql, {8, 0, 3}, {K::alter_table}, {"rename", "column", k_no_word, k_no_word}, "RENAME COLUMN"},
    {k_of_mysql, {8, 0, 2}, k_query_statements, {")", "over", "(", k_no_word}, "a window function"},
    {k_of_mysql, {8, 0, 1}, k_query_statements, {"skip", "locked", k_no_word, k_no_word}, "SKIP LOCKED"},
    {k_of_mysql, {8, 0, 12}, {K::alter_table}, {"algorithm", "=", "instant", k_no_word}, "ALGORITHM=INSTANT"},
    {k_of_mysql, {8, 0, 13}, k_table_statements, {"default", "(", k_no_word, k_no_word}, "DEFAULT (expression)"},
    {k_of_mysql, {8, 0, 13}, {K::create_index}, {"(", "(", k_no_word, k_no_word}, "an index of an expression"},
    {k_of_mysql, {8, 0, 16}, k_table_statements, {"check", "(", k_no_word, k_no_word}, "CHECK", true},
    {k_of_mysql, {8, 0, 19}, {K::alter_table}, {"drop", "constraint", k_no_word, k_no_word}, "DROP CONSTRAINT"},
    {k_of_mysql, {8, 0, 19}, k_query_statements, {"values", "row", "(", k_no_word}, "VALUES ROW()"},
    {k_of_mysql, {8, 0, 23}, k_table_statements, {"invisible", k_no_word, k_no_word, k_no_word}, "an invisible column"},
    {k_of_mysql, {8, 0, 31}, k_query_statements, {"except", "select", k_no_word, k_no_word}, "EXCEPT"},
    {k_of_mysql, {8, 0, 31}, k_query_statements, {"intersect", "select", k_no_word, k_no_word}, "INTERSECT"},
    {k_of_mariadb, {10, 2, 0}, k_query_statements, {")", "over", "(", k_no_word}, "a window function"},
    {k_of_mariadb, {10, 2, 1}, k_table_statements, {"default", "(", k_no_word, k_no_word}, "DEFAULT (expression)"},
    {k_of_mariadb, {10, 2, 1}, k_table_statements, {"check", "(", k_no_word, k_no_word}, "CHECK", true},
    {k_of_mariadb, {10, 3, 0}, k_query_statements, {"except", "select", k_no_word, k_no_word}, "EXCEPT"},
    {k_of_mariadb, {10, 3, 0}, k_query_statements, {"intersect", "select", k_no_word, k_no_word}, "INTERSECT"},
    {k_of_mariadb, {10, 3, 0}, {K::create_sequence}, {"sequence", k_no_word, k_no_word, k_no_word}, "CREATE SEQUENCE"},
    {k_of_mariadb, {10, 3, 2}, {K::alter_table}, {"algorithm", "=", "instant", k_no_word}, "ALGORITHM=INSTANT"},
    {k_of_mariadb,
     {10, 3, 3},
     k_table_statements,
     {"invisible", k_no_word, k_no_word, k_no_word},
     "an invisible column"},
    {k_of_mariadb, {10, 3, 4}, k_table_statements, {"system", "versioning", k_no_word, k_no_word}, "SYSTEM VERSIONING"},
    {k_of_mariadb, {10, 5, 0}, {K::insert}, {"returning", k_no_word, k_no_word, k_no_word}, "INSERT ... RETURNING"},
    {k_of_mariadb, {10, 5, 2}, {K::alter_table}, {"rename", "column", k_no_word, k_no_word}, "RENAME COLUMN"},
    {k_of_mariadb, {10, 6, 0}, k_query_statements, {"skip", "locked", k_no_word, k_no_word}, "SKIP LOCKED"},
    {k_of_sqlite, {3, 24, 0}, {K::insert}, {"do", "update", "set", k_no_word}, "ON CONFLICT ... DO UPDATE"},
    {k_of_sqlite, {3, 24, 0}, {K::insert}, {"do", "nothing", k_no_word, k_no_word}, "ON CONFLICT ... DO NOTHING"},
    {k_of_sqlite, {3, 25, 0}, {K::alter_table}, {"rename", "column", k_no_word, k_no_word}, "RENAME COLUMN"},
    {k_of_sqlite, {3, 25, 0}, k_query_statements, {")", "over", "(", k_no_word}, "a window function"},
    {k_of_sqlite, {3, 31, 0}, k_table_statements, {"generated", "always", "as", k_no_word}, "a generated column"},
    {k_of_sqlite, {3, 35, 0}, {K::alter_table}, {"drop", "column", k_no_word, k_no_word}, "DROP COLUMN"},
    {k_of_sqlite,
     {3, 35, 0},
     {K::insert, K::update, K::delete_},
     {"returning", k_no_word, k_no_word, k_no_word},
     "RETURNING"},
    {k_of_sqlite, {3, 35, 0}, k_query_statements, {"as", "materialized", "(", k_no_word}, "WITH ... AS MATERIALIZED"},
    {k_of_sqlite, {3, 37, 0}, {K::create_table}, {")", "strict", k_no_word, k_no_word}, "a STRICT table"},
    {k_of_sqlite, {3, 39, 0}, k_query_statements, {"full", "join", k_no_word, k_no_word}, "FULL JOIN"},
    {k_of_sqlite, {3, 39, 0}, k_query_statements, {"full", "outer", "join", k_no_word}, "FULL JOIN"},
    {k_of_sqlite, {3, 39, 0}, k_query_statements, {"right", "join", k_no_word, k_no_word}, "RIGHT JOIN"},
    {k_of_sqlite, {3, 39, 0}, k_query_statements, {"right", "outer", "join", k_no_word}, "RIGHT JOIN"},
};

bool occurs(const Lexemes& lexemes, const std::array<Keyword, 4>& words) {
  for (std::size_t at = lexemes.seek(0, words[0]); at < lexemes.size(); at = lexemes.seek(at + 1, words[0])) {
    std::size_t i = 1;
    while (i < words.size() && !words[i].text.empty() && lexemes.is(at + i, words[i])) ++i;
    if (i == words.size() || words[i].text.empty()) return true;
  }
  return false;
}

/// What the version leaves open, any of the series may be.
ServerVersion newest_of(Engine engine, std::string_view text) {
  ServerVersion out = server_version(engine, text);
  const auto dots = std::count(text.begin(), text.end(), '.');
  if (dots < 2) out.patch = std::numeric_limits<int>::max();
  if (dots < 1) out.minor = std::numeric_limits<int>::max();
  return out;
}

std::string version_text(const Feature& feature) {
  const ServerVersion& since = feature.since;
  if (feature.engine == k_of_postgresql) return std::to_string(since.major);
  return fmt::format("{}.{}.{}", since.major, since.minor, since.patch);
}

void check_newer_than_server(const RuleInput& in, Findings& out) {
  if (in.review.server_version.empty()) return;
  const ServerVersion server = newest_of(in.review.engine, in.review.server_version);
  for (const Feature& feature : k_features) {
    if (feature.engine != in.review.engine || feature.since <= server || !feature.kinds.has(in.statement.kind) ||
        !occurs(in.lexemes, feature.words))
      continue;
    out.add(in.statement.range,
            fmt::format("{} is there since version {}; {} {}", feature.name, version_text(feature),
                        in.review.server_version, feature.ignored ? "reads it and does nothing" : "refuses it"),
            in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_newer_than_server = {
    .info =
        {
            .id = "newer-than-server",
            .category = "hygiene",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "A statement that the server's version does not know yet, as far as dbw knows its history. It "
                       "is asked only where somebody says the version (--server-version, server_version, the policy or "
                       "a snapshot).",
            .why = "It was written on a newer server. Production refuses it in the middle of the change, or, as older "
                   "MySQL and MariaDB do with CHECK, accepts it and does nothing.",
            .instead = "Write it as the older server reads it, or upgrade first.",
            .sources = "PostgreSQL release notes 12 to 17; MySQL 8.0 Reference Manual, \"What Is New in MySQL 8.0\" "
                       "and release notes; MariaDB knowledge base, pages of the statements; SQLite release history.",
        },
    .on_statement = check_newer_than_server,
};

}  // namespace dbw::review
