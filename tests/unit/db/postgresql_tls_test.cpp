#include <sys/prctl.h>
#include <sys/wait.h>
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

constexpr uid_t k_nobody = 65534;

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
  ConnectionSettings settings(const std::filesystem::path& ca, const std::filesystem::path& lists = {}) const {
    ConnectionSettings out;
    out.host = m_address;
    out.port = static_cast<std::uint16_t>(m_server.port());
    out.database = "postgres";
    out.user = "u";
    out.tls = TlsMode::verify_full;
    out.ca_file = ca.string();
    out.crl_file = lists.string();
    return out;
  }
  void expect_refused(const std::filesystem::path& ca, const std::string& why,
                      const std::filesystem::path& lists = {}) {
    expect_refused(settings(ca, lists), ErrorCode::db_tls_required, why);
  }
  void expect_refused(const ConnectionSettings& given, ErrorCode code, const std::string& why) {
    try {
      connect(given, "wrong", {});
      ADD_FAILURE() << "connected";
    } catch (const Error& error) {
      EXPECT_EQ(error.status(), ExitStatus::environment);
      EXPECT_EQ(error.code(), code) << error.message();
      EXPECT_THAT(error.message(), HasSubstr(why));
      EXPECT_THAT(error.message() + error.hint(), HasSubstr("crl_file"));
    }
    EXPECT_THAT(m_server.log(), Not(HasSubstr("password authentication failed"))) << "a password was sent";
  }

  const std::string m_address = fmt::format("127.{}.{}.1", 1 + ::getpid() % 250, 1 + ::getpid() / 250 % 250);
  CertificateAuthority m_authority, m_other;
  PostgresServer m_server;
};

TEST_F(PostgresTls, NoPasswordIsSentToAServerThatCannotBeVerified) {
  serve("expired");
  expect_refused(m_authority.file(), "certificate has expired");
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

TEST_F(PostgresTls, RevokedCertificatesAreRefused) {
  m_authority.issue("stolen", "IP:" + m_address);
  const auto lists = m_authority.revoke("lists", {"stolen"});
  serve("stolen");
  expect_refused(m_authority.file(), "certificate revoked", lists);
  // It is the list that tells; whoever is not in it gets a password.
  EXPECT_NO_THROW(connect(settings(m_authority.file()), "right", {}));
  serve("good");
  const auto session = connect(settings(m_authority.file(), lists), "right", {});
  EXPECT_EQ(session->own_value("SELECT ssl FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid()"), "t");
}

TEST_F(PostgresTls, ListsThatSayNothingOfTheCertificateAreRefused) {
  serve("good");
  expect_refused(m_authority.file(), "CRL has expired", m_authority.revoke("late", {}, true));
  expect_refused(m_authority.file(), "unable to get certificate CRL",
                 CertificateAuthority("another").revoke("lists", {}));
  expect_refused(m_authority.file(), "CRL signature failure", m_other.revoke("lists", {}));
}

TEST_F(PostgresTls, NothingIsSentWithoutTheRevocationLists) {
  serve("good");
  const auto lists = m_authority.revoke("lists", {});
  const std::string pem = read_file(lists, 1 << 20);
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "holds no certificate revocation list"},
           {"revoked: none\n", "holds no certificate revocation list"},
           {pem.substr(0, pem.size() / 2), "is not whole"},
           {pem + pem.substr(0, pem.size() / 2), "is not whole"},
           {pem + read_file(m_other.file(), 1 << 20), "holds a CERTIFICATE"},
           {"-----BEGIN X509 CRL-----\nMAMCAQA=\n-----END X509 CRL-----\n", "cannot be read"}}) {
    write_file_atomic(file("broken.pem"), text);
    expect_refused(settings(m_authority.file(), file("broken.pem")), ErrorCode::db_settings, why);
  }
  expect_refused(settings(m_authority.file(), file("missing.pem")), ErrorCode::db_settings, "No such file");
  expect_refused(settings(m_authority.file(), m_authority.folder()), ErrorCode::db_settings, "not a regular file");
  for (const TlsMode mode : {TlsMode::automatic, TlsMode::require, TlsMode::disable}) {
    ConnectionSettings unverified = settings(m_authority.file(), lists);
    unverified.tls = mode;
    expect_refused(unverified, ErrorCode::db_settings, "not verified");
  }
  EXPECT_THAT(m_server.log(), Not(HasSubstr("SSL")));
  // Several may follow each other, with text around them.
  const CertificateAuthority another("another");
  write_file_atomic(file("several.pem"),
                    "of another:\n" + read_file(another.revoke("lists", {}), 1 << 20) + "\nown:\n" + pem);
  EXPECT_NO_THROW(connect(settings(m_authority.file(), file("several.pem")), "right", {}));
}

/// As the executor is: /proc/self belongs to root in a process that gave up being dumpable.
TEST_F(PostgresTls, ListsAreReadInAHardenedProcess) {
  serve("good");
  const TemporaryFolder open("dbw-crl");
  std::filesystem::permissions(open.path(), std::filesystem::perms(0755));
  write_file_atomic(open.path() / "ca.pem", read_file(m_authority.file(), 1 << 20));
  write_file_atomic(open.path() / "lists.pem", read_file(m_authority.revoke("lists", {"good"}), 1 << 20));
  const ConnectionSettings given = settings(open.path() / "ca.pem", open.path() / "lists.pem");
  const pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setresuid(k_nobody, k_nobody, k_nobody) != 0) ::_exit(2);
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) ::_exit(3);
    try {
      connect(given, "right", {});
    } catch (const Error& error) {
      ::_exit(error.message().find("certificate revoked") != std::string::npos ? 0 : 4);
    }
    ::_exit(5);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace dbw::db::test
