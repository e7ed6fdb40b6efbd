#include "git/url.hpp"

#include "expect_error.hpp"
#include "git/git_command.hpp"

namespace dbw::git {
namespace {

struct Case {
  std::string url;
  Protocol protocol;
};

TEST(Url, AcceptsTheDocumentedForms) {
  const Case cases[] = {{"/srv/git/db.git", Protocol::file},
                        {"/srv/with blank/db.git", Protocol::file},
                        {"file:///srv/db.git", Protocol::file},
                        {"ssh://git@git.example.org/team/db.git", Protocol::ssh},
                        {"ssh://git@git.example.org:2222/team/db.git", Protocol::ssh},
                        {"ssh://git@[2001:db8::1]:22/db.git", Protocol::ssh},
                        {"git@git.example.org:team/db.git", Protocol::ssh},
                        {"git.example.org:team/db.git", Protocol::ssh},
                        {"git@[::1]:team/db.git", Protocol::ssh},
                        {"https://git.example.org/team/db.git", Protocol::https},
                        {"https://git.example.org:8443/team/db.git", Protocol::https},
                        {"http://localhost:3000/db.git", Protocol::http},
                        {"http://127.0.0.1/db.git", Protocol::http},
                        {"http://127.1.2.3:80/db.git", Protocol::http},
                        {"http://[::1]:80/db.git", Protocol::http}};
  for (const Case& each : cases) {
    SCOPED_TRACE(each.url);
    EXPECT_EQ(require_remote({.url = each.url}), each.protocol);
  }
}

TEST(Url, RefusesEverythingElse) {
  using namespace std::string_literals;
  const std::string cases[] = {"",
                               "-oProxyCommand=x",
                               "--upload-pack=/bin/x",
                               "ext::sh -c id",
                               "fd::17",
                               "transport::address",
                               "git://git.example.org/db.git",
                               "ftp://git.example.org/db.git",
                               "GIT://git.example.org/db.git",
                               "relative/path",
                               "./relative:path",
                               "../db.git",
                               "file://host/db.git",
                               "/srv/db\n.git",
                               "/srv/db\0.git"s,
                               "/srv/\xE2\x80\xAEgit",
                               "ssh://-oProxyCommand=x/db.git",
                               "ssh://-x@host/db.git",
                               "ssh://user:secret@host/db.git",
                               "ssh://host",
                               "ssh://host:port/db.git",
                               "ssh://ho st/db.git",
                               "user:secret@host:db.git",
                               "-x@host:db.git",
                               "-host:db.git",
                               "host:-db.git",
                               "host:",
                               "git@ho$(id)st:db.git",
                               "https://user:secret@host/db.git",
                               "https://ghp_token@host/db.git",
                               "https://host",
                               "https://host/db.git?token=1",
                               "https://host/db.git#x",
                               "https://host:1:2/db.git",
                               "https:///db.git",
                               "http://git.example.org/db.git",
                               "http://localhost.example.org/db.git",
                               "http://127.0.0.1.example.org/db.git",
                               "http://127.0.0.1@example.org/db.git",
                               "http://127.1/db.git",
                               "http://[::1/db.git"};
  for (const std::string& each : cases) {
    SCOPED_TRACE(each);
    EXPECT_DBW_ERROR(require_remote({.url = each}), ErrorCode::git_bad_url);
  }
}

TEST(Url, NeverRepeatsAPassword) {
  for (const char* url :
       {"https://user:hunter2@host/db.git", "ssh://user:hunter2@host/db.git", "user:hunter2@host:db.git"}) {
    try {
      require_remote({.url = url});
      ADD_FAILURE() << url;
    } catch (const Error& error) {
      EXPECT_EQ(error.message().find("hunter2"), std::string::npos) << error.message();
    }
  }
}

TEST(Url, PlainHttpElsewhereNeedsConsent) {
  EXPECT_EQ(require_remote({.url = "http://git.example.org/db.git", .allow_http = true}), Protocol::http);
}

TEST(Url, RefusesSettingsThatAShellOrSshWouldInterpret) {
  const std::string url = "ssh://git@host/db.git";
  for (const char* path : {"relative", "/a b", "/a%d", "/a$HOME", "/a;id", "/a\"b", "/a'b", "/a\nb", "/~root"}) {
    SCOPED_TRACE(path);
    EXPECT_DBW_ERROR(require_remote({.url = url, .ssh_key = path}), ErrorCode::git_bad_url);
    EXPECT_DBW_ERROR(require_remote({.url = url, .known_hosts = path}), ErrorCode::git_bad_url);
  }
  for (const char* header : {"Bearer x", "Authorization: a\r\nX: y", "Authorization: ", ": x", "A b: c"}) {
    SCOPED_TRACE(header);
    EXPECT_DBW_ERROR(require_remote({.url = url, .token_header = header}), ErrorCode::git_bad_url);
  }
  for (const char* proxy : {"proxy", "ftp://proxy", "http://a b", "http://a\nb"}) {
    SCOPED_TRACE(proxy);
    EXPECT_DBW_ERROR(require_remote({.url = url, .proxy = proxy}), ErrorCode::git_bad_url);
  }
}

TEST(Classify, KnowsGitsAndSshsWords) {
  const std::pair<const char*, ErrorCode> cases[] = {
      {"ssh: Could not resolve hostname x: Name or service not known\nfatal: Could not read from remote repository.",
       ErrorCode::git_unreachable},
      {"Host key verification failed.\nfatal: Could not read from remote repository.", ErrorCode::git_untrusted_host},
      {"fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none",
       ErrorCode::git_untrusted_host},
      {"git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.", ErrorCode::git_denied},
      {"ERROR: Repository not found.\nfatal: Could not read from remote repository.",
       ErrorCode::git_no_such_repository},
      {"remote: The project you were looking for could not be found.", ErrorCode::git_no_such_repository},
      {"fatal: unable to access 'https://x/': The requested URL returned error: 403", ErrorCode::git_denied},
      {"fatal: mismatched algorithms: client sha1; server sha256", ErrorCode::git_sha256_repository},
      {"fatal: early EOF\nfatal: index-pack failed", ErrorCode::git_unreachable},
      {"error: object 1234: missingSpaceBeforeDate\nfatal: fsck error in packed object\nfatal: index-pack failed",
       ErrorCode::git_bad_object},
      {"error: unable to write file: No space left on device", ErrorCode::git_write_failed},
      {"", ErrorCode::git_unreachable}};
  for (const auto& [words, code] : cases) {
    SCOPED_TRACE(words);
    EXPECT_EQ(error_info(classify(words)).name, error_info(code).name);
  }
}

}  // namespace
}  // namespace dbw::git
