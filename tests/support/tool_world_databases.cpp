#include <algorithm>

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

}  // namespace dbw::test
