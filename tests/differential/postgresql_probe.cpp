#include <fmt/format.h>

#include "base/text.hpp"
#include "db/connect.hpp"
#include "db/failure.hpp"
#include "differential/probe.hpp"
#include "support/postgres_server.hpp"

namespace dbw::test {
namespace {

/// What one session can see of itself, its locks and the server: rows of name and value.
constexpr std::string_view k_state = R"(
SELECT 'transaction id', coalesce(pg_current_xact_id_if_assigned()::text, 'none')
UNION ALL SELECT 'settings', md5(string_agg(name || '=' || coalesce(setting, ''), E'\n' ORDER BY name)) FROM pg_settings
UNION ALL SELECT 'my.setting', coalesce(current_setting('my.setting', true), '')
UNION ALL SELECT 'role', current_user || ' ' || session_user
UNION ALL SELECT 'lock ' || locktype || ' ' || mode, count(*)::text FROM pg_locks
  WHERE pid = pg_backend_pid() AND mode <> 'AccessShareLock' AND locktype NOT IN ('virtualxid', 'transactionid')
    AND (locktype <> 'relation' OR mode NOT IN ('RowShareLock', 'RowExclusiveLock')) GROUP BY locktype, mode
UNION ALL SELECT 'channel ' || c, '' FROM pg_listening_channels() c
UNION ALL SELECT 'prepared ' || name, statement FROM pg_prepared_statements
UNION ALL SELECT 'cursor ' || name, '' FROM pg_cursors WHERE name LIKE 'k%'
UNION ALL SELECT 'backends', string_agg(pid::text, ' ' ORDER BY pid) FROM pg_stat_activity WHERE backend_type = 'client backend'
UNION ALL SELECT 'files', string_agg(name, ' ' ORDER BY name) FROM (
  SELECT pg_ls_dir('.') UNION ALL SELECT pg_ls_dir('pg_replslot') UNION ALL SELECT pg_ls_dir('pg_twophase')
  UNION ALL SELECT pg_ls_dir('{}')) AS f(name)
UNION ALL SELECT 'configuration', pg_conf_load_time()::text
UNION ALL SELECT 'statistics reset', coalesce(pg_stat_get_db_stat_reset_time(oid)::text, '') FROM pg_database
  WHERE datname = current_database())";

/// One row for each table, of the catalogue too, and each sequence: every row version with who made and locked it.
constexpr std::string_view k_list_relations = R"(
SELECT string_agg(CASE relkind
    WHEN 'S' THEN format('SELECT %1$L, last_value || '' '' || is_called FROM %2$s', 'sequence ' || c.oid::regclass, c.oid::regclass)
    ELSE format('SELECT %1$L, count(*) || '' '' || coalesce(md5(string_agg(ctid || '' '' || xmin || '' '' || xmax, '','' ORDER BY ctid)), '''') FROM ONLY %2$s',
                'table ' || c.oid::regclass, c.oid::regclass) END, ' UNION ALL ')
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'S', 'm') AND nspname IN ('pg_catalog', 'public', 'app'))";

class PostgresqlProbe : public Probe {
 public:
  PostgresqlProbe() {
    PostgresServer& server = PostgresServer::shared();
    m_settings.host = server.socket_folder().string();
    m_settings.database = server.create_database();
    m_settings.user = server.administrator();
    const auto session = open(false);
    for (const std::string& line : read_statements("postgresql-setup.sql")) {
      if (!is_of_session(line)) session->own(line);
    }
    m_look = fmt::format(fmt::runtime(k_state), folder()) + " UNION ALL " + *session->own_value(k_list_relations);
  }

  std::string run(std::string_view statement, bool keep) override { return run(statement, keep, false); }
  std::string run_read_only(std::string_view statement) override { return run(statement, false, true); }

  std::string guard(std::string_view query) override { return guarded(*open(false), query); }

  std::string folder() const override { return PostgresServer::shared().socket_folder().string(); }

 private:
  static bool is_of_session(std::string_view line) { return line.substr(0, 8) == "PREPARE "; }

  std::unique_ptr<db::Session> open(bool prepared) const {
    auto session = db::connect(m_settings, "", {});
    if (!prepared) return session;
    session->own("SELECT nextval('s')");  // currval() needs one
    session->own("LOAD 'plpgsql'");       // its settings come with it
    for (const std::string& line : read_statements("postgresql-setup.sql")) {
      if (is_of_session(line)) session->own(line);
    }
    return session;
  }

  Observations look(db::Session& session) const {
    Observations out;
    for (const db::OwnedRow& row : session.own_rows(m_look)) out[row[0].value_or("")] = row[1].value_or("");
    return out;
  }

  std::string run(std::string_view statement, bool keep, bool read_only) {
    const auto session = open(true);
    session->begin(read_only);
    const Observations before = look(*session);
    m_seen.clear();
    try {
      session->execute(statement);
      m_seen = differences(before, look(*session));
    } catch (const db::DatabaseError& error) {
      session->rollback();
      return error.server().message.empty() ? error.message() : error.server().message;
    } catch (const Error& error) {
      return error.message();
    }
    if (!keep) {
      session->rollback();
      return {};
    }
    session->commit();
    session->begin(false);
    for (std::string& name : differences(before, look(*session))) m_seen.push_back("after commit: " + name);
    session->rollback();
    return {};
  }

  db::ConnectionSettings m_settings;
  std::string m_look;
};

}  // namespace

std::unique_ptr<Probe> make_postgresql_probe() { return std::make_unique<PostgresqlProbe>(); }

}  // namespace dbw::test
