#include <algorithm>
#include <iterator>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Reserved in the SQL standard and by all engines, or nearly all.
constexpr std::string_view k_reserved_words[] = {
    "all",    "alter",      "and",    "as",      "asc",        "between", "by",      "case",     "check", "collate",
    "column", "constraint", "create", "cross",   "default",    "delete",  "desc",    "distinct", "drop",  "else",
    "exists", "foreign",    "from",   "grant",   "group",      "having",  "in",      "index",    "inner", "insert",
    "into",   "is",         "join",   "left",    "like",       "limit",   "natural", "not",      "null",  "on",
    "or",     "order",      "outer",  "primary", "references", "right",   "select",  "set",      "table", "then",
    "to",     "union",      "unique", "update",  "using",      "values",  "when",    "where",    "with"};
constexpr std::string_view k_reserved_postgresql[] = {
    "analyse", "analyze",   "any",  "array",     "cast",      "do",      "end",    "except",
    "false",   "fetch",     "for",  "initially", "intersect", "lateral", "offset", "only",
    "placing", "returning", "some", "symmetric", "true",      "user",    "window"};
/// MySQL: manual, "Keywords and Reserved Words". MariaDB: those that 10.11 takes for no column without quotes.
constexpr std::string_view k_reserved_mysql_family[] = {"accessible",
                                                        "add",
                                                        "analyze",
                                                        "asensitive",
                                                        "before",
                                                        "bigint",
                                                        "binary",
                                                        "blob",
                                                        "both",
                                                        "call",
                                                        "cascade",
                                                        "change",
                                                        "char",
                                                        "character",
                                                        "condition",
                                                        "continue",
                                                        "convert",
                                                        "current_date",
                                                        "current_time",
                                                        "current_timestamp",
                                                        "current_user",
                                                        "cursor",
                                                        "databases",
                                                        "day_hour",
                                                        "day_microsecond",
                                                        "day_minute",
                                                        "day_second",
                                                        "dec",
                                                        "decimal",
                                                        "declare",
                                                        "delayed",
                                                        "describe",
                                                        "deterministic",
                                                        "distinctrow",
                                                        "div",
                                                        "double",
                                                        "dual",
                                                        "each",
                                                        "elseif",
                                                        "enclosed",
                                                        "escaped",
                                                        "exit",
                                                        "explain",
                                                        "false",
                                                        "fetch",
                                                        "float",
                                                        "for",
                                                        "force",
                                                        "fulltext",
                                                        "high_priority",
                                                        "hour_microsecond",
                                                        "hour_minute",
                                                        "hour_second",
                                                        "if",
                                                        "ignore",
                                                        "infile",
                                                        "inout",
                                                        "insensitive",
                                                        "int",
                                                        "integer",
                                                        "interval",
                                                        "iterate",
                                                        "key",
                                                        "keys",
                                                        "kill",
                                                        "leading",
                                                        "leave",
                                                        "linear",
                                                        "lines",
                                                        "load",
                                                        "localtime",
                                                        "localtimestamp",
                                                        "lock",
                                                        "long",
                                                        "longblob",
                                                        "longtext",
                                                        "loop",
                                                        "low_priority",
                                                        "master_ssl_verify_server_cert",
                                                        "match",
                                                        "maxvalue",
                                                        "mediumblob",
                                                        "mediumint",
                                                        "mediumtext",
                                                        "middleint",
                                                        "minute_microsecond",
                                                        "minute_second",
                                                        "mod",
                                                        "modifies",
                                                        "no_write_to_binlog",
                                                        "numeric",
                                                        "optimize",
                                                        "optionally",
                                                        "out",
                                                        "outfile",
                                                        "partition",
                                                        "precision",
                                                        "procedure",
                                                        "purge",
                                                        "range",
                                                        "read",
                                                        "read_write",
                                                        "reads",
                                                        "real",
                                                        "regexp",
                                                        "release",
                                                        "rename",
                                                        "repeat",
                                                        "replace",
                                                        "require",
                                                        "resignal",
                                                        "restrict",
                                                        "return",
                                                        "revoke",
                                                        "rlike",
                                                        "schemas",
                                                        "second_microsecond",
                                                        "sensitive",
                                                        "separator",
                                                        "show",
                                                        "signal",
                                                        "smallint",
                                                        "spatial",
                                                        "specific",
                                                        "sql",
                                                        "sql_big_result",
                                                        "sql_calc_found_rows",
                                                        "sql_small_result",
                                                        "sqlexception",
                                                        "sqlstate",
                                                        "sqlwarning",
                                                        "ssl",
                                                        "starting",
                                                        "straight_join",
                                                        "terminated",
                                                        "tinyblob",
                                                        "tinyint",
                                                        "tinytext",
                                                        "trailing",
                                                        "trigger",
                                                        "true",
                                                        "undo",
                                                        "unlock",
                                                        "unsigned",
                                                        "usage",
                                                        "use",
                                                        "utc_date",
                                                        "utc_time",
                                                        "utc_timestamp",
                                                        "varbinary",
                                                        "varchar",
                                                        "varcharacter",
                                                        "varying",
                                                        "while",
                                                        "write",
                                                        "xor",
                                                        "year_month",
                                                        "zerofill"};
constexpr std::string_view k_reserved_mysql[] = {
    "database",        "generated", "get",    "io_after_gtids", "io_before_gtids", "master_bind",
    "optimizer_costs", "option",    "schema", "stored",         "virtual"};
/// From 8.0 on.
constexpr std::string_view k_reserved_mysql_8[] = {
    "cube",      "cume_dist", "dense_rank", "empty",      "except", "first_value",  "function",
    "grouping",  "groups",    "intersect",  "json_table", "lag",    "last_value",   "lateral",
    "lead",      "nth_value", "ntile",      "of",         "over",   "percent_rank", "rank",
    "recursive", "row",       "row_number", "rows",       "system", "window"};
/// From 8.4 on.
constexpr std::string_view k_reserved_mysql_84[] = {"manual", "parallel", "qualify", "tablesample"};
constexpr std::string_view k_reserved_mariadb[] = {"current_role",
                                                   "delete_domain_id",
                                                   "do_domain_ids",
                                                   "except",
                                                   "ignore_domain_ids",
                                                   "intersect",
                                                   "offset",
                                                   "over",
                                                   "page_checksum",
                                                   "parse_vcol_expr",
                                                   "portion",
                                                   "recursive",
                                                   "ref_system_id",
                                                   "returning",
                                                   "row_number",
                                                   "rows",
                                                   "stats_auto_recalc",
                                                   "stats_persistent",
                                                   "stats_sample_pages"};

template <typename Words>
constexpr bool sorted(const Words& words) {
  return std::is_sorted(std::begin(words), std::end(words));
}
static_assert(sorted(k_reserved_words) && sorted(k_reserved_postgresql) && sorted(k_reserved_mysql_family) &&
              sorted(k_reserved_mysql) && sorted(k_reserved_mysql_8) && sorted(k_reserved_mysql_84) &&
              sorted(k_reserved_mariadb));

template <typename Words>
bool holds(const Words& words, std::string_view name) {
  return std::binary_search(std::begin(words), std::end(words), name);
}

bool is_reserved_in_mysql(ServerVersion version, std::string_view name) {
  return holds(k_reserved_mysql_family, name) || holds(k_reserved_mysql, name) ||
         (version >= ServerVersion{8, 0, 0} && holds(k_reserved_mysql_8, name)) ||
         (version >= ServerVersion{8, 4, 0} && holds(k_reserved_mysql_84, name));
}

bool is_reserved(const RuleInput& in, const std::string& written) {
  // Spares most names the search: no word here holds a digit.
  const auto fits = [](char c) { return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_'; };
  if (!std::all_of(written.begin(), written.end(), fits)) return false;
  const std::string name = to_lower(written);
  if (holds(k_reserved_words, name)) return true;
  switch (in.review.engine) {
    case Engine::postgresql:
      return holds(k_reserved_postgresql, name);
    case Engine::mysql:
      return is_reserved_in_mysql(version_of(in), name);
    case Engine::mariadb:
      return holds(k_reserved_mysql_family, name) || holds(k_reserved_mariadb, name);
    default:
      return false;
  }
}

void check_identifier_is_keyword(const RuleInput& in, Findings& out) {
  const auto check = [&](const std::string& name) {
    if (!name.empty() && is_reserved(in, name))
      out.add(in.statement.range, quoted(name) + " is a reserved word: each statement must quote it", name);
  };
  const bool creates =
      in.statement.kind == StatementKind::create_table || in.statement.kind == StatementKind::create_view;
  if (creates) check(in.statement.target.name);
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) { check(column.name); });
  for (const AlterAction& action : in.statement.actions) check(action.new_name);
}

}  // namespace

constinit const Rule k_rule_identifier_is_keyword = {
    .info =
        {
            .id = "identifier-is-keyword",
            .category = "naming",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::warning,
            .summary = "A new table, view or column whose name is a reserved word.",
            .why = "A statement that forgets the quotes fails, or means something else; tools that write SQL forget "
                   "them often.",
            .instead = "Another word: orders for order, user_account for user.",
            .sources =
                "PostgreSQL manual, \"SQL Key Words\"; MySQL manual, \"Keywords and Reserved Words\"; MariaDB manual, "
                "\"Reserved Words\", measured on 10.11; SQLite documentation, \"SQLite Keywords\".",
        },
    .on_statement = check_identifier_is_keyword,
    .kinds = {StatementKind::create_table, StatementKind::create_view, StatementKind::alter_table,
              StatementKind::alter_type, StatementKind::alter_domain},
};

}  // namespace dbw::review
