#include "sqlparse/sqlite/functions.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>

#include "base/sqlite_names.hpp"

namespace dbw::sqlparse::sqlite {
namespace {

constexpr std::string_view k_file_or_program[] = {
    "csv",       "edit",    "fsdir",       "fts3_tokenizer", "load_extension",
    "lsdir",     "lsmode",  "readfile",    "sqlar_compress", "sqlar_uncompress",
    "writefile", "zipfile", "zipfile_cds",
};

template <typename Table>
bool holds(const Table& table, std::string_view name) {
  return std::find(std::begin(table), std::end(table), name) != std::end(table);
}

}  // namespace

FunctionFacts function_facts(std::string_view lower_name) {
  const SqliteFunction known = sqlite_function(lower_name);
  if (known != SqliteFunction::unknown) return {true, known == SqliteFunction::constant, StatementClass::read};
  if (holds(k_file_or_program, lower_name)) return {false, false, StatementClass::file_or_program};
  // A hidden column of such a table is its argument.
  const bool pragma = lower_name.starts_with(k_pragma_prefix);
  if (pragma && is_reading_pragma(lower_name.substr(k_pragma_prefix.size()), true))
    return {true, false, StatementClass::read};
  return {};
}

bool is_reading_pragma(std::string_view lower_name, bool has_argument) {
  return is_reading_sqlite_pragma(lower_name, has_argument, sqlite3_libversion_number());
}

}  // namespace dbw::sqlparse::sqlite
