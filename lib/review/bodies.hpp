#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sqlparse/statement.hpp"

namespace dbw::review {

/// The SQL statements of a body: as they stand where the body is SQL, else those found between the control words of
/// PL/pgSQL.
struct Body {
  std::vector<sqlparse::ParsedSql> pieces;
  std::vector<std::string> unread;  ///< pieces that start like SQL and could not be read
  bool dynamic = false;             ///< EXECUTE of a text that is built at run time
};
Body read_body(Engine engine, std::string_view body);

}  // namespace dbw::review
