#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// PRAGMAs that are written into the database file.
bool is_persistent(std::string_view pragma) {
  for (const std::string_view name :
       {"journal_mode", "auto_vacuum", "page_size", "encoding", "application_id", "user_version", "schema_version",
        "incremental_vacuum", "wal_checkpoint", "default_cache_size"}) {
    if (pragma == name) return true;
  }
  return false;
}

/// "FLUSH LOGS", "DROP TABLESPACE": the statement's first two words.
std::string first_words(const Lexemes& lexemes) {
  std::string out(lexemes.size() > 0 ? lexemes[0].text : std::string_view());
  if (lexemes.is_name(1)) out += " " + std::string(lexemes[1].text);
  return out;
}

/// MySQL, MariaDB: FLUSH, RESET, PURGE, KILL, SHUTDOWN, replication, plugins, tablespaces ... What takes a lock is the
/// business of lock-table-explicit; ANALYZE, CHECK, OPTIMIZE and REPAIR TABLE work on a table.
bool administers_server(const RuleInput& in) {
  const bool kind = in.statement.kind == StatementKind::other || in.statement.kind == StatementKind::drop;
  if (!kind || !is_mysql(in) || in.statement.statement_class != StatementClass::admin) return false;
  const Lexemes& lexemes = in.lexemes;
  if (lexemes.is_any(0, {"lock", "unlock", "backup"})) return false;
  if (!lexemes.is(0, "flush")) return true;
  const std::size_t lock = lexemes.find(1, {"with", "for"});
  return !lexemes.is(lock + 1, "read") && !lexemes.is(lock + 1, "export");
}

/// PostgreSQL: subscriptions, foreign servers and data wrappers, tablespaces, access methods.
bool reaches_beyond_database(const RuleInput& in) {
  constexpr Keyword k_kinds[] = {"subscription", "server", "tablespace", "wrapper", "access"};
  const bool kind = in.statement.kind == StatementKind::other || in.statement.kind == StatementKind::drop;
  if (!kind || in.review.engine != Engine::postgresql || in.statement.statement_class != StatementClass::admin)
    return false;
  const std::size_t what = in.lexemes.is(1, "foreign") ? 3 : 1;  // DROP FOREIGN DATA WRAPPER
  return in.lexemes.is_any(what, k_kinds);
}

void check_server_setting_change(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (reaches_beyond_database(in)) {
    model::Finding& finding = out.add(statement.range, first_words(in.lexemes) +
                                                           " changes what this database has to do with other servers "
                                                           "and with this one's disks");
    Findings::at_most(finding, model::Severity::error);
  }
  if (administers_server(in))
    out.add(statement.range, first_words(in.lexemes) + " acts on the whole server, beyond this database and session");
  const bool pragma =
      statement.kind == StatementKind::pragma && is_persistent(statement.setting) && !statement.setting_value.empty();
  if (!statement.server_wide && statement.kind != StatementKind::alter_system && !pragma) return;
  out.add(statement.range, "setting " + quoted(statement.setting) + " is changed beyond this session",
          statement.setting);
}

}  // namespace

constinit const Rule k_rule_server_setting_change = {
    .info =
        {
            .id = "server-setting-change",
            .category = "security",
            .engines = k_every_engine,
            .revision = 2,
            .severity = model::Severity::block,
            .summary =
                "A setting that outlives the session: ALTER SYSTEM, SET GLOBAL, ALTER DATABASE or ROLE ... SET, "
                "persistent PRAGMAs; and what administers a MySQL or MariaDB server: FLUSH, RESET, PURGE, KILL, "
                "SHUTDOWN, replication, plugins, tablespaces. On PostgreSQL, as an error, subscriptions, foreign "
                "servers and tablespaces.",
            .why = "It changes every later session, also those of people who never see this request.",
            .instead = "Server settings belong to the repository that configures the server; use SET LOCAL for one "
                       "transaction.",
            .sources =
                "PostgreSQL manual, \"Setting Parameters\"; SQLite documentation, PRAGMA; MySQL manual, \"Other "
                "Administrative Statements\" and \"Replication Statements\"; MariaDB manual, \"Administrative SQL "
                "Statements\".",
        },
    .on_statement = check_server_setting_change,
};

}  // namespace dbw::review
