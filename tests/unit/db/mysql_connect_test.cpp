// Where connection parameters of MySQL and MariaDB come from, and how a server is told from another.
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/process.hpp"
#include "database.hpp"
#include "support/web_server.hpp"

namespace dbw::db::test {
namespace {

using dbw::test::MariadbServer;

class MariadbConnect : public testing::Test {
 protected:
  MariadbConnect() { m_settings.user = "dbw_change"; }
  ErrorCode code(std::string_view password = "") {
    return code_of([&] { connect(m_settings, password, {}); });
  }
  TestDatabase m_database{Engine::mariadb};
  ConnectionSettings m_settings = m_database.settings();
};

TEST_F(MariadbConnect, EnvironmentAndOptionFilesHaveNoEffect) {
  const TemporaryFolder home("dbw-home");
  write_file_atomic(home.path() / ".my.cnf", "[client]\nuser=decoy\nhost=decoy\ninit-command=SET sql_mode=''\n", 0600);
  const std::string old_home = std::getenv("HOME") != nullptr ? std::getenv("HOME") : "";
  const std::pair<const char*, std::string> decoys[] = {{"MYSQL_HOST", "decoy"},
                                                        {"MYSQL_PWD", "decoy"},
                                                        {"MYSQL_TCP_PORT", "1"},
                                                        {"MYSQL_UNIX_PORT", "/decoy"},
                                                        {"MYSQL_HOME", home.path().string()},
                                                        {"MARIADB_PLUGIN_DIR", home.path().string()},
                                                        {"LIBMYSQL_PLUGINS", "dialog"}};
  ::setenv("HOME", home.path().c_str(), 1);
  for (const auto& [name, value] : decoys) ::setenv(name, value.c_str(), 1);
  EXPECT_EQ(connect(m_settings, "", {})->own_value("SELECT CURRENT_USER()"), "dbw_change@%");
  for (const auto& [name, value] : decoys) EXPECT_EQ(std::getenv(name), nullptr) << name;
  ::setenv("HOME", old_home.c_str(), 1);
}

TEST_F(MariadbConnect, WrongPasswordAndNone) {
  MariadbServer::shared().sql(
      "mysql", "CREATE USER with_password@'%' IDENTIFIED BY 'right password'; GRANT SELECT ON `" + m_database.name() +
                   "`.* TO with_password");
  m_settings.user = "with_password";
  EXPECT_EQ(code("wrong"), ErrorCode::db_authentication_failed);
  EXPECT_EQ(code(), ErrorCode::db_authentication_failed);
  EXPECT_EQ(connect(m_settings, "right password", {})->own_value("SELECT 7"), "7");
  EXPECT_EQ(code(std::string_view("a\0b", 3)), ErrorCode::db_settings);
}

TEST_F(MariadbConnect, CancelNeedsThePasswordAgain) {
  m_settings.user = "with_another";
  MariadbServer::shared().sql("mysql", "CREATE USER with_another@'%' IDENTIFIED BY 'secret'; GRANT SELECT ON `" +
                                           m_database.name() + "`.* TO with_another");
  const auto session = connect(m_settings, "secret", {});
  class Canceller : public CountingSink {
   public:
    explicit Canceller(Session& session) : m_session(session) {}
    bool row(Row given) override {
      if (rows == 0) m_session.cancel();
      return CountingSink::row(given);
    }

   private:
    Session& m_session;
  } sink(*session);
  EXPECT_EQ(code_of([&] { session->query("SELECT a.seq FROM seq_1_to_1000000 a, seq_1_to_1000000 b", sink); }),
            ErrorCode::db_cancelled);
}

TEST_F(MariadbConnect, MissingThingsAreTold) {
  m_settings.database = "no_such_database";
  EXPECT_EQ(code(), ErrorCode::db_no_such_database);
  m_settings.database = m_database.name();
  m_settings.user = "no_such_user";
  EXPECT_EQ(code(), ErrorCode::db_authentication_failed);
  m_settings.user = "dbw_change";
  m_settings.host = "/nonexistent";
  EXPECT_EQ(code(), ErrorCode::db_connect_failed);
}

TEST_F(MariadbConnect, AnotherEngineIsRefused) {
  m_settings.engine = Engine::mysql;
  EXPECT_EQ(code(), ErrorCode::db_settings);
}

TEST_F(MariadbConnect, IncompleteSettingsAreRefused) {
  const std::vector<void (*)(ConnectionSettings&)> changes = {
      [](ConnectionSettings& s) { s.host.clear(); },
      [](ConnectionSettings& s) { s.database.clear(); },
      [](ConnectionSettings& s) { s.user.clear(); },
      [](ConnectionSettings& s) { s.port = 0; },
      [](ConnectionSettings& s) { s.host = "one,two"; },
      [](ConnectionSettings& s) { s.host = "plugin://one"; },
      [](ConnectionSettings& s) { s.host = "host=one;user=root"; },
      [](ConnectionSettings& s) { s.user = "a\nb"; },
      [](ConnectionSettings& s) { s.database = std::string(61, 'x'); },
      [](ConnectionSettings& s) {
        s.host = "127.0.0.1";
        s.tls = TlsMode::verify_ca;
      }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ConnectionSettings settings = m_settings;
    changes[i](settings);
    EXPECT_EQ(code_of([&] { connect(settings, "", {}); }), ErrorCode::db_settings) << i;
  }
}

TEST_F(MariadbConnect, RemoteHostsNeedVerifiedTls) {
  m_settings.host = "192.0.2.1";
  for (const TlsMode mode : {TlsMode::disable, TlsMode::require, TlsMode::verify_ca}) {
    m_settings.tls = mode;
    EXPECT_EQ(code(), ErrorCode::db_tls_required);
  }
}

/// A port nobody listens on, most likely still in a moment.
std::uint16_t free_port() {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("bind");
  return ntohs(address.sin_port);
}

/// A certificate for `name`, signed by itself, with its key beside it.
std::filesystem::path make_certificate(const std::filesystem::path& folder, const std::string& file,
                                       const std::string& name) {
  ProcessRequest request;
  request.argv = {"/usr/bin/openssl",
                  "req",
                  "-x509",
                  "-newkey",
                  "ec",
                  "-pkeyopt",
                  "ec_paramgen_curve:prime256v1",
                  "-nodes",
                  "-days",
                  "3650",
                  "-subj",
                  "/CN=test",
                  "-addext",
                  "subjectAltName=" + name,
                  "-keyout",
                  (folder / (file + ".key")).string(),
                  "-out",
                  (folder / (file + ".pem")).string()};
  request.environment = {{"PATH", "/usr/bin:/bin"}};
  request.folder = "/";
  const ProcessResult result = run_process(request);
  if (result.status != 0) throw std::runtime_error("openssl: " + result.errors);
  std::filesystem::permissions(folder / (file + ".key"), std::filesystem::perms(0644));
  return folder / (file + ".pem");
}

class MariadbTls : public testing::Test {
 protected:
  /// A server on a loopback port with the certificate `file`, or none.
  std::unique_ptr<MariadbServer> serve(const std::string& file) {
    std::vector<std::string> options = {"--bind-address=127.0.0.1", fmt::format("--port={}", m_port)};
    if (!file.empty()) {
      options.push_back("--ssl-cert=" + (m_folder.path() / (file + ".pem")).string());
      options.push_back("--ssl-key=" + (m_folder.path() / (file + ".key")).string());
    }
    auto server = std::make_unique<MariadbServer>(options);
    server->sql("mysql", "CREATE USER u@'%'; GRANT SELECT ON *.* TO u");
    return server;
  }
  std::unique_ptr<MariadbServer> serve(const dbw::test::CertificateAuthority& authority, const std::string& name) {
    for (const std::string& file : {name + ".pem", name + ".key"}) {
      std::filesystem::copy_file(authority.folder() / file, m_folder.path() / file);
      std::filesystem::permissions(m_folder.path() / file, std::filesystem::perms(0644));
    }
    return serve(name);
  }
  ErrorCode code(TlsMode mode, const std::filesystem::path& ca) const {
    return code_of([&] { connect(settings(mode, ca), "", {}); });
  }
  ConnectionSettings settings(TlsMode mode, const std::filesystem::path& ca) const {
    ConnectionSettings out;
    out.engine = Engine::mariadb;
    out.host = "127.0.0.1";
    out.port = m_port;
    out.database = "mysql";
    out.user = "u";
    out.tls = mode;
    out.ca_file = ca.string();
    return out;
  }
  MariadbTls() { std::filesystem::permissions(m_folder.path(), std::filesystem::perms(0755)); }

  TemporaryFolder m_folder{"dbw-tls"};
  std::uint16_t m_port = free_port();
};

TEST_F(MariadbTls, ChainAndNameAreVerified) {
  const auto good = make_certificate(m_folder.path(), "good", "IP:127.0.0.1,DNS:localhost");
  const auto other = make_certificate(m_folder.path(), "other", "IP:127.0.0.1");
  const auto server = serve("good");
  const auto session = connect(settings(TlsMode::verify_full, good), "", {});
  EXPECT_NE(session->own_rows("SHOW STATUS LIKE 'Ssl_version'").at(0).at(1).value_or("").find("TLSv1."),
            std::string::npos);
  EXPECT_EQ(code(TlsMode::verify_full, other), ErrorCode::db_tls_required);
  EXPECT_EQ(code(TlsMode::verify_full, {}), ErrorCode::db_tls_required) << "the system's bundle does not hold it";
  EXPECT_EQ(connect(settings(TlsMode::automatic, {}), "", {})->own_rows("SHOW STATUS LIKE 'Ssl_version'").at(0).at(1),
            "");
}

TEST_F(MariadbTls, CertificateOfAnotherHostIsRefused) {
  const auto elsewhere = make_certificate(m_folder.path(), "elsewhere", "DNS:db.example.org");
  const auto server = serve("elsewhere");
  EXPECT_EQ(code(TlsMode::verify_full, elsewhere), ErrorCode::db_tls_required);
}

TEST_F(MariadbTls, ExpiredCertificatesAreRefusedBeforeAPasswordIsSent) {
  const dbw::test::CertificateAuthority authority;
  authority.issue("expired", "IP:127.0.0.1", true);
  const auto server = serve(authority, "expired");
  server->sql("mysql", "ALTER USER u@'%' IDENTIFIED BY 'right'");
  // The server would say that the password is wrong.
  EXPECT_EQ(code_of([&] { connect(settings(TlsMode::verify_full, authority.file()), "wrong", {}); }),
            ErrorCode::db_tls_required);
}

TEST_F(MariadbTls, RevokedCertificatesAreRefusedBeforeAPasswordIsSent) {
  const dbw::test::CertificateAuthority authority;
  const dbw::test::CertificateAuthority other("another");
  authority.issue("stolen", "IP:127.0.0.1");
  const auto server = serve(authority, "stolen");
  server->sql("mysql", "ALTER USER u@'%' IDENTIFIED BY 'right'");
  ConnectionSettings given = settings(TlsMode::verify_full, authority.file());
  const auto refused = [&given](const std::filesystem::path& lists) -> std::pair<ErrorCode, std::string> {
    given.crl_file = lists.string();
    try {
      connect(given, "wrong", {});
    } catch (const Error& error) {
      return {error.code(), error.message()};
    }
    return {};
  };
  const auto is = [](ErrorCode code, const char* why) { return testing::Pair(code, testing::HasSubstr(why)); };
  EXPECT_THAT(refused(authority.revoke("lists", {"stolen"})), is(ErrorCode::db_tls_required, "certificate revoked"));
  EXPECT_THAT(refused(authority.revoke("late", {}, true)), is(ErrorCode::db_tls_required, "CRL has expired"));
  EXPECT_THAT(refused(other.revoke("lists", {})), is(ErrorCode::db_tls_required, "unable to get certificate CRL"));
  EXPECT_THAT(refused(m_folder.path() / "missing.pem"), is(ErrorCode::db_settings, "No such file"));
  EXPECT_THAT(refused(authority.file()), is(ErrorCode::db_settings, "holds a CERTIFICATE"));
  // A list that does not hold it: the server is asked, and says that the password is wrong.
  EXPECT_THAT(refused(authority.revoke("none", {})).first, ErrorCode::db_authentication_failed);
  EXPECT_NE(connect(given, "right", {})->own_rows("SHOW STATUS LIKE 'Ssl_version'").at(0).at(1), "");
  for (const TlsMode mode : {TlsMode::automatic, TlsMode::require, TlsMode::disable}) {
    given.tls = mode;
    EXPECT_THAT(refused(given.crl_file), is(ErrorCode::db_settings, "not verified"));
  }
}

TEST_F(MariadbTls, ServerWithoutTlsIsRefused) {
  const auto good = make_certificate(m_folder.path(), "good", "IP:127.0.0.1");
  const auto server = serve("");
  EXPECT_EQ(code(TlsMode::verify_full, good), ErrorCode::db_tls_required);
  EXPECT_EQ(code(TlsMode::require, {}), ErrorCode::db_tls_required);
}

}  // namespace
}  // namespace dbw::db::test
