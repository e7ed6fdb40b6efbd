#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/mariadb_server.hpp"
#include "support/postgres_server.hpp"
#include "support/tool_world.hpp"

/// The databases of the world: where they are, what is in them, and what dbw puts there.
namespace dbw::test {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view k_schema =
    "CREATE TABLE orders (id integer PRIMARY KEY, status text);\n"
    "INSERT INTO orders VALUES (1, 'old'), (2, 'old'), (3, 'old');\n"
    "CREATE TABLE counters (id integer, n integer NOT NULL);\n"
    "CREATE TABLE applied (id integer);\n"
    "CREATE TABLE pieces (id integer PRIMARY KEY, n integer NOT NULL);\n";

}  // namespace

void ToolWorld::use(PostgresServer& server) {
  m_postgres = &server;
  move_address(server.socket_folder());
}

void ToolWorld::use(MariadbServer& server) {
  m_mariadb = &server;
  move_address(server.folder());
}

void ToolWorld::move_address(const fs::path& sockets) const {
  fs::remove(path("exec/server"));
  fs::create_directory_symlink(sockets, path("exec/server"));
}

PostgresServer& ToolWorld::postgres() const { return m_postgres != nullptr ? *m_postgres : PostgresServer::shared(); }
MariadbServer& ToolWorld::mariadb() const { return m_mariadb != nullptr ? *m_mariadb : MariadbServer::shared(); }

std::string ToolWorld::address() const {
  if (m_engine == Engine::mariadb)
    return "socket: " + (has_own_server() ? path("exec/server/s.sock") : mariadb().socket()).string();
  return "host: " + (has_own_server() ? path("exec/server") : postgres().socket_folder()).string();
}

void ToolWorld::add_database(const std::string& name) {
  if (m_engine == Engine::sqlite) {
    m_databases[name] = name + ".db";
    sql(std::string(k_schema), name);
    return;
  }
  for (const char* role : {"shop_guard", "shop_change", "shop_read"}) {
    if (m_engine == Engine::postgresql) postgres().create_role(role);
    if (m_engine == Engine::mariadb) mariadb().create_account(role);
  }
  if (m_engine == Engine::mariadb) {
    m_databases[name] = mariadb().create_database();
    sql(std::string(k_schema), name);
    return;
  }
  m_databases[name] = postgres().create_database();
  sql(fmt::format("GRANT CREATE ON DATABASE {} TO shop_guard; GRANT CREATE, USAGE ON SCHEMA public TO shop_change;"
                  "SET ROLE shop_change; {} GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop_read;",
                  m_databases[name], k_schema),
      name);
}

std::string ToolWorld::target_line(const std::string& name, const std::string& environment,
                                   const std::string& member) const {
  const std::string head =
      fmt::format("  - {{database: shop, environment: {}, {}engine: {}, ", environment,
                  member.empty() ? "" : fmt::format("member: {}, ", member), engine_name(m_engine));
  const std::string& database = m_databases.at(name);
  if (m_engine == Engine::sqlite) return head + fmt::format("file: {}}}\n", database);
  return head + fmt::format(
                    "{}, dbname: {}, guard: {{user: shop_guard}}, change: {{user: shop_change}}, read: {{user: "
                    "shop_read}}}}\n",
                    address(), database);
}

void ToolWorld::set_up(const std::string& name, const std::string& environment, const std::string& member) const {
  std::vector<std::string> setup = {"dbw-exec", "setup",     "--config", path("exec/exec.yaml"), "-d", "shop",
                                    "-e",       environment, "--apply"};
  if (!member.empty()) setup.insert(setup.end(), {"--member", member});
  if (m_engine == Engine::mariadb) setup.insert(setup.end(), {"--admin", mariadb().administrator()});
  must("host", setup);
  if (m_engine != Engine::mariadb) return;
  const std::string& database = m_databases.at(name);
  mariadb().sql(database,
                fmt::format("GRANT CREATE, ALTER, DROP, INDEX ON `test\\_{}`.* TO shop_change", database.substr(5)));
}

void ToolWorld::make_targets() const {
  for (const std::string environment : {"production", "staging"}) {
    set_up(environment, environment, "");
    must("host", {"dbw-exec", "adopt", "--config", path("exec/exec.yaml"), "-d", "shop", "-e", environment});
  }
}

std::string ToolWorld::sql(const std::string& text, const std::string& name) const {
  const std::string& database = m_databases.at(name);
  if (m_engine == Engine::postgresql) return std::string(trim(postgres().psql(database, text)));
  if (m_engine == Engine::mariadb) {
    std::string rows(trim(mariadb().sql(database, text)));
    std::replace(rows.begin(), rows.end(), '\t', '|');
    return rows;
  }
  return std::string(
      trim(must("host", {"sqlite3", "-batch", "-bail", "-cmd", ".timeout 10000", path("exec/" + database)}, text)));
}

std::unique_ptr<RunningTool> ToolWorld::hold(const std::string& script, const std::string& name) const {
  const std::string& database = m_databases.at(name);
  std::vector<std::string> client;
  if (m_engine == Engine::postgresql) {
    client = {postgres().psql_program(),
              "-X",
              "-h",
              postgres().socket_folder(),
              "-U",
              postgres().administrator(),
              "-d",
              database,
              "-c",
              "BEGIN; " + script + "; SELECT pg_sleep(60)"};
  } else {
    client = {"/usr/bin/mariadb",
              "--no-defaults",
              "-S",
              mariadb().socket(),
              "-u",
              mariadb().administrator(),
              database,
              "-e",
              "BEGIN; " + script + "; SELECT SLEEP(60)"};
  }
  auto session = std::make_unique<RunningTool>(client, std::map<std::string, std::string>{}, path("held.txt"));
  if (holder().empty()) throw std::runtime_error("no session holds locks: " + session->output());
  return session;
}

std::string ToolWorld::wait_for_session(const std::string& text) const {
  const std::string query =
      m_engine == Engine::postgresql
          ? fmt::format(
                "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'active' AND query "
                "LIKE '%{}%';",
                text)
          : fmt::format(
                "SELECT id FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND info LIKE "
                "'%{}%';",
                text);
  std::string session;
  for (int i = 0; i < 400 && session.empty(); ++i, std::this_thread::sleep_for(std::chrono::milliseconds(25)))
    session = sql(query);
  return session;
}

void ToolWorld::end_session(const std::string& session) const {
  sql(m_engine == Engine::postgresql ? fmt::format("SELECT pg_terminate_backend({});", session)
                                     : fmt::format("KILL {};", session));
}

}  // namespace dbw::test
