#include "db/ledger_sql.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::db {
namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t found = text.find(from, at);
    out += text.substr(at, found - at);
    if (found == std::string_view::npos) break;
    out += to;
    at = found + from.size();
  }
  return out;
}

/// MySQL, MariaDB: unknown database, database refused, unknown table, table, column or routine refused, unknown
/// routine. A server does not tell somebody without rights whether there is anything to have rights on.
bool is_missing_in_mysql(int number) {
  constexpr std::array k_numbers = {1049, 1044, 1146, 1142, 1143, 1370, 1305};
  return std::find(k_numbers.begin(), k_numbers.end(), number) != k_numbers.end();
}

}  // namespace

std::string with_prefix(std::string_view sql, std::string_view prefix) { return replaced(sql, "dbw.", prefix); }

std::string for_engine(const Session& session, std::string_view sql) {
  if (!is_mysql(session)) return with_prefix(sql, session.ledger_prefix());
  const std::string spelled = replaced(replaced(sql, "AS bigint", "AS signed"), "sqlstate", "`sqlstate`");
  return with_prefix(spelled, session.ledger_prefix());
}

std::string upsert(const Session& session, std::string_view insert, std::string_view key,
                   const std::vector<std::string_view>& columns) {
  std::vector<std::string> sets;
  for (const std::string_view column : columns)
    sets.push_back(is_mysql(session) ? fmt::format("{0} = VALUES({0})", column)
                                     : fmt::format("{0} = excluded.{0}", column));
  const std::string conflict =
      is_mysql(session) ? "ON DUPLICATE KEY UPDATE" : fmt::format("ON CONFLICT ({}) DO UPDATE SET", key);
  return for_engine(session, fmt::format("{} {} {}", insert, conflict, join(sets, ", ")));
}

void lock_ledger_table(Session& session, std::string_view table) {
  if (session.engine() == Engine::postgresql)
    session.own(fmt::format("LOCK TABLE dbw.{} IN SHARE ROW EXCLUSIVE MODE", table));
  // LOCK TABLES would commit; a row that stands for the table does not.
  if (is_mysql(session))
    session.own(for_engine(session, "SELECT name FROM dbw.mutex WHERE name = $1 FOR UPDATE"), {std::string(table)});
}

void rethrow_missing_setup(const DatabaseError& error) {
  // undefined_table, invalid_schema_name, undefined_function
  const std::string& state = error.sqlstate();
  const bool missing = state == "42P01" || state == "3F000" || state == "42883" ||
                       (state == "SQLITE_ERROR" && error.server().message.starts_with("no such table"));
  if (missing) throw Error(ErrorCode::db_not_set_up, "the database has no dbw tables");
  if (is_missing_in_mysql(error.server().number))
    throw Error(ErrorCode::db_not_set_up, "there are no dbw tables, or the account may not use them");
  throw error;
}

}  // namespace dbw::db
