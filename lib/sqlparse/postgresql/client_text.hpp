#pragma once

#include <string>
#include <vector>

#include "sqlparse/postgresql/lexer.hpp"
#include "sqlparse/statement.hpp"

/// What belongs to psql and not to SQL: meta-commands, DELIMITER lines, the data of COPY ... FROM STDIN.
namespace dbw::sqlparse::postgresql {

/// A working copy of the SQL in which client text is a semicolon and blanks, so that offsets stay; its tokens; and what
/// was cut, in ascending order.
struct ClientTextCut {
  std::string sql;
  std::vector<Token> tokens;
  std::vector<ParseProblem> cuts;
};
ClientTextCut cut_client_text(std::string_view sql);

}  // namespace dbw::sqlparse::postgresql
