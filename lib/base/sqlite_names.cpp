#include "base/sqlite_names.hpp"

#include <algorithm>
#include <iterator>

namespace dbw {
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
    "concat",
    "concat_ws",
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
    "json_pretty",
    "json_quote",
    "json_remove",
    "json_replace",
    "json_set",
    "json_tree",
    "json_type",
    "json_valid",
    "jsonb",
    "jsonb_array",
    "jsonb_each",
    "jsonb_extract",
    "jsonb_group_array",
    "jsonb_group_object",
    "jsonb_insert",
    "jsonb_object",
    "jsonb_patch",
    "jsonb_remove",
    "jsonb_replace",
    "jsonb_set",
    "jsonb_tree",
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
    "matchinfo",
    "max",
    "min",
    "mod",
    "nth_value",
    "ntile",
    "nullif",
    "octet_length",
    "offsets",
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
    "subtype",
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

/// It asks full-text tables to check themselves, which they did with an INSERT until 3.45.0.
bool writes_in(std::string_view pragma, int library) {
  return (pragma == "integrity_check" || pragma == "quick_check") && library / 1000 == 3044;
}

}  // namespace

SqliteFunction sqlite_function(std::string_view lower_name) {
  if (holds(k_constant, lower_name)) return SqliteFunction::constant;
  return holds(k_volatile, lower_name) ? SqliteFunction::varying : SqliteFunction::unknown;
}

bool is_reading_sqlite_pragma(std::string_view lower_name, bool has_argument, int library) {
  if (writes_in(lower_name, library)) return false;
  return holds(k_schema_pragmas, lower_name) || (!has_argument && holds(k_value_pragmas, lower_name));
}

}  // namespace dbw
