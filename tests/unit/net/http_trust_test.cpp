#include <cstdlib>

#include <fmt/format.h>

#include "fixture.hpp"
#include "net/http.hpp"

namespace dbw::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HttpTrust : public Http {};

TEST_F(HttpTrust, TheAuthorityDecides) {
  EXPECT_EQ(http(get("good", "/status/200")).status, 200);
  const test::CertificateAuthority stranger;
  HttpRequest request = get("good", "/trust-stranger");
  request.ca_file = stranger.file();
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_untrusted);
  request.ca_file.clear();  // the system's roots
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_untrusted);
  request.ca_file = stranger.folder() / "absent.pem";
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_untrusted);
  write_file_atomic(request.ca_file, "no certificate\n");
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_untrusted);
  EXPECT_THAT(server->log(), Not(HasSubstr("trust-stranger")));
}

TEST_F(HttpTrust, TheNameDecides) {
  const auto localhost = [](const std::string& service) {
    HttpRequest request = get(service, "/");
    request.url = fmt::format("https://localhost:{}/status/200", server->port(service));
    return request;
  };
  EXPECT_EQ(http(localhost("good")).status, 200);
  EXPECT_EQ(code_of([&] { http(localhost("other")); }), ErrorCode::net_untrusted);
  EXPECT_EQ(code_of([] { http(get("other", "/wrong-name")); }), ErrorCode::net_untrusted);
  EXPECT_THAT(server->log(), Not(HasSubstr("wrong-name")));
}

TEST_F(HttpTrust, ExpiredCertificatesAreRefused) {
  const auto error = error_of([] { http(get("expired", "/too-late?key=k")); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::net_untrusted);
  EXPECT_THAT(error->message(), HasSubstr("no trusted TLS with " + server->url("expired", "/too-late") + ": "));
  EXPECT_THAT(error->message(), HasSubstr("expired"));
  EXPECT_THAT(server->log(), Not(HasSubstr("too-late")));
}

TEST_F(HttpTrust, OldTlsIsRefused) {
  EXPECT_EQ(code_of([] { http(get("old", "/old-version")); }), ErrorCode::net_untrusted);
  EXPECT_THAT(server->log(), Not(HasSubstr("old-version")));
}

TEST_F(HttpTrust, HttpBehindHttpsIsRefused) {
  HttpRequest request = get("plain", "/");
  request.url = fmt::format("https://127.0.0.1:{}/status/200", server->port("plain"));
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_untrusted);
}

TEST_F(HttpTrust, NobodyThere) {
  for (const char* scheme : {"http", "https"}) {
    const auto error =
        error_of([&] { http({.url = fmt::format("{}://127.0.0.1:{}/a?key=k", scheme, test::free_port())}); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ErrorCode::net_unreachable);
    EXPECT_THAT(error->message(), Not(HasSubstr("key")));
  }
  EXPECT_EQ(code_of([] { http({.url = "https://no-such-host.invalid/", .timeout = Seconds(2)}); }),
            ErrorCode::net_unreachable);
}

/// Variables of the environment, set for a while.
class Variables {
 public:
  explicit Variables(std::map<std::string, std::string> values) {
    for (const auto& [name, value] : values) {
      const char* before = std::getenv(name.c_str());
      m_before[name] = before == nullptr ? std::nullopt : std::optional<std::string>(before);
      ::setenv(name.c_str(), value.c_str(), 1);
    }
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;
  ~Variables() {
    for (const auto& [name, value] : m_before) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
  }

 private:
  std::map<std::string, std::optional<std::string>> m_before;
};

TEST_F(HttpTrust, TheEnvironmentIsIgnored) {
  const TemporaryFolder home;
  write_file_atomic(home.path() / ".netrc", "machine 127.0.0.1 login netrcuser password netrcpassword\n", 0600);
  write_file_atomic(home.path() / ".curlrc", "insecure\nheader = \"X-From-Curlrc: 1\"\n");
  const test::Listener proxy;
  std::map<std::string, std::string> values = {{"HOME", home.path().string()},
                                               {"NETRC", (home.path() / ".netrc").string()},
                                               {"CURL_HOME", home.path().string()},
                                               {"no_proxy", ""},
                                               {"NO_PROXY", ""},
                                               {"CURL_CA_BUNDLE", server->ca_file().string()}};
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    values[name] = fmt::format("http://127.0.0.1:{}", proxy.port());
  const Variables variables(values);
  for (const std::string service : {"plain", "good"}) {
    const std::string body = http(get(service, "/echo")).body;
    EXPECT_THAT(body, HasSubstr("GET /echo HTTP/1.1"));
    EXPECT_THAT(body, Not(HasSubstr("Authorization")));
    EXPECT_THAT(body, Not(HasSubstr("X-From-Curlrc")));
  }
  EXPECT_EQ(code_of([] { http({.url = server->url("good", "/echo")}); }), ErrorCode::net_untrusted);
  EXPECT_FALSE(proxy.somebody_came());
}

}  // namespace
}  // namespace dbw::net
