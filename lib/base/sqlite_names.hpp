#pragma once

#include <string_view>

/// What is known by name of SQLite's own functions and pragmas (core, date, math, JSON, FTS; 3.40 to 3.47), for whoever
/// reads SQL and for whoever lets it run. Names are in lower case.
namespace dbw {

enum class SqliteFunction {
  unknown,  ///< or not free of side effects
  constant,
  varying  ///< reads more than its arguments
};
SqliteFunction sqlite_function(std::string_view lower_name);

/// Until 3.44 SQLite took its own JSON functions and full-text tables for unsafe in a schema that is not trusted, and
/// refused all work with one that uses them. `library` is sqlite3_libversion_number().
constexpr bool needs_trusted_sqlite_schema(int library) { return library < 3'044'000; }

/// A pragma that only reads: with an argument one of those whose argument names what to look at.
bool is_reading_sqlite_pragma(std::string_view lower_name, bool has_argument, int library);

}  // namespace dbw
