#include "sqlparse/postgresql/functions.hpp"

#include <algorithm>
#include <array>

namespace dbw::sqlparse::postgresql {
namespace {

/// Built-in functions of PostgreSQL 15 that are immutable or stable in all their overloads, sorted;
/// scripts/generate-pg-functions.
constexpr std::string_view k_constant_functions[] = {
#include "sqlparse/postgresql/functions.inc"
};

/// Volatile, and yet without effect on anything that outlives the call.
constexpr std::string_view k_harmless_volatile[] = {
    "bernoulli",
    "clock_timestamp",
    "current_query",
    "currval",
    "gen_random_uuid",
    "lastval",
    "pg_blocking_pids",
    "pg_collation_actual_version",
    "pg_control_checkpoint",
    "pg_control_init",
    "pg_control_recovery",
    "pg_control_system",
    "pg_current_wal_flush_lsn",
    "pg_current_wal_insert_lsn",
    "pg_current_wal_lsn",
    "pg_database_collation_actual_version",
    "pg_database_size",
    "pg_get_wal_replay_pause_state",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_is_wal_replay_paused",
    "pg_last_committed_xact",
    "pg_last_wal_receive_lsn",
    "pg_last_wal_replay_lsn",
    "pg_last_xact_replay_timestamp",
    "pg_lock_status",
    "pg_notification_queue_usage",
    "pg_partition_ancestors",
    "pg_partition_tree",
    "pg_prepared_xact",
    "pg_relation_size",
    "pg_safe_snapshot_blocking_pids",
    "pg_sequence_last_value",
    "pg_stat_get_xact_blocks_fetched",
    "pg_stat_get_xact_blocks_hit",
    "pg_stat_get_xact_numscans",
    "pg_stat_get_xact_tuples_deleted",
    "pg_stat_get_xact_tuples_fetched",
    "pg_stat_get_xact_tuples_hot_updated",
    "pg_stat_get_xact_tuples_inserted",
    "pg_stat_get_xact_tuples_returned",
    "pg_stat_get_xact_tuples_updated",
    "pg_table_size",
    "pg_tablespace_size",
    "pg_total_relation_size",
    "pg_xact_commit_timestamp",
    "pg_xact_status",
    "random",
    "system",
    "timeofday",
    "txid_status",
};

struct EffectRow {
  std::string_view name;  ///< a final * stands for any rest
  StatementClass statement_class;
  std::string_view why;
};

/// Functions known for what they do, in pg_catalog and in the extensions that PostgreSQL ships. First match counts.
constexpr EffectRow k_effects[] = {
    // Files, programs and other servers: none of it is held back by a read-only transaction.
    {"pg_read_file*", StatementClass::file_or_program, "reads files of the server"},
    {"pg_read_binary_file", StatementClass::file_or_program, "reads files of the server"},
    {"pg_stat_file", StatementClass::file_or_program, "looks at files of the server"},
    {"pg_ls_*", StatementClass::file_or_program, "lists folders of the server"},
    {"pg_logdir_ls", StatementClass::file_or_program, "lists folders of the server"},
    {"pg_file_*", StatementClass::file_or_program, "writes files of the server"},
    {"pg_current_logfile", StatementClass::file_or_program, "names files of the server"},
    {"pg_hba_file_rules", StatementClass::file_or_program, "reads files of the server"},
    {"pg_ident_file_mappings", StatementClass::file_or_program, "reads files of the server"},
    {"pg_show_all_file_settings", StatementClass::file_or_program, "reads files of the server"},
    {"lo_import", StatementClass::file_or_program, "reads files of the server"},
    {"lo_export", StatementClass::file_or_program, "writes files of the server"},
    {"dblink*", StatementClass::file_or_program, "connects to another server, outside this transaction"},
    {"postgres_fdw_*", StatementClass::file_or_program, "works on connections to other servers"},
    {"http", StatementClass::file_or_program, "calls another server"},
    {"http_*", StatementClass::file_or_program, "calls another server"},
    {"fmgr_*", StatementClass::file_or_program, "loads libraries into the server"},
    {"xpath_table", StatementClass::procedural, "runs SQL given as text"},
    // The server itself.
    {"pg_terminate_backend", StatementClass::admin, "ends other sessions"},
    {"pg_cancel_backend", StatementClass::admin, "cancels the work of other sessions"},
    {"pg_reload_conf", StatementClass::admin, "reloads the server's configuration"},
    {"pg_rotate_logfile*", StatementClass::admin, "rotates the server's log"},
    {"pg_log_backend_memory_contexts", StatementClass::admin, "writes to the server's log"},
    {"pg_switch_wal", StatementClass::admin, "switches the write-ahead log"},
    {"pg_switch_xlog", StatementClass::admin, "switches the write-ahead log"},
    {"pg_create_restore_point", StatementClass::admin, "writes to the write-ahead log"},
    {"pg_logical_emit_message", StatementClass::admin, "writes to the write-ahead log"},
    {"pg_promote", StatementClass::admin, "promotes a standby"},
    {"pg_wal_replay_*", StatementClass::admin, "steers replay on a standby"},
    {"pg_backup_*", StatementClass::admin, "starts or stops a backup"},
    {"pg_start_backup", StatementClass::admin, "starts a backup"},
    {"pg_stop_backup", StatementClass::admin, "stops a backup"},
    {"pg_create_physical_replication_slot", StatementClass::admin, "creates a replication slot"},
    {"pg_create_logical_replication_slot", StatementClass::admin, "creates a replication slot"},
    {"pg_copy_*", StatementClass::admin, "copies a replication slot"},
    {"pg_drop_replication_slot", StatementClass::admin, "drops a replication slot"},
    {"pg_replication_*", StatementClass::admin, "changes replication state"},
    {"pg_logical_slot_*", StatementClass::admin, "reads or consumes a replication slot"},
    {"pg_stat_reset*", StatementClass::admin, "throws statistics away"},
    {"pg_stat_statements_reset", StatementClass::admin, "throws statistics away"},
    {"pg_import_system_collations", StatementClass::admin, "writes to the catalogue"},
    {"pg_nextoid", StatementClass::admin, "works on the catalogue"},
    {"pg_stop_making_pinned_objects", StatementClass::admin, "works on the catalogue"},
    {"pg_extension_config_dump", StatementClass::admin, "works on the catalogue"},
    {"binary_upgrade_*", StatementClass::admin, "works on the catalogue"},
    {"brin_summarize_*", StatementClass::admin, "maintains an index"},
    {"brin_desummarize_range", StatementClass::admin, "maintains an index"},
    {"gin_clean_pending_list", StatementClass::admin, "maintains an index"},
    {"heap_force_*", StatementClass::admin, "repairs pages by force"},
    {"pg_prewarm", StatementClass::admin, "fills the server's cache"},
    {"pg_truncate_visibility_map", StatementClass::admin, "changes a table's visibility map"},
    // Settings.
    {"set_config", StatementClass::privilege, "changes a setting that is not a literal here, the role perhaps"},
    {"isn_weak", StatementClass::session, "changes what the session accepts"},
    {"setseed", StatementClass::session, "changes the session's random sequence"},
    {"pg_notify", StatementClass::session, "notifies other sessions"},
    // Transactions and locks: they could reach the guarded transaction or drop the target lock.
    {"pg_advisory_*", StatementClass::transaction, "takes or drops advisory locks"},
    {"pg_try_advisory_*", StatementClass::transaction, "takes advisory locks"},
    {"pg_export_snapshot", StatementClass::transaction, "exports the transaction's snapshot"},
    // Writes.
    {"nextval", StatementClass::dml, "advances a sequence"},
    {"setval", StatementClass::dml, "sets a sequence"},
    {"lo_*", StatementClass::dml, "works on large objects"},
    {"loread", StatementClass::dml, "works on large objects"},
    {"lowrite", StatementClass::dml, "works on large objects"},
    {"txid_current", StatementClass::dml, "assigns a transaction id"},
    {"pg_current_xact_id", StatementClass::dml, "assigns a transaction id"},
    // SQL given as text.
    {"query_to_xml*", StatementClass::procedural, "runs SQL given as text"},
    {"cursor_to_xml*", StatementClass::procedural, "runs a cursor"},
    {"ts_stat", StatementClass::procedural, "runs SQL given as text"},
    {"ts_rewrite", StatementClass::procedural, "can run SQL given as text"},
    {"crosstab*", StatementClass::procedural, "runs SQL given as text"},
    {"connectby", StatementClass::procedural, "runs SQL given as text"},
    {"xslt_process", StatementClass::admin, "writes what a stylesheet says to the server's log"},
    {"pg_sleep*", StatementClass::procedural, "holds the session"},
};

/// The types of pg_catalog in PostgreSQL 15 that are neither tables nor arrays, sorted.
// clang-format off
constexpr std::string_view k_types[] = {
    "aclitem", "any", "anyarray", "anycompatible", "anycompatiblearray", "anycompatiblemultirange",
    "anycompatiblenonarray", "anycompatiblerange", "anyelement", "anyenum", "anymultirange", "anynonarray",
    "anyrange", "bit", "bool", "box", "bpchar", "bytea", "char", "cid", "cidr", "circle", "cstring", "date",
    "datemultirange", "daterange", "event_trigger", "fdw_handler", "float4", "float8", "gtsvector",
    "index_am_handler", "inet", "int2", "int2vector", "int4", "int4multirange", "int4range", "int8", "int8multirange",
    "int8range", "internal", "interval", "json", "jsonb", "jsonpath", "language_handler", "line", "lseg", "macaddr",
    "macaddr8", "money", "name", "numeric", "nummultirange", "numrange", "oid", "oidvector", "path",
    "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary", "pg_ddl_command", "pg_dependencies", "pg_lsn",
    "pg_mcv_list", "pg_ndistinct", "pg_node_tree", "pg_snapshot", "point", "polygon", "record", "refcursor",
    "regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc",
    "regprocedure", "regrole", "regtype", "table_am_handler", "text", "tid", "time", "timestamp", "timestamptz",
    "timetz", "trigger", "tsm_handler", "tsmultirange", "tsquery", "tsrange", "tstzmultirange", "tstzrange",
    "tsvector", "txid_snapshot", "unknown", "uuid", "varbit", "varchar", "void", "xid", "xid8", "xml",
};
/// The names of its operators, sorted.
constexpr std::string_view k_operators[] = {
    "!!", "!~", "!~*", "!~~", "!~~*", "#", "##", "#-", "#>", "#>>", "%", "&", "&&", "&<", "&<|", "&>", "*", "*<",
    "*<=", "*<>", "*=", "*>", "*>=", "+", "-", "->", "->>", "-|-", "/", "<", "<->", "<<", "<<=", "<<|", "<=", "<>",
    "<@", "<^", "=", ">", ">=", ">>", ">>=", ">^", "?", "?#", "?&", "?-", "?-|", "?|", "?||", "@", "@-@", "@>", "@?",
    "@@", "@@@", "^", "^@", "|", "|&>", "|/", "|>>", "||", "||/", "~", "~*", "~<=~", "~<~", "~=", "~>=~", "~>~", "~~",
    "~~*",
};
// clang-format on

struct SettingRow {
  std::string_view name;
  StatementClass statement_class;
  std::string_view why;
};

constexpr SettingRow k_settings[] = {
    {"role", StatementClass::privilege, "changes the role"},
    {"session_authorization", StatementClass::privilege, "changes the role"},
    {"is_superuser", StatementClass::privilege, "changes the role"},
    {"session_replication_role", StatementClass::admin, "switches triggers and foreign keys off"},
    {"transaction", StatementClass::transaction, "changes the transaction"},
    {"transaction_isolation", StatementClass::transaction, "changes the transaction"},
    {"transaction_read_only", StatementClass::transaction, "changes the transaction"},
    {"transaction_deferrable", StatementClass::transaction, "changes the transaction"},
    {"transaction snapshot", StatementClass::transaction, "changes the transaction"},
    {"session characteristics", StatementClass::transaction, "changes later transactions"},
    {"default_transaction_isolation", StatementClass::transaction, "changes later transactions"},
    {"default_transaction_read_only", StatementClass::transaction, "changes later transactions"},
    {"default_transaction_deferrable", StatementClass::transaction, "changes later transactions"},
    {"dynamic_library_path", StatementClass::file_or_program, "decides which libraries are loaded"},
    {"local_preload_libraries", StatementClass::file_or_program, "loads libraries"},
    {"session_preload_libraries", StatementClass::file_or_program, "loads libraries"},
};

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.back() != '*') return pattern == name;
  return name.substr(0, pattern.size() - 1) == pattern.substr(0, pattern.size() - 1);
}

}  // namespace

FunctionFacts function_facts(const ObjectName& name) {
  for (const EffectRow& row : k_effects) {
    const bool may_match = !name.name.empty() && row.name.front() == name.name.front();
    if (may_match && matches(row.name, name.name)) return {false, false, row.statement_class, row.why};
  }
  if (!name.schema.empty() && name.schema != "pg_catalog") return {};
  if (std::binary_search(std::begin(k_constant_functions), std::end(k_constant_functions),
                         std::string_view(name.name))) {
    return {true, true, StatementClass::read, {}};
  }
  if (std::find(std::begin(k_harmless_volatile), std::end(k_harmless_volatile), name.name) !=
      std::end(k_harmless_volatile)) {
    return {true, false, StatementClass::read, {}};
  }
  return {};
}

FunctionFacts attribute_facts(std::string_view name) {
  constexpr std::string_view k_prefixes[] = {"pg_",      "lo_cre",  "lo_un",   "lo_tell",        "lo_import", "lo_get",
                                             "lo_close", "nextval", "setseed", "txid_",          "brin_",     "gin_",
                                             "isn_weak", "ts_stat", "fmgr_",   "binary_upgrade_"};
  const bool may_be = std::any_of(std::begin(k_prefixes), std::end(k_prefixes),
                                  [&](std::string_view prefix) { return name.substr(0, prefix.size()) == prefix; });
  const FunctionFacts facts = may_be ? function_facts({{}, std::string(name)}) : FunctionFacts{};
  return facts.why.empty() ? FunctionFacts{true, true, StatementClass::read, {}} : facts;
}

/// `_int4` is the array of int4; but there is no array of a pseudo-type, and its name would be free for anybody's type.
bool has_array(std::string_view type) {
  constexpr std::string_view k_none[] = {"void", "internal", "trigger", "event_trigger", "unknown"};
  const bool pseudo = type.starts_with("any") || type.ends_with("_handler") ||
                      (type.starts_with("pg_") && type != "pg_lsn" && type != "pg_snapshot");
  return !pseudo && std::find(std::begin(k_none), std::end(k_none), type) == std::end(k_none);
}

bool is_builtin_type(const ObjectName& name) {
  if (name.schema == "pg_catalog" || name.schema == "information_schema") return true;
  const bool array = name.name.starts_with("_");
  const std::string_view element = std::string_view(name.name).substr(array ? 1 : 0);
  return name.schema.empty() && (!array || has_array(element)) &&
         std::binary_search(std::begin(k_types), std::end(k_types), element);
}

bool is_builtin_operator(std::string_view name) {
  return std::binary_search(std::begin(k_operators), std::end(k_operators), name);
}

SettingFacts setting_facts(std::string_view lower_name) {
  for (const SettingRow& row : k_settings) {
    if (row.name == lower_name) return {row.statement_class, row.why};
  }
  return {};
}

}  // namespace dbw::sqlparse::postgresql
