#include "sqlparse/sqlite/functions.hpp"

#include <algorithm>
#include <iterator>

namespace dbw::sqlparse::sqlite {
namespace {

constexpr std::string_view k_constant[] = {
    "abs",
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "avg",
    "bm25",
    "ceil",
    "ceiling",
    "char",
    "coalesce",
    "cos",
    "cosh",
    "count",
    "cume_dist",
    "date",
    "datetime",
    "degrees",
    "dense_rank",
    "exp",
    "first_value",
    "floor",
    "format",
    "glob",
    "group_concat",
    "hex",
    "highlight",
    "ifnull",
    "iif",
    "instr",
    "json",
    "json_array",
    "json_array_length",
    "json_each",
    "json_error_position",
    "json_extract",
    "json_group_array",
    "json_group_object",
    "json_insert",
    "json_object",
    "json_patch",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_tree",
    "json_type",
    "json_valid",
    "julianday",
    "lag",
    "last_value",
    "lead",
    "length",
    "like",
    "likelihood",
    "likely",
    "ln",
    "log",
    "log10",
    "log2",
    "lower",
    "ltrim",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "percent_rank",
    "pi",
    "pow",
    "power",
    "printf",
    "quote",
    "radians",
    "rank",
    "replace",
    "round",
    "row_number",
    "rtrim",
    "sign",
    "sin",
    "sinh",
    "snippet",
    "soundex",
    "sqlite_compileoption_get",
    "sqlite_compileoption_used",
    "sqlite_source_id",
    "sqlite_version",
    "sqrt",
    "strftime",
    "string_agg",
    "substr",
    "substring",
    "sum",
    "tan",
    "tanh",
    "time",
    "timediff",
    "total",
    "trim",
    "trunc",
    "typeof",
    "unhex",
    "unicode",
    "unixepoch",
    "unlikely",
    "upper",
    "zeroblob",
};
constexpr std::string_view k_volatile[] = {"changes",           "current_date", "current_time", "current_timestamp",
                                           "last_insert_rowid", "random",       "randomblob",   "total_changes"};

constexpr std::string_view k_file_or_program[] = {
    "csv",       "edit",    "fsdir",       "fts3_tokenizer", "load_extension",
    "lsdir",     "lsmode",  "readfile",    "sqlar_compress", "sqlar_uncompress",
    "writefile", "zipfile", "zipfile_cds",
};

/// Pragmas whose argument names what to look at.
constexpr std::string_view k_schema_pragmas[] = {
    "collation_list", "compile_options", "database_list", "foreign_key_check", "foreign_key_list", "function_list",
    "index_info",     "index_list",      "index_xinfo",   "integrity_check",   "module_list",      "pragma_list",
    "quick_check",    "table_info",      "table_list",    "table_xinfo",
};
/// Pragmas that set with an argument and read without.
constexpr std::string_view k_value_pragmas[] = {
    "application_id",     "auto_vacuum",    "busy_timeout", "cache_size", "data_version", "encoding",
    "foreign_keys",       "freelist_count", "journal_mode", "page_count", "page_size",    "query_only",
    "recursive_triggers", "schema_version", "synchronous",  "temp_store", "user_version",
};

template <typename Table>
bool holds(const Table& table, std::string_view name) {
  return std::find(std::begin(table), std::end(table), name) != std::end(table);
}

}  // namespace

FunctionFacts function_facts(std::string_view lower_name) {
  if (holds(k_constant, lower_name)) return {true, true, StatementClass::read};
  if (holds(k_volatile, lower_name)) return {true, false, StatementClass::read};
  if (holds(k_file_or_program, lower_name)) return {false, false, StatementClass::file_or_program};
  const bool pragma = lower_name.substr(0, k_pragma_prefix.size()) == k_pragma_prefix;
  if (pragma && holds(k_schema_pragmas, lower_name.substr(k_pragma_prefix.size())))
    return {true, false, StatementClass::read};
  return {};
}

bool is_reading_pragma(std::string_view lower_name, bool has_argument) {
  return holds(k_schema_pragmas, lower_name) || (!has_argument && holds(k_value_pragmas, lower_name));
}

}  // namespace dbw::sqlparse::sqlite
