#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "sqlparse/statement.hpp"

namespace dbw {
inline void PrintTo(StatementClass statement_class, std::ostream* out) { *out << class_name(statement_class); }
}  // namespace dbw

namespace dbw::sqlparse::test {

inline ParsedSql pg(std::string_view sql) { return parse(Engine::postgresql, sql, {k_sql_bytes_max}); }
inline ParsedSql lite(std::string_view sql) { return parse(Engine::sqlite, sql, {k_sql_bytes_max}); }

inline ParsedSql my(std::string_view sql) { return parse(Engine::mysql, sql, {k_sql_bytes_max}); }
inline ParsedSql maria(std::string_view sql) { return parse(Engine::mariadb, sql, {k_sql_bytes_max}); }

inline std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace dbw::sqlparse::test
