#pragma once

#include <string_view>

#include "sqlparse/statement.hpp"

/// What is known by name of the built-in functions of MySQL 8 and MariaDB 10.11.
namespace dbw::sqlparse::mysql {

struct FunctionFacts {
  bool read_only = false;
  bool constant = false;
  StatementClass statement_class = StatementClass::procedural;
};
FunctionFacts function_facts(std::string_view lower_name);

/// A word that a parenthesis may follow without being called: IN (...), VALUES (...), DECIMAL (...).
bool is_syntax_word(std::string_view lower_name);

/// Where a blank stands between such a name and its parenthesis, the server calls a stored function of that name
/// (unless IGNORE_SPACE is set).
bool binds_only_glued(std::string_view lower_name);

}  // namespace dbw::sqlparse::mysql
