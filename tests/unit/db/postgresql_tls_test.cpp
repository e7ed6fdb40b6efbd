#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "db/connect.hpp"
#include "support/error_of.hpp"
#include "support/postgres_server.hpp"
#include "support/web_server.hpp"

namespace dbw::db::test {
namespace {

using dbw::test::CertificateAuthority;
using dbw::test::PostgresServer;
using testing::HasSubstr;
using testing::Not;

/// A PostgreSQL server with TLS on a loopback address of its own. Everybody who gets as far as their password is in its
/// log, because the password is wrong.
class PostgresTls : public testing::Test {
 protected:
  PostgresTls() {
    m_authority.issue("good", "IP:" + m_address);
    m_authority.issue("elsewhere", "DNS:db.example.org");
    m_authority.issue("expired", "IP:" + m_address, true);
    m_server.create_role("u", "LOGIN PASSWORD 'right'");
  }
  /// Serves with that certificate; empty: without TLS.
  void serve(const std::string& name) {
    m_server.stop();
    std::vector<std::string> settings = {"listen_addresses=" + m_address};
    if (!name.empty()) {
      settings.insert(settings.end(), {"ssl=on", "ssl_cert_file=" + m_server.take_file(file(name + ".pem")).string(),
                                       "ssl_key_file=" + m_server.take_file(file(name + ".key")).string()});
    }
    m_server.start(settings);
  }
  std::filesystem::path file(const std::string& name) const { return m_authority.folder() / name; }
  ConnectionSettings settings(const std::filesystem::path& ca) const {
    ConnectionSettings out;
    out.host = m_address;
    out.port = static_cast<std::uint16_t>(m_server.port());
    out.database = "postgres";
    out.user = "u";
    out.tls = TlsMode::verify_full;
    out.ca_file = ca.string();
    return out;
  }
  void expect_refused(const std::filesystem::path& ca, const std::string& why) {
    try {
      connect(settings(ca), "wrong", {});
      ADD_FAILURE() << "connected";
    } catch (const Error& error) {
      EXPECT_EQ(error.status(), ExitStatus::environment);
      EXPECT_EQ(error.code(), ErrorCode::db_tls_required) << error.message();
      EXPECT_THAT(error.message(), HasSubstr(why));
    }
    EXPECT_THAT(m_server.log(), Not(HasSubstr("password authentication failed"))) << "a password was sent";
  }

  const std::string m_address = fmt::format("127.{}.{}.1", 1 + ::getpid() % 250, 1 + ::getpid() / 250 % 250);
  CertificateAuthority m_authority, m_other;
  PostgresServer m_server;
};

TEST_F(PostgresTls, NoPasswordIsSentToAServerThatCannotBeVerified) {
  serve("expired");
  expect_refused(m_authority.file(), "certificate");
  serve("elsewhere");
  expect_refused(m_authority.file(), "db.example.org");
  serve("");
  expect_refused(m_authority.file(), "SSL");
  serve("good");
  expect_refused(m_other.file(), "certificate");
  expect_refused({}, "certificate");
  // And who is verified gets one.
  const auto session = connect(settings(m_authority.file()), "right", {});
  EXPECT_EQ(session->own_value("SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()"), "t");
  EXPECT_EQ(dbw::test::code_of([&] { connect(settings(m_authority.file()), "wrong", {}); }),
            ErrorCode::db_authentication_failed);
  EXPECT_THAT(m_server.log(), HasSubstr("password authentication failed"));
}

}  // namespace
}  // namespace dbw::db::test
