#include <fmt/format.h>

#include "fixture.hpp"
#include "net/http.hpp"

namespace dbw::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HttpRefusal : public Http {};

/// Spellings that resolvers take for an address at which somebody does listen.
TEST_F(HttpRefusal, RefusedAddressesAreNotConnectedTo) {
  const test::Listener first("127.0.0.1");
  const test::Listener second("127.0.0.2");
  for (const char* host :
       {"127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "localhost.", "LOCALHOST.", "evil@127.0.0.1",
        "127.0.0.1@localhost", "[::ffff:127.0.0.1]", "x.localhost"}) {
    HttpRequest request = {.url = fmt::format("http://{}:{}/", host, first.port()), .timeout = Seconds(2)};
    EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_bad_url) << host;
    EXPECT_EQ(code_of([&] { fetch_body(request); }), ErrorCode::net_bad_url) << host;
  }
  EXPECT_EQ(code_of([&] { http({.url = fmt::format("http://127.0.0.2:{}/", second.port())}); }),
            ErrorCode::net_bad_url);
  EXPECT_FALSE(first.somebody_came());
  EXPECT_FALSE(second.somebody_came());
}

TEST_F(HttpRefusal, HeadersCannotBeInjected) {
  using namespace std::string_literals;
  const std::pair<std::string, std::string> cases[] = {{"", "x"},
                                                       {"X-A", ""},
                                                       {"X-A", " x"},
                                                       {"X-A", "x "},
                                                       {"X-A", " "},
                                                       {"X-A", "x\r\nX-Evil: 1"},
                                                       {"X-A", "x\nX-Evil: 1"},
                                                       {"X-A", "x\rX-Evil: 1"},
                                                       {"X-A", "x\0y"s},
                                                       {"X-A", "x\ty"},
                                                       {"X-A", "x\x7f"},
                                                       {"X-A", "\xC3\xBC"},
                                                       {"X-A\r\nX-Evil", "1"},
                                                       {"X-A: 1\r\nX-Evil", "1"},
                                                       {"X-A:", "x"},
                                                       {"X-A;", "x"},
                                                       {"X A", "x"},
                                                       {" X-A", "x"},
                                                       {"X-A\0"s, "x"},
                                                       {"X-\xC3\xBC", "x"},
                                                       {"@file", "x"},
                                                       {"Host", "other.example"},
                                                       {"host", "other.example"},
                                                       {"Content-Length", "1"},
                                                       {"content-length", "1"},
                                                       {"Transfer-Encoding", "chunked"},
                                                       {"TE", "trailers"},
                                                       {"Trailer", "X-A"},
                                                       {"Connection", "keep-alive"},
                                                       {"Upgrade", "h2c"},
                                                       {"Expect", "100-continue"},
                                                       {"Accept-Encoding", "gzip"}};
  for (const auto& [name, value] : cases) {
    HttpRequest request = get("plain", "/injected");
    request.headers = {{"X-First", "1"}, {name, value}};
    EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_bad_url) << name << ": " << value;
  }
  EXPECT_THAT(server->log(), Not(HasSubstr("injected")));
}

TEST_F(HttpRefusal, OtherRequestsAreRefused) {
  for (const std::string method : {"", "get", "PUT", "DELETE", "CONNECT", "GET / HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET"}) {
    HttpRequest request = get("plain", "/odd-request");
    request.method = method;
    EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_bad_url) << method;
  }
  for (const int seconds : {0, -1, 1'000'000}) {
    HttpRequest request = get("plain", "/odd-request");
    request.timeout = Seconds(seconds);  // to libcurl 0 would mean for ever
    EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_bad_url) << seconds;
  }
  HttpRequest request = get("plain", "/odd-request");
  request.body = "x";
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_bad_url);
  EXPECT_THAT(server->log(), Not(HasSubstr("odd-request")));
}

/// Every way to fail, with secrets everywhere but in host and path.
TEST_F(HttpRefusal, SecretsAreNotInErrors) {
  const std::string urls[] = {server->url("plain", "/tell/403"),
                              server->url("good", "/tell/500"),
                              server->url("good", "/status/404/gone"),
                              server->url("good", "/redirect/301"),
                              server->url("good", "/cut"),
                              server->url("good", "/bad-chunk"),
                              server->url("good", "/no-head"),
                              server->url("good", "/nothing"),
                              server->url("good", "/endless"),
                              server->url("good", "/endless-head"),
                              server->url("good", "/gzip"),
                              server->url("good", "/silent"),
                              server->url("other", "/"),
                              server->url("expired", "/"),
                              server->url("old", "/"),
                              fmt::format("https://127.0.0.1:{}/", server->port("plain")),
                              fmt::format("https://127.0.0.1:{}/", test::free_port()),
                              "https://no-such-host.invalid:443/",
                              "http://example.org/",
                              "http://127.1/"};
  for (const std::string& url : urls) {
    HttpRequest request = {.method = "POST",
                           .url = url + "?key=secret-in-query",
                           .headers = {{"Authorization", "Bearer secret-in-header"}, {"X-Key", "another-secret"}},
                           .body = "secret-in-body",
                           .ca_file = server->ca_file(),
                           .timeout = Seconds(url.ends_with("/silent") ? 1 : 20)};
    const auto error = error_of([&] { fetch_body(request); });
    ASSERT_TRUE(error) << url;
    EXPECT_THAT(error->message() + error->hint(), Not(HasSubstr("secret"))) << url;
    if (error->code() == ErrorCode::net_bad_url) continue;
    EXPECT_THAT(error->message(), HasSubstr(url)) << url;
  }
}

TEST_F(HttpRefusal, SecretsAreNotInErrorsAboutHeaders) {
  const std::pair<std::string, std::string> cases[] = {{"Authorization", "Bearer my-secret\n"},
                                                       {"Authorization: Bearer my-secret", ""},
                                                       {"my-secret\r\n", "x"},
                                                       {"Host", "my-secret"}};
  for (const auto& header : cases) {
    HttpRequest request = get("plain", "/");
    request.headers = {header};
    const auto error = error_of([&] { http(request); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ErrorCode::net_bad_url);
    EXPECT_THAT(error->message() + error->hint(), Not(HasSubstr("my-secret")));
  }
}

/// A failure that tells back one secret only, wherever that came from, is not quoted.
TEST_F(HttpRefusal, AnswersThatRepeatASecretAreNotQuoted) {
  HttpRequest by_header = get("plain", "/status/400/denied:hvs.0123456789");
  by_header.headers = {{"X-Vault-Token", "hvs.0123456789"}};
  HttpRequest by_query = get("plain", "/status/400/denied:0123456789abcdef?a=b&sig=0123456789abcdef");
  HttpRequest by_body = post("plain", "/status/400/denied:role", "role");
  for (const HttpRequest& request : {by_header, by_query, by_body}) {
    const auto error = error_of([&] { fetch_body(request); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ErrorCode::net_status);
    EXPECT_THAT(error->message(), HasSubstr("answered 400: with what was sent, which is not shown"));
    EXPECT_THAT(error->message(), Not(HasSubstr("\"denied")));
  }
  HttpRequest other = get("plain", "/status/400/application");
  other.headers = {{"X-Vault-Token", "hvs.0123456789"}, {"Accept", "application/json"}, {"X-Short", "a"}};
  EXPECT_THAT(error_of([&] { fetch_body(other); })->message(), HasSubstr("answered 400: \"application\""));
}

}  // namespace
}  // namespace dbw::net
