#include "net/http.hpp"

#include "fixture.hpp"

namespace dbw::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(Http, GetSendsPathQueryAndHeaders) {
  for (const std::string service : {"plain", "good"}) {
    HttpRequest request = get(service, "/echo?a=b&c=%20");
    request.headers = {{"Authorization", "Bearer abc.def"}, {"X-Vault-Request", "true"}, {"Accept", "text/plain"}};
    const HttpResponse response = http(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
    EXPECT_THAT(response.body, StartsWith("GET /echo?a=b&c=%20 HTTP/1.1\n"));
    for (const char* line : {"Authorization: Bearer abc.def\n", "X-Vault-Request: true\n", "Accept: text/plain\n",
                             "Accept-Encoding: identity\n", "User-Agent: dbw/"})
      EXPECT_THAT(response.body, HasSubstr(line));
    for (const char* name : {"Content-Type", "Content-Length", "Expect", "Cookie"})
      EXPECT_THAT(response.body, Not(HasSubstr(name)));
  }
}

TEST_F(Http, PathsAreSentAsTheyAre) {
  EXPECT_EQ(http(get("plain", "/status/200/..//y/./z%2e?")).status, 200);
  EXPECT_THAT(server->log(), HasSubstr("GET /status/200/..//y/./z%2e? HTTP/1.1\n"));
}

TEST_F(Http, PostSendsTheBytes) {
  using namespace std::string_literals;
  for (const std::string& body : {""s, "{\"a\":1}"s, "@/etc/passwd"s, "a\0b\r\n\xFF"s, std::string(3'000'000, 'x')}) {
    HttpRequest request = post("good", "/echo", body);
    request.headers = {{"Content-Type", "application/json"}};
    request.bytes_max = 4'000'000;
    const HttpResponse response = http(request);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body.substr(0, 1000), StartsWith("POST /echo HTTP/1.1\n"));
    EXPECT_THAT(response.body.substr(0, 1000), HasSubstr("Content-Type: application/json\n"));
    const auto end = response.body.find("\n\n");
    ASSERT_NE(end, std::string::npos);
    EXPECT_TRUE(response.body.substr(end + 2) == body);
    EXPECT_THAT(response.body.substr(0, end), Not(HasSubstr("Expect")));
  }
  EXPECT_THAT(http(post("plain", "/echo", "x")).body, Not(HasSubstr("Content-Type")));
}

TEST_F(Http, EveryStatusIsAnAnswer) {
  for (const int status : {200, 201, 301, 302, 307, 400, 401, 403, 404, 407, 429, 500, 503, 599}) {
    const HttpResponse response = http(get("good", "/status/" + std::to_string(status) + "/said"));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.body, "said");
  }
  EXPECT_EQ(http(get("plain", "/status/200")).body, "");
  EXPECT_EQ(http(get("plain", "/status/200")).content_type, "");
}

TEST_F(Http, RedirectsAreNotFollowed) {
  for (const std::string status : {"301", "302", "303", "307", "308"}) {
    EXPECT_EQ(http(get("plain", "/redirect/" + status)).status, std::stoi(status));
    EXPECT_EQ(http(post("plain", "/redirect/" + status, "x")).status, std::stoi(status));
    EXPECT_EQ(code_of([&] { fetch_body(get("plain", "/redirect/" + status)); }), ErrorCode::net_status);
  }
  EXPECT_THAT(server->log(), HasSubstr("GET /redirect/301 "));
}

TEST_F(Http, FetchBodyIsForStatus200Alone) {
  EXPECT_EQ(fetch_body(get("good", "/status/200/said")), "said");
  EXPECT_THAT(fetch_body(post("good", "/echo", "sent")), HasSubstr("\n\nsent"));
  for (const std::string status : {"201", "203", "206", "301", "400", "403", "404", "500"}) {
    const auto error = error_of([&] { fetch_body(get("good", "/status/" + status + "/no-such-thing?key=k")); });
    ASSERT_TRUE(error) << status;
    EXPECT_EQ(error->code(), ErrorCode::net_status);
    EXPECT_EQ(error->message(), server->url("good", "/status/" + status + "/no-such-thing") + " answered " + status +
                                    ": \"no-such-thing\"");
  }
  EXPECT_THAT(error_of([] { fetch_body(get("good", "/status/503")); })->message(),
              HasSubstr("answered 503: nothing more"));
}

TEST_F(Http, WhatAFailureSaysIsBoundedAndPrintable) {
  const auto error = error_of([] { fetch_body(get("plain", "/controls/500")); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::net_status);
  EXPECT_THAT(error->message(), HasSubstr("answered 500: \"\\x1b[31m\\x1b[31m"));
  EXPECT_THAT(error->message(), Not(HasSubstr("\x1b")));
  EXPECT_LE(error->message().size(), 300u);
}

TEST_F(Http, AnswersAreBounded) {
  HttpRequest request = get("good", "/bytes/1000");
  request.bytes_max = 1000;
  EXPECT_EQ(http(request).body.size(), 1000u);
  request.bytes_max = 999;
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_answer);
  request.bytes_max = 0;
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_answer);
  for (const std::string service : {"plain", "good"}) {
    for (const std::string target : {"/endless", "/endless-head"})  // ends only because we stop
      EXPECT_EQ(code_of([&] { http(get(service, target)); }), ErrorCode::net_answer) << service << target;
  }
  EXPECT_THAT(error_of([] { http(get("plain", "/endless")); })->message(), HasSubstr("is longer than 1048576 bytes"));
  EXPECT_THAT(error_of([] { http(get("plain", "/endless-head")); })->message(), HasSubstr("65536 bytes of headers"));
}

TEST_F(Http, SlowServersAreGivenUp) {
  for (const std::string service : {"plain", "good"}) {
    for (const std::string target : {"/silent?key=k", "/stalled?key=k"}) {
      HttpRequest request = get(service, target);
      request.timeout = Seconds(1);
      const auto error = error_of([&] { http(request); });
      ASSERT_TRUE(error) << target;
      EXPECT_EQ(error->code(), ErrorCode::net_unreachable);
      EXPECT_EQ(error->message(),
                server->url(service, target.substr(0, target.find('?'))) + " did not answer within 1s");
    }
  }
}

TEST_F(Http, ServersThatNeverShakeHandsAreGivenUp) {
  const test::Listener mute;
  HttpRequest request = {.url = "https://127.0.0.1:" + std::to_string(mute.port()) + "/", .timeout = Seconds(1)};
  EXPECT_EQ(code_of([&] { http(request); }), ErrorCode::net_unreachable);
  EXPECT_TRUE(mute.somebody_came());
}

TEST_F(Http, CutOffAnswersAreNone) {
  for (const std::string service : {"plain", "good"}) {
    for (const std::string target : {"/cut", "/cut-chunk", "/bad-chunk"})
      EXPECT_EQ(code_of([&] { http(get(service, target)); }), ErrorCode::net_answer) << service << target;
    EXPECT_EQ(code_of([&] { http(get(service, "/nothing")); }), ErrorCode::net_unreachable) << service;
  }
  EXPECT_THAT(error_of([] { http(get("plain", "/cut")); })->message(), HasSubstr("/cut was cut off"));
  EXPECT_EQ(http(get("plain", "/no-length")).body, "all of it");
  // Without a length, who cuts a TLS connection cuts the answer unseen.
  EXPECT_EQ(code_of([] { http(get("good", "/no-length")); }), ErrorCode::net_answer);
  EXPECT_EQ(http(get("good", "/empty/204")).status, 204);
  EXPECT_EQ(http(get("good", "/empty/304")).status, 304);
}

TEST_F(Http, OtherThanPlainHttpIsNoAnswer) {
  EXPECT_EQ(code_of([] { http(get("plain", "/no-head")); }), ErrorCode::net_answer);
  EXPECT_EQ(code_of([] { http(get("good", "/no-head")); }), ErrorCode::net_answer);
  EXPECT_EQ(code_of([] { http(get("good", "/gzip")); }), ErrorCode::net_answer);
}

}  // namespace
}  // namespace dbw::net
