#pragma once

#include <string_view>

#include "sqlparse/statement.hpp"

/// What is known of SQLite's functions and pragmas by name (core, date, math, JSON, FTS5 functions of 3.40).
namespace dbw::sqlparse::sqlite {

struct FunctionFacts {
  bool read_only = false;
  bool constant = false;
  StatementClass statement_class = StatementClass::procedural;
};
/// Of the tables and table-valued functions that run a PRAGMA.
inline constexpr std::string_view k_pragma_prefix = "pragma_";
FunctionFacts function_facts(std::string_view lower_name);

/// A pragma that only reads. With an argument only those whose argument names an object or bounds the output.
bool is_reading_pragma(std::string_view lower_name, bool has_argument);

}  // namespace dbw::sqlparse::sqlite
