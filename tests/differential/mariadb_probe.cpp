#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "db/connect.hpp"
#include "db/failure.hpp"
#include "differential/probe.hpp"
#include "support/mariadb_server.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;

/// Session variables that change with every statement.
const std::set<std::string> k_restless = {"error_count",       "last_gtid",
                                          "last_insert_id",    "identity",
                                          "timestamp",         "rand_seed1",
                                          "rand_seed2",        "warning_count",
                                          "gtid_current_pos",  "gtid_binlog_pos",
                                          "gtid_binlog_state", "pseudo_thread_id",
                                          "in_transaction",    "innodb_buffer_pool_load_incremental"};
constexpr std::string_view k_catalogue[] = {
    "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1",
    "SELECT routine_name, routine_definition FROM information_schema.routines WHERE routine_schema = DATABASE() ORDER "
    "BY 1",
    "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1",
    "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY 1",
    "SELECT schema_name FROM information_schema.schemata ORDER BY 1",
    "SELECT * FROM information_schema.user_variables ORDER BY 1",
    "CHECKSUM TABLE mysql.global_priv, mysql.db, mysql.servers, mysql.func, mysql.plugin, mysql.tables_priv, "
    "mysql.roles_mapping",
    "SELECT COALESCE(IS_USED_LOCK('dbw_a'), 0), LAST_INSERT_ID(), DATABASE(), CURRENT_ROLE(), @@insert_id",
    "SHOW SESSION STATUS WHERE Variable_name IN ('Com_prepare_sql', 'Com_dealloc_sql', 'Com_execute_sql')",
    "SHOW MASTER STATUS",
};

class MariadbProbe : public Probe {
 public:
  MariadbProbe() {
    m_settings.engine = Engine::mariadb;
    m_settings.host = server().socket().string();
    m_settings.user = server().administrator();
    server().sql("mysql", "SET GLOBAL log_bin_trust_function_creators = ON");
    rebuild();
  }

  std::string run(std::string_view statement, bool keep) override { return run(statement, keep, false); }
  std::string run_read_only(std::string_view statement) override { return run(statement, false, true); }

  std::string guard(std::string_view query) override { return guarded(*db::connect(m_settings, "", {}), query); }

  std::string folder() const override { return server().folder().string(); }

 private:
  static MariadbServer& server() { return MariadbServer::shared(); }

  static bool is_of_session(std::string_view line) {
    return line.substr(0, 8) == "PREPARE " || line.substr(0, 4) == "SET ";
  }

  /// A database of the same name as before: statements may name it.
  void rebuild() {
    if (!m_settings.database.empty()) server().sql("mysql", "DROP DATABASE IF EXISTS " + m_settings.database);
    m_settings.database = "scratch";
    server().sql("mysql", "CREATE DATABASE scratch; CREATE DATABASE IF NOT EXISTS n");
    prepare(*db::connect(m_settings, "", {}), false);
  }

  static void prepare(db::Session& session, bool of_session) {
    for (const std::string& line : read_statements("mariadb-setup.sql")) {
      if (is_of_session(line) != of_session) continue;
      session.own(std::string_view(line).substr(0, line.rfind(';')));
    }
  }

  static std::string rows_of(db::Session& session, std::string_view query) {
    std::string out;
    for (const db::OwnedRow& row : session.own_rows(query)) {
      for (const auto& field : row) out += field.value_or("NULL") + "|";
    }
    return out;
  }

  static Observations look(db::Session& session) {
    Observations out;
    std::string tables;
    for (const db::OwnedRow& row : session.own_rows(
             "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE() "
             "AND table_type <> 'VIEW' ORDER BY table_name")) {
      if (*row[1] == "SEQUENCE") {
        out["sequence " + *row[0]] = rows_of(session, fmt::format("SELECT * FROM `{}`", *row[0]));
        continue;
      }
      out["table " + *row[0]] = rows_of(session, fmt::format("SHOW CREATE TABLE `{}`", *row[0]));
      tables += (tables.empty() ? "CHECKSUM TABLE `" : ", `") + *row[0] + "`";
    }
    if (!tables.empty()) out["rows"] = rows_of(session, tables);
    for (const std::string_view query : k_catalogue) out[std::string(query)] = rows_of(session, query);
    for (const char* scope : {"GLOBAL", "SESSION"}) {
      for (const db::OwnedRow& row : session.own_rows(fmt::format("SHOW {} VARIABLES", scope))) {
        if (k_restless.count(*row[0]) == 0) out[fmt::format("{} {}", scope, *row[0])] = row[1].value_or("");
      }
    }
    out["row locks"] = row_locks(session);
    for (const auto& entry : fs::directory_iterator(server().folder()))
      out["file " + entry.path().filename().string()] = "";
    return out;
  }

  /// What InnoDB says of transactions that hold locks or wrote.
  static std::string row_locks(db::Session& session) {
    std::string out;
    const std::string status = rows_of(session, "SHOW ENGINE INNODB STATUS");
    for (const std::string_view line : split_lines(status)) {
      if (line.find("lock struct(s)") != std::string_view::npos ||
          line.find("undo log entries") != std::string_view::npos)
        out += std::string(line) + "\n";
    }
    return out;
  }

  std::string run(std::string_view statement, bool keep, bool read_only) {
    fs::remove(server().folder() / "out");
    auto session = db::connect(m_settings, "", {});
    prepare(*session, true);
    session->begin(read_only);
    const Observations before = look(*session);
    std::string failure;
    try {
      session->execute(statement);
    } catch (const db::DatabaseError& error) {
      failure = error.server().message.empty() ? error.message() : error.server().message;
    } catch (const Error& error) {
      failure = error.message();
    }
    m_seen.clear();
    bool lasting = false;
    try {
      m_seen = differences(before, look(*session));
      if (keep && failure.empty())
        session->commit();
      else
        session->rollback();
      for (std::string& name : differences(before, look(*session))) {
        if (name == "row locks") continue;
        lasting = lasting || name == "rows" || name.rfind("SELECT", 0) == 0 || name.rfind("table ", 0) == 0;
        m_seen.push_back("afterwards: " + name);
      }
    } catch (const Error& error) {
      m_seen.push_back("the session: " + error.message());
      lasting = true;
    }
    session.reset();
    if (lasting) rebuild();
    return failure;
  }

  db::ConnectionSettings m_settings;
};

}  // namespace

std::unique_ptr<Probe> make_mariadb_probe() { return std::make_unique<MariadbProbe>(); }

}  // namespace dbw::test
