#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sqlparse/statement.hpp"

struct sqlite3;

/// SQLite's own parser as second opinion. Statements are prepared on a throw-away in-memory database that holds the
/// schema as far as it is known; what the authorizer hears may raise a class, never lower it. Nothing but DDL of the
/// schema is ever stepped.
namespace dbw::sqlparse::sqlite {

class Oracle {
 public:
  explicit Oracle(const std::string& schema_sql);

  /// Raises the statement's class and completes its objects. Returns SQLite's message where the text is no valid SQL.
  std::optional<std::string> check(Statement& statement, std::string_view text);

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Closer> m_handle;
};

}  // namespace dbw::sqlparse::sqlite
