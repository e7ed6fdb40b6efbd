#include "net/url.hpp"

#include "fixture.hpp"

namespace dbw::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Url, OriginsAreCanonical) {
  const std::pair<std::string, std::string> cases[] = {
      {"https://example.org", "https://example.org:443"},
      {"https://example.org/", "https://example.org:443"},
      {"https://Example.ORG:443/a?b=c", "https://example.org:443"},
      {"https://example.org:8443/a/../b", "https://example.org:8443"},
      {"https://vault:8200/v1/sys", "https://vault:8200"},
      {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example:443"},
      {"https://1and1.example/", "https://1and1.example:443"},
      {"https://192.0.2.1/", "https://192.0.2.1:443"},
      {"https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io:443"},
      {"https://[2001:DB8:0:0::1]/", "https://[2001:db8::1]:443"},
      {"https://[::ffff:127.0.0.1]:1/", "https://[::ffff:127.0.0.1]:1"},
      {"http://127.0.0.1/", "http://127.0.0.1:80"},
      {"http://localhost:8080", "http://localhost:8080"},
      {"http://LOCALHOST/", "http://localhost:80"},
      {"http://[::1]:65535/", "http://[::1]:65535"},
      {"http://[0:0:0:0:0:0:0:1]/", "http://[::1]:80"}};
  for (const auto& [url, origin] : cases) EXPECT_EQ(origin_of(url), origin) << url;
}

TEST(Url, PathAndQueryAreKeptAsTheyAre) {
  const Url url = parse_url("https://example.org/a/../b%2F~!$&'()*+,;=:@?x=/?&y");
  EXPECT_EQ(url.path, "/a/../b%2F~!$&'()*+,;=:@");
  EXPECT_EQ(url.query, "x=/?&y");
  EXPECT_EQ(url.text(), "https://example.org:443/a/../b%2F~!$&'()*+,;=:@?x=/?&y");
  EXPECT_EQ(url.shown(), "https://example.org:443/a/../b%2F~!$&'()*+,;=:@");
  EXPECT_EQ(parse_url("https://example.org").text(), "https://example.org:443/");
  EXPECT_EQ(parse_url("https://example.org/?").text(), "https://example.org:443/?");
  EXPECT_EQ(parse_url("https://example.org/" + std::string(1000, 'a')).shown(),
            "https://example.org:443/" + std::string(199, 'a') + "...");
}

TEST(Url, RefusesEverythingElse) {
  using namespace std::string_literals;
  const std::string cases[] = {"",
                               "https:",
                               "https://",
                               "https:///path",
                               "//example.org/",
                               "example.org/",
                               "HTTPS://example.org/",
                               "ftp://example.org/",
                               "file:///etc/passwd",
                               "gopher://127.0.0.1/",
                               "https:/example.org/",
                               "https://example.org?x",
                               "https://example.org#x",
                               "https://example.org/#x",
                               "https://example.org\\@evil.example/",
                               "https://user@example.org/",
                               "https://user:password@example.org/",
                               "https://@example.org/",
                               "https://example.org:/",
                               "https://example.org:0/",
                               "https://example.org:65536/",
                               "https://example.org:99999999999/",
                               "https://example.org:0443/",
                               "https://example.org:+443/",
                               "https://example.org:443:443/",
                               "https://example.org:443@evil.example/",
                               "https://example.org./",
                               "https://.example.org/",
                               "https://example..org/",
                               "https://-example.org/",
                               "https://example-.org/",
                               "https://exa_mple.org/",
                               "https://exa%6dple.org/",
                               "https://b\xC3\xBC"
                               "cher.example/",
                               "https://" + std::string(64, 'a') + ".example/",
                               "https://" + std::string(300, 'a') + "/",
                               "https://example.org/ ",
                               " https://example.org/",
                               "https://example.org/a b",
                               "https://example.org/\r\nX-Evil: 1",
                               "https://example.org/\n",
                               "https://example.org/\t",
                               "https://example.org/\0"s,
                               "https://example\0.org/"s,
                               "https://example.org/\x7f",
                               "https://example.org/\xE2\x80\xAE",
                               "https://example.org/%",
                               "https://example.org/%4",
                               "https://example.org/%zz",
                               "https://example.org/\"<>",
                               "https://example.org/[0]",
                               "https://example.org/" + std::string(5000, 'a'),
                               "https://127.1/",
                               "https://2130706433/",
                               "https://0x7f000001/",
                               "https://0x7F.1/",
                               "https://0177.0.0.1/",
                               "https://127.0.0.01/",
                               "https://127.0.0.256/",
                               "https://127.0.0.0.1/",
                               "https://example.1/",
                               "https://example.0x1f/",
                               "https://[::1/",
                               "https://[::1]x/",
                               "https://[::1%25lo]/",
                               "https://[127.0.0.1]/",
                               "https://[::g]/",
                               "https://[]/",
                               "https://::1/"};
  for (const std::string& each : cases) EXPECT_EQ(code_of([&] { parse_url(each); }), ErrorCode::net_bad_url) << each;
}

TEST(Url, PlainHttpIsForLoopbackAlone) {
  const std::string hosts[] = {"example.org",
                               "localhost.evil",
                               "localhost.",
                               "localhost.localdomain",
                               "evil.localhost",
                               "127.0.0.1@evil",
                               "127.0.0.1:80@evil",
                               "localhost:80@evil",
                               "evil#@127.0.0.1",
                               "evil\\@127.0.0.1",
                               "evil?@127.0.0.1",
                               "127.0.0.1.nip.io",
                               "127.0.0.1.",
                               "127.0.0.2",
                               "127.1",
                               "127.0.1",
                               "0",
                               "0.0.0.0",
                               "2130706433",
                               "017700000001",
                               "0x7f000001",
                               "0x7f.0.0.1",
                               "0177.0.0.1",
                               "10.0.0.1",
                               "192.168.0.1",
                               "169.254.169.254",
                               "[::]",
                               "[::2]",
                               "[::ffff:127.0.0.1]",
                               "[::ffff:7f00:1]",
                               "[::127.0.0.1]",
                               "[fe80::1]",
                               "\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.0.0.1"};
  for (const std::string& host : hosts) {
    EXPECT_EQ(code_of([&] { parse_url("http://" + host + "/"); }), ErrorCode::net_bad_url) << host;
    EXPECT_EQ(code_of([&] { origin_of("http://" + host); }), ErrorCode::net_bad_url) << host;
  }
}

TEST(Url, ErrorsDoNotRepeatTheAddress) {
  for (const char* each : {"https://me:hunter2secret@example.org/", "https://example.org/hunter2secret#x",
                           "https://example.org/?key=hunter2secret%", "http://example.org/?key=hunter2secret",
                           "hunter2secret", "https://hunter2secret@/"}) {
    const auto error = error_of([&] { parse_url(each); });
    ASSERT_TRUE(error) << each;
    EXPECT_THAT(error->message() + error->hint(), Not(HasSubstr("hunter2secret")));
  }
  EXPECT_THAT(error_of([] { parse_url("http://example.org/"); })->message(), HasSubstr("plain http to example.org"));
}

}  // namespace
}  // namespace dbw::net
