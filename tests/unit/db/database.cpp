#include "database.hpp"

#include <fstream>

namespace dbw::db::test {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

using dbw::test::MariadbServer;
using dbw::test::PostgresServer;

const Roles k_roles = {"dbw_guard", "dbw_change", "dbw_read"};
// printf secret | sha256sum
constexpr std::string_view k_secret_sha256 = "sha256:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

/// A database with the ledger set up, made once and copied for each test.
const std::string& prepared_database() {
  static const std::string name = [] {
    PostgresServer& server = PostgresServer::shared();
    for (const std::string& role : {k_roles.guard, k_roles.change, k_roles.read}) server.create_role(role);
    const std::string made = server.create_database();
    server.psql(made, "GRANT CREATE, USAGE ON SCHEMA public TO dbw_change;\n" + setup_sql(Engine::postgresql, k_roles));
    return made;
  }();
  return name;
}

ConnectionSettings postgresql_settings() {
  PostgresServer& server = PostgresServer::shared();
  ConnectionSettings out;
  out.host = server.socket_folder().string();
  out.database = server.create_database(prepared_database());
  out.user = server.administrator();
  return out;
}

ConnectionSettings mariadb_settings() {
  MariadbServer& server = MariadbServer::shared();
  ConnectionSettings out;
  out.engine = Engine::mariadb;
  out.host = server.socket().string();
  out.database = server.create_database();
  out.user = server.administrator();
  Roles roles = k_roles;
  roles.database = out.database;
  for (const std::string& role : {roles.guard, roles.change, roles.read}) server.create_account(role);
  server.sql(out.database,
             setup_sql(Engine::mariadb, roles) +
                 fmt::format(
                     "GRANT CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE TEMPORARY TABLES, CREATE VIEW, SHOW VIEW ON "
                     "`{}`.* TO dbw_change;\n",
                     replaced(out.database, "_", "\\_")));
  return out;
}

}  // namespace

Digest digest_of(char fill) {
  Digest out;
  out.bytes.fill(static_cast<std::uint8_t>(fill));
  return out;
}

TestDatabase::TestDatabase(Engine engine, bool adopted) {
  if (engine == Engine::sqlite) {
    m_settings.engine = Engine::sqlite;
    m_settings.sqlite_path = (m_folder.path() / "test.db").string();
    std::ofstream(m_settings.sqlite_path).flush();
    apply_setup(*connect(m_settings, "", {}), k_roles);
  } else {
    m_settings = engine == Engine::mariadb ? mariadb_settings() : postgresql_settings();
  }
  if (adopted) Ledger(*guard()).adopt(k_target, {}, k_now);
}

std::unique_ptr<Session> TestDatabase::reader() const {
  SessionOptions options;
  options.read_only = true;
  return as("dbw_read", options);
}

std::unique_ptr<Session> TestDatabase::as(std::string_view role, const SessionOptions& options) const {
  ConnectionSettings settings = m_settings;
  settings.user = role;
  return connect(settings, "", options);
}

Claim example_claim(std::string run, char digest, std::string step) {
  Claim out;
  out.run = std::move(run);
  out.request = RequestId(std::string("REQ-") + static_cast<char>(digest - 'a' + 'A'));
  out.request_sha256 = digest_of(digest);
  out.step = std::move(step);
  out.secret_sha256 = Digest::parse(k_secret_sha256);
  out.timeline = "1";
  out.at = k_now;
  return out;
}

}  // namespace dbw::db::test
