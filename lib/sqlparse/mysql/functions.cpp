#include "sqlparse/mysql/functions.hpp"

#include <algorithm>
#include <iterator>

namespace dbw::sqlparse::mysql {
namespace {

// Sorted: they are searched by halves.
// clang-format off
constexpr std::string_view k_constant[] = {
    "abs", "acos", "adddate", "addtime", "aes_decrypt", "aes_encrypt", "any_value", "ascii", "asin", "atan", "atan2",
    "avg", "bin", "bin_to_uuid", "bit_and", "bit_count", "bit_length", "bit_or", "bit_xor", "cast", "ceil", "ceiling",
    "char", "char_length", "character_length", "charset", "chr", "coalesce", "coercibility", "collation", "compress",
    "concat", "concat_ws", "conv", "convert", "convert_tz", "cos", "cot", "count", "crc32", "crc32c", "cume_dist",
    "date", "date_add", "date_format", "date_sub", "datediff", "day", "dayname", "dayofmonth", "dayofweek",
    "dayofyear", "decode", "decode_oracle", "degrees", "dense_rank", "elt", "encode", "exp", "export_set",
    "extract", "extractvalue", "field", "find_in_set", "first_value", "floor", "format", "format_bytes",
    "format_pico_time", "from_base64", "from_days", "from_unixtime", "geomcollection", "geometrycollection", "greatest",
    "group_concat", "grouping", "hex", "hour", "if", "ifnull", "inet6_aton", "inet6_ntoa", "inet_aton", "inet_ntoa",
    "insert", "instr", "interval", "is_ipv4", "is_ipv4_compat", "is_ipv4_mapped", "is_ipv6", "is_uuid", "isnull",
    "json_array", "json_array_append", "json_array_insert", "json_arrayagg", "json_compact", "json_contains",
    "json_contains_path", "json_depth", "json_detailed", "json_equals", "json_exists", "json_extract", "json_insert",
    "json_keys", "json_length", "json_loose", "json_merge", "json_merge_patch", "json_merge_preserve",
    "json_normalize", "json_object", "json_objectagg", "json_overlaps", "json_pretty", "json_query", "json_quote",
    "json_remove", "json_replace", "json_schema_valid", "json_schema_validation_report", "json_search", "json_set",
    "json_storage_free", "json_storage_size", "json_table", "json_type", "json_unquote", "json_valid", "json_value",
    "lag", "last_day", "last_value", "lcase", "lead", "least", "left", "length", "lengthb", "linestring", "ln",
    "locate", "log", "log10", "log2", "lower", "lpad", "ltrim", "make_set", "makedate", "maketime", "match", "max",
    "mbrcontains", "mbrcoveredby", "mbrcovers", "mbrdisjoint", "mbrequals", "mbrintersects", "mbroverlaps",
    "mbrtouches", "mbrwithin", "md5", "median", "microsecond", "mid", "min", "minute", "mod", "month", "monthname",
    "multilinestring", "multipoint", "multipolygon", "natural_sort_key", "nth_value", "ntile", "nullif", "nvl",
    "nvl2", "oct", "octet_length", "ord", "percent_rank", "percentile_cont", "percentile_disc", "period_add",
    "period_diff", "pi", "point", "polygon", "position", "pow", "power", "quarter", "quote", "radians", "rank",
    "regexp_instr", "regexp_like", "regexp_replace", "regexp_substr", "repeat", "replace", "reverse", "right",
    "round", "row_number", "rpad", "rtrim", "sec_to_time", "second", "sformat", "sha", "sha1", "sha2", "sign", "sin",
    "soundex", "space", "sqrt", "st_area", "st_asbinary", "st_asgeojson", "st_astext", "st_aswkb", "st_aswkt",
    "st_boundary", "st_buffer", "st_centroid", "st_contains", "st_convexhull", "st_crosses", "st_difference",
    "st_dimension", "st_disjoint", "st_distance", "st_distance_sphere", "st_endpoint", "st_envelope", "st_equals",
    "st_exteriorring", "st_geohash", "st_geomcollfromtext", "st_geometryfromtext", "st_geometryn", "st_geometrytype",
    "st_geomfromgeojson", "st_geomfromtext", "st_geomfromwkb", "st_interiorringn", "st_intersection", "st_intersects",
    "st_isclosed", "st_isempty", "st_isring", "st_issimple", "st_isvalid", "st_latfromgeohash", "st_latitude",
    "st_length", "st_linefromtext", "st_longfromgeohash", "st_longitude", "st_makeenvelope", "st_numgeometries",
    "st_numinteriorring", "st_numinteriorrings", "st_numpoints", "st_overlaps", "st_pointfromgeohash",
    "st_pointfromtext", "st_pointn", "st_pointonsurface", "st_polyfromtext", "st_polygonfromtext", "st_relate",
    "st_simplify", "st_srid", "st_startpoint", "st_swapxy", "st_symdifference", "st_touches", "st_transform",
    "st_union", "st_validate", "st_within", "st_x", "st_y", "std", "stddev", "stddev_pop", "stddev_samp",
    "str_to_date", "strcmp", "subdate", "substr", "substrb", "substring", "substring_index", "subtime", "sum", "tan",
    "time", "time_format", "time_to_sec", "timediff", "timestamp", "timestampadd", "timestampdiff", "to_base64",
    "to_char", "to_days", "to_seconds", "trim", "trim_oracle", "truncate", "ucase", "uncompress",
    "uncompressed_length", "unhex", "updatexml", "upper", "uuid_to_bin", "value", "values", "var_pop", "var_samp",
    "variance", "week", "weekday", "weekofyear", "weight_string", "year", "yearweek",
};
constexpr std::string_view k_volatile[] = {
    "connection_id", "curdate", "current_date", "current_role", "current_time", "current_timestamp", "current_user",
    "curtime", "database", "found_rows", "icu_version", "last_insert_id", "lastval", "localtime", "localtimestamp",
    "now", "ps_current_thread_id", "ps_thread_id", "rand", "random_bytes", "roles_graphml", "row_count", "schema",
    "session_user", "sysdate", "system_user", "unix_timestamp", "user", "utc_date", "utc_time", "utc_timestamp",
    "uuid", "uuid_short", "version",
};
constexpr std::string_view k_file_or_program[] = {
    "lib_mysqludf_sys_info", "load_file", "sys_eval", "sys_exec", "sys_get", "sys_set",
};
constexpr std::string_view k_locks[] = {
    "get_lock", "is_free_lock", "is_used_lock", "release_all_locks", "release_lock", "service_get_read_locks",
    "service_get_write_locks", "service_release_locks",
};
/// DEFAULT(column) evaluates the column's default, which may be NEXT VALUE FOR a sequence.
constexpr std::string_view k_sequence[] = {
    "default", "nextval", "setval",
};
constexpr std::string_view k_syntax[] = {
    "all", "and", "any", "as", "between", "bigint", "binary", "bit", "blob", "by", "call", "case", "character",
    "check", "collate", "cross", "dec", "decimal", "distinct", "distinctrow", "div", "do", "double", "else", "end",
    "enum", "except", "exists", "fixed", "float", "for", "force", "foreign", "from", "group", "having", "ignore",
    "in", "index", "inner", "int", "integer", "intersect", "into", "is", "join", "json", "key", "like", "limit",
    "longblob", "longtext", "mediumblob", "mediumint", "mediumtext", "national", "natural", "nchar", "not", "numeric",
    "nvarchar", "offset", "on", "or", "order", "outer", "over", "partition", "primary", "procedure", "real",
    "recursive", "references", "regexp", "return", "returning", "rlike", "row", "select", "separator", "set",
    "signed", "smallint", "some", "sounds", "straight_join", "table", "text", "then", "tinyblob", "tinyint",
    "tinytext", "union", "unique", "unsigned", "update", "use", "using", "varbinary", "varchar", "varcharacter",
    "when", "where", "window", "with", "within", "xor",
};
constexpr std::string_view k_glued[] = {
    "adddate", "bit_and", "bit_or", "bit_xor", "cast", "count", "cume_dist", "curdate", "curtime", "date_add",
    "date_sub", "dense_rank", "extract", "first_value", "group_concat", "json_arrayagg", "json_objectagg",
    "json_table", "lag", "last_value", "lead", "max", "median", "mid", "min", "now", "nth_value", "ntile",
    "percent_rank", "percentile_cont", "percentile_disc", "position", "rank", "row_number", "session_user",
    "st_collect", "std", "stddev", "stddev_pop", "stddev_samp", "subdate", "substr", "substring", "sum", "sysdate",
    "system_user", "trim", "trim_oracle", "var_pop", "var_samp", "variance",
};
// clang-format on

template <typename Table>
bool holds(const Table& table, std::string_view name) {
  return std::binary_search(std::begin(table), std::end(table), name);
}

}  // namespace

FunctionFacts function_facts(std::string_view lower_name) {
  if (holds(k_constant, lower_name)) return {true, true, StatementClass::read};
  if (holds(k_volatile, lower_name)) return {true, false, StatementClass::read};
  if (holds(k_file_or_program, lower_name)) return {false, false, StatementClass::file_or_program};
  if (holds(k_locks, lower_name)) return {false, false, StatementClass::transaction};
  if (holds(k_sequence, lower_name)) return {false, false, StatementClass::dml};
  return {};
}

bool is_syntax_word(std::string_view lower_name) { return holds(k_syntax, lower_name); }
bool binds_only_glued(std::string_view lower_name) { return holds(k_glued, lower_name); }

}  // namespace dbw::sqlparse::mysql
