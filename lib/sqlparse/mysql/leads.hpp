#pragma once

#include <string_view>

#include "sqlparse/statement.hpp"

/// The allow-list of what may begin a statement of MySQL and MariaDB.
namespace dbw::sqlparse::mysql {

/// Statements that need no shape: the words that begin them, and what they are. A row without a second word holds for
/// all that the rows before it do not name.
struct LeadRow {
  std::string_view word;
  std::string_view second;
  StatementKind kind;
  StatementClass statement_class;
  bool mariadb_only = false;
};

inline constexpr LeadRow k_leads[] = {
    {"load", "data", StatementKind::copy, StatementClass::file_or_program},
    {"load", "xml", StatementKind::copy, StatementClass::file_or_program},
    {"load", "index", StatementKind::other, StatementClass::admin},
    {"import", "table", StatementKind::other, StatementClass::file_or_program},
    {"do", "", StatementKind::other, StatementClass::dml},
    {"handler", "", StatementKind::other, StatementClass::dml},
    {"call", "", StatementKind::call, StatementClass::procedural},
    {"prepare", "", StatementKind::prepare, StatementClass::procedural},
    {"execute", "", StatementKind::prepare, StatementClass::procedural},
    {"deallocate", "prepare", StatementKind::prepare, StatementClass::procedural},
    {"signal", "", StatementKind::other, StatementClass::procedural},
    {"resignal", "", StatementKind::other, StatementClass::procedural},
    {"get", "", StatementKind::other, StatementClass::procedural},
    {"use", "", StatementKind::set, StatementClass::session},
    {"begin", "", StatementKind::transaction, StatementClass::transaction},
    {"start", "transaction", StatementKind::transaction, StatementClass::transaction},
    {"start", "slave", StatementKind::other, StatementClass::admin},
    {"start", "replica", StatementKind::other, StatementClass::admin},
    {"start", "all", StatementKind::other, StatementClass::admin},
    {"start", "group_replication", StatementKind::other, StatementClass::admin},
    {"commit", "", StatementKind::transaction, StatementClass::transaction},
    {"rollback", "", StatementKind::transaction, StatementClass::transaction},
    {"savepoint", "", StatementKind::transaction, StatementClass::transaction},
    {"release", "savepoint", StatementKind::transaction, StatementClass::transaction},
    {"xa", "", StatementKind::transaction, StatementClass::transaction},
    {"lock", "tables", StatementKind::lock, StatementClass::transaction},
    {"lock", "table", StatementKind::lock, StatementClass::transaction},
    {"lock", "instance", StatementKind::other, StatementClass::admin},
    {"unlock", "tables", StatementKind::lock, StatementClass::transaction},
    {"unlock", "table", StatementKind::lock, StatementClass::transaction},
    {"unlock", "instance", StatementKind::other, StatementClass::admin},
    {"grant", "", StatementKind::grant, StatementClass::privilege},
    {"revoke", "", StatementKind::revoke, StatementClass::privilege},
    {"install", "", StatementKind::other, StatementClass::file_or_program},
    {"uninstall", "", StatementKind::other, StatementClass::admin},
    {"clone", "", StatementKind::other, StatementClass::file_or_program},
    {"backup", "", StatementKind::other, StatementClass::admin, true},
    {"flush", "", StatementKind::other, StatementClass::admin},
    {"reset", "", StatementKind::other, StatementClass::admin},
    {"purge", "", StatementKind::other, StatementClass::admin},
    {"kill", "", StatementKind::other, StatementClass::admin},
    {"change", "", StatementKind::other, StatementClass::admin},
    {"stop", "", StatementKind::other, StatementClass::admin},
    {"shutdown", "", StatementKind::other, StatementClass::admin},
    {"restart", "", StatementKind::other, StatementClass::admin},
    {"binlog", "", StatementKind::other, StatementClass::admin},
    {"cache", "index", StatementKind::other, StatementClass::admin},
    {"optimize", "", StatementKind::vacuum, StatementClass::admin},
    {"repair", "", StatementKind::vacuum, StatementClass::admin},
    {"check", "", StatementKind::vacuum, StatementClass::admin},
    {"checksum", "", StatementKind::other, StatementClass::read},
    {"help", "", StatementKind::show, StatementClass::read},
};

inline constexpr std::string_view k_shows[] = {"all",
                                               "analyze",
                                               "authors",
                                               "binary",
                                               "binlog",
                                               "character",
                                               "charset",
                                               "client_statistics",
                                               "collation",
                                               "columns",
                                               "contributors",
                                               "count",
                                               "create",
                                               "databases",
                                               "engine",
                                               "engines",
                                               "errors",
                                               "events",
                                               "explain",
                                               "extended",
                                               "fields",
                                               "full",
                                               "function",
                                               "global",
                                               "grants",
                                               "index",
                                               "indexes",
                                               "index_statistics",
                                               "keys",
                                               "library",
                                               "local",
                                               "locales",
                                               "master",
                                               "open",
                                               "package",
                                               "parse_tree",
                                               "plugins",
                                               "privileges",
                                               "procedure",
                                               "processlist",
                                               "profile",
                                               "profiles",
                                               "query_response_time",
                                               "relaylog",
                                               "replica",
                                               "replicas",
                                               "schemas",
                                               "session",
                                               "slave",
                                               "status",
                                               "storage",
                                               "table",
                                               "table_statistics",
                                               "tables",
                                               "triggers",
                                               "user_statistics",
                                               "user_variables",
                                               "variables",
                                               "warnings",
                                               "wsrep_membership",
                                               "wsrep_status"};
inline constexpr std::string_view k_queries[] = {"select", "values", "table", "with"};
inline constexpr std::string_view k_explains[] = {"explain", "describe", "desc"};
inline constexpr std::string_view k_explained[] = {"select", "values",  "table",  "with",
                                                   "insert", "replace", "update", "delete"};

}  // namespace dbw::sqlparse::mysql
