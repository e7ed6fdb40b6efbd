// Where connection parameters come from, and where not.
#include <cstdlib>

#include "database.hpp"

namespace dbw::db::test {
namespace {

using dbw::test::PostgresServer;

class ConnectTest : public testing::Test {
 protected:
  ConnectTest() { m_settings.user = "dbw_change"; }
  ErrorCode code(std::string_view password = "") {
    return code_of([&] { connect(m_settings, password, {}); });
  }
  TestDatabase m_database{Engine::postgresql};
  ConnectionSettings m_settings = m_database.settings();
};

TEST_F(ConnectTest, EnvironmentHasNoEffect) {
  const TemporaryFolder home("dbw-home");
  make_folders(home.path() / ".postgresql");
  write_file_atomic(home.path() / ".pgpass", "*:*:*:*:wrong\n", 0600);
  write_file_atomic(home.path() / "services", "[decoy]\nhost=/decoy\nuser=decoy\n", 0600);
  const std::string old_home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
  ::setenv("HOME", home.path().c_str(), 1);
  const std::pair<const char*, std::string> decoys[] = {{"PGHOST", "/decoy"},
                                                        {"PGHOSTADDR", "192.0.2.1"},
                                                        {"PGPORT", "1"},
                                                        {"PGDATABASE", "decoy"},
                                                        {"PGUSER", "decoy"},
                                                        {"PGPASSWORD", "decoy"},
                                                        {"PGPASSFILE", "/decoy"},
                                                        {"PGSERVICE", "decoy"},
                                                        {"PGSERVICEFILE", (home.path() / "services").string()},
                                                        {"PGSYSCONFDIR", "/decoy"},
                                                        {"PGOPTIONS", "-c search_path=decoy"},
                                                        {"PGAPPNAME", "decoy"},
                                                        {"PGSSLMODE", "verify-full"},
                                                        {"PGREQUIRESSL", "1"},
                                                        {"PGSSLROOTCERT", "/decoy"},
                                                        {"PGCLIENTENCODING", "LATIN1"},
                                                        {"PGDATESTYLE", "German"},
                                                        {"PGTZ", "Asia/Tokyo"},
                                                        {"PGGEQO", "off"},
                                                        {"PGCONNECT_TIMEOUT", "1"},
                                                        {"PGREQUIREPEER", "decoy"},
                                                        {"PGGSSENCMODE", "require"},
                                                        {"PGCHANNELBINDING", "require"},
                                                        {"PGTARGETSESSIONATTRS", "standby"},
                                                        {"PGLOCALEDIR", "/decoy"}};
  for (const auto& [name, value] : decoys) ::setenv(name, value.c_str(), 1);
  const auto session = connect(m_settings, "", {});
  EXPECT_EQ(session->own_value("SELECT session_user"), "dbw_change");
  EXPECT_EQ(session->own_value("SHOW geqo"), "on");
  EXPECT_EQ(session->own_value("SHOW TimeZone"), "UTC");
  EXPECT_EQ(session->own_value("SHOW application_name"), "dbw");
  EXPECT_EQ(session->own_value("SHOW search_path"), "public, pg_temp");
  for (const auto& [name, value] : decoys) EXPECT_EQ(std::getenv(name), nullptr) << name;
  ::setenv("HOME", old_home.c_str(), 1);
}

TEST_F(ConnectTest, WrongPasswordAndNone) {
  PostgresServer& server = PostgresServer::shared();
  server.create_role("with_password", "LOGIN PASSWORD 'right password'");
  m_settings.user = "with_password";
  testing::internal::CaptureStderr();
  EXPECT_EQ(code("wrong"), ErrorCode::db_authentication_failed);
  EXPECT_EQ(code(), ErrorCode::db_authentication_failed);
  EXPECT_EQ(connect(m_settings, "right password", {})->own_value("SELECT 7"), "7");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  try {
    connect(m_settings, "wrong-secret", {});
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_EQ(error.sqlstate(), "28P01");
    EXPECT_EQ((error.message() + error.server().message).find("wrong-secret"), std::string::npos);
  }
}

TEST_F(ConnectTest, MissingThingsAreTold) {
  m_settings.database = "no_such_database";
  EXPECT_EQ(code(), ErrorCode::db_no_such_database);
  m_settings.database = m_database.name();
  m_settings.user = "no_such_role";
  EXPECT_EQ(code(), ErrorCode::db_authentication_failed);
  m_settings.user = "dbw_change";
  m_settings.port = 5433;
  EXPECT_EQ(code(), ErrorCode::db_connect_failed);
  m_settings.port = 5432;
  m_settings.host = "/nonexistent";
  EXPECT_EQ(code(), ErrorCode::db_connect_failed);
}

TEST_F(ConnectTest, DatabaseNameIsNotAConnectionString) {
  m_settings.database = "dbname=postgres user=postgres";
  EXPECT_EQ(code(), ErrorCode::db_no_such_database);
  m_settings.database = "postgresql:///postgres?user=postgres";
  EXPECT_EQ(code(), ErrorCode::db_no_such_database);
}

TEST_F(ConnectTest, IncompleteSettingsAreRefused) {
  const std::vector<void (*)(ConnectionSettings&)> changes = {[](ConnectionSettings& s) { s.host.clear(); },
                                                              [](ConnectionSettings& s) { s.database.clear(); },
                                                              [](ConnectionSettings& s) { s.user.clear(); },
                                                              [](ConnectionSettings& s) { s.port = 0; },
                                                              [](ConnectionSettings& s) { s.host = "one,two"; },
                                                              [](ConnectionSettings& s) { s.host = "@abstract"; },
                                                              [](ConnectionSettings& s) { s.user = "a\nb"; },
                                                              [](ConnectionSettings& s) { s.host = std::string("h\0x", 3); }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ConnectionSettings settings = m_settings;
    changes[i](settings);
    EXPECT_EQ(code_of([&] { connect(settings, "", {}); }), ErrorCode::db_settings) << i;
  }
}

TEST_F(ConnectTest, RemoteHostsNeedVerifiedTls) {
  m_settings.host = "192.0.2.1";
  for (const TlsMode mode : {TlsMode::disable, TlsMode::require, TlsMode::verify_ca}) {
    m_settings.tls = mode;
    EXPECT_EQ(code(), ErrorCode::db_tls_required);
  }
}

TEST_F(ConnectTest, KnowsLocalHosts) {
  for (const std::string_view host : {"/run/postgresql", "localhost", "127.0.0.1", "127.9.9.9", "::1"}) {
    m_settings.host = host;
    EXPECT_TRUE(is_local(m_settings)) << host;
  }
  for (const std::string_view host :
       {"db.example.org", "127.0.0.1.example.org", "10.0.0.1", "::2", "localhost.example.org", "1270.0.0.1"}) {
    m_settings.host = host;
    EXPECT_FALSE(is_local(m_settings)) << host;
  }
}

}  // namespace
}  // namespace dbw::db::test
