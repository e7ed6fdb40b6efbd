#include "db/ledger_sql.hpp"

#include "base/error.hpp"

namespace dbw::db {

std::string for_engine(Engine engine, std::string_view sql) {
  if (engine != Engine::sqlite) return std::string(sql);
  constexpr std::string_view k_schema = "dbw.";
  std::string out;
  for (std::size_t at = 0; at < sql.size();) {
    const std::size_t found = sql.find(k_schema, at);
    out += sql.substr(at, found - at);
    if (found == std::string_view::npos) break;
    out += "main.dbw_";
    at = found + k_schema.size();
  }
  return out;
}

void rethrow_missing_setup(const DatabaseError& error) {
  // undefined_table, invalid_schema_name, undefined_function
  const std::string& state = error.sqlstate();
  const bool missing = state == "42P01" || state == "3F000" || state == "42883" ||
                       (state == "SQLITE_ERROR" && error.server().message.starts_with("no such table"));
  if (missing) throw Error(ErrorCode::db_not_set_up, "the database has no dbw tables");
  throw error;
}

}  // namespace dbw::db
