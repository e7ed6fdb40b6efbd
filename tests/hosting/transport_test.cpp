// The same over ssh and http, and for people who may read but not push.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "hosting/forge.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

class Remote : public testing::Test {
 protected:
  static void SetUpTestSuite() { world = std::make_unique<ToolWorld>(Engine::sqlite); }
  static void TearDownTestSuite() { world.reset(); }

  /// `person` as somebody who reaches the change repository only by that URL.
  static std::string by_url(const std::string& person, const std::string& url,
                            const std::vector<std::string>& options = {}) {
    const std::string root =
        "sha256:" + world->must("host", {"sha256sum", world->path("changes/.dbw/root/1.yaml")}).substr(0, 64);
    const std::string name = person + "-" + url.substr(0, url.find(':'));
    std::vector<std::string> command = {"dbw-sign", "trust", url,     root,
                                        "--as",     person,  "--key", world->path("keys/" + person)};
    command.insert(command.end(), options.begin(), options.end());
    world->must(name, command);
    return name;
  }
  static std::vector<std::string> new_request(const std::string& id, const std::vector<std::string>& more) {
    std::vector<std::string> command = {"dbw-request", "new",        "--id", id,      "-d", "shop",
                                        "-e",          "production", "-t",   "Title", "-r", "Reason"};
    command.insert(command.end(), more.begin(), more.end());
    command.emplace_back("-");
    return command;
  }
  static std::string insert(int number) { return fmt::format("INSERT INTO applied (id) VALUES ({});", number); }
  static std::string applied(int number) {
    return world->sql(fmt::format("SELECT count(*) FROM applied WHERE id = {};", number), "production");
  }
  /// The executor with another way to both repositories.
  static ProcessResult run_by(const std::string& config, const std::string& changes, const std::string& audit,
                              const std::string& options) {
    world->other_config(config, {{"url: " + world->path("changes.git").string(), "url: " + changes + options},
                                 {"url: " + world->path("audit.git").string(), "url: " + audit + options}});
    return world->run("host", world->runner({"--due", "--tokens", world->tokens()}, config));
  }

  static std::unique_ptr<ToolWorld> world;
};
std::unique_ptr<ToolWorld> Remote::world;

TEST_F(Remote, EverybodyOverSsh) {
  const SshServer server(world->scratch());
  ASSERT_TRUE(server.started()) << server.log();
  const std::string url = server.url(world->path("changes.git"));
  const std::vector<std::string> options = {"--ssh-key", server.key(), "--known-hosts", server.known_hosts()};
  const std::string alice = by_url("alice", url, options), bob = by_url("bob", url, options);
  world->must(alice, new_request("SSH-1", {"--push"}), insert(1));
  world->must(bob, {"dbw-sign", "approve", "SSH-1", "--yes"});
  const ProcessResult run =
      run_by("ssh.yaml", url, server.url(world->path("audit.git")),
             fmt::format("\n  ssh_key: {}\n  known_hosts: {}", server.key().string(), server.known_hosts().string()));
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(applied(1), "1");
  EXPECT_EQ(world->verify().status, 0);
}

TEST_F(Remote, TheExecutorOverHttpWithAToken) {
  const HttpServer server(world->scratch(), "Bearer s3cret");
  ASSERT_TRUE(server.started()) << server.log();
  write_file_atomic(world->path("exec/token"), "s3cret\n", 0600);
  world->git("audit.git", {"config", "http.receivepack", "true"});
  world->propose("HTTP-1", insert(2), "production");
  world->approve("bob", "HTTP-1");
  const ProcessResult run =
      run_by("http.yaml", server.url("world/changes.git"), server.url("world/audit.git"), "\n  token_file: token");
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(applied(2), "1");
  EXPECT_EQ(world->verify().status, 0);
}

/// What an attacker, or a bad copy, makes of a parcel.
struct Spoiled {
  const char* what;
  std::string parcel;
  const char* error;
};

class Parcels : public Remote {
 protected:
  static std::string edited(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("not found: " + from);
    return text.replace(at, from.size(), to);
  }
  static std::string other_repository(std::string parcel) {
    char& digit = parcel.at(parcel.find("\"repo_id\":\"") + 11);
    digit = digit == '0' ? '1' : '0';
    return parcel;
  }
  /// The base64 text that stands before `end`.
  static std::string bytes_before(const std::string& parcel, const std::string& end) {
    const auto to = parcel.find(end), from = parcel.rfind('"', to - 1) + 1;
    return parcel.substr(from, to - from);
  }
  static void expect_refused(const std::vector<Spoiled>& all) {
    const std::string before = refs(), file = world->path("spoiled.parcel");
    for (const Spoiled& each : all) {
      write_file_atomic(file, each.parcel);
      const ProcessResult result = import({file, "--push"});
      EXPECT_NE(result.status, 0) << each.what;
      EXPECT_NE(result.errors.find(each.error), std::string::npos) << each.what << ": " << result.errors;
    }
    EXPECT_EQ(refs(), before);
  }
  static ProcessResult import(const std::vector<std::string>& more) {
    std::vector<std::string> command = {"dbw-sign", "import"};
    command.insert(command.end(), more.begin(), more.end());
    return world->run("carol", command);
  }
  static std::string refs() { return world->git("changes.git", {"for-each-ref", "--format=%(refname) %(objectname)"}); }
};

TEST_F(Parcels, WhoCannotPushSignsAndSomebodyElsePublishes) {
  const HttpServer server(world->scratch());
  ASSERT_TRUE(server.started()) << server.log();
  const std::string url = server.url("world/changes.git");
  const std::string alice = by_url("alice", url), bob = by_url("bob", url);
  const ProcessResult pushed = world->run(alice, new_request("FORK-1", {"--push"}), {}, insert(3));
  EXPECT_EQ(pushed.status, 4) << pushed.output << pushed.errors;

  const std::string request = world->path("request.parcel"), approval = world->path("approval.parcel");
  world->must(alice, new_request("FORK-1", {"--out", request}), insert(3));
  const std::string before = refs(), made = slurp(request);
  const std::string sql = bytes_before(made, "\",\"path\":\"change.sql"),
                    armour = bytes_before(made, "\",\"path\":\"request.yaml.sig");
  expect_refused({{"another repository", other_repository(made), "DBW-E0609"},
                  {"another id", edited(made, "\"request\":\"FORK-1", "\"request\":\"FORK-2"), "DBW-E0674"},
                  {"other SQL", edited(made, sql, to_base64("SELECT 1;\n")), "DBW-E0648"},
                  {"no signature", edited(made, armour, to_base64("none\n")), "DBW-E0210"},
                  {"a file more", edited(made, "],\"repo_id", ",{\"bytes\":\"eA==\",\"path\":\"zz.sql\"}],\"repo_id"),
                   "DBW-E0133"},
                  {"cut off", made.substr(0, made.size() / 2), "DBW-E0120"}});
  ProcessResult imported = import({request});
  EXPECT_EQ(imported.status, 0) << imported.output << imported.errors;
  EXPECT_EQ(imported.output, "verified: request by alice: Title\n  refs/heads/dbw/requests/FORK-1\n");
  EXPECT_EQ(refs(), before) << "nothing was to be pushed";
  EXPECT_EQ(import({request, "--push"}).output, "pushed: request by alice: Title\n  refs/heads/dbw/requests/FORK-1\n");
  EXPECT_EQ(import({request, "--push"}).output, "there already: request FORK-1\n  refs/heads/dbw/requests/FORK-1\n");

  world->must(bob, {"dbw-sign", "approve", "FORK-1", "--yes", "--out", approval});
  const std::string signed_by_bob = slurp(approval), encoded = bytes_before(signed_by_bob, "\",\"person\"");
  const std::string commit = from_base64(encoded);
  const std::string parent = commit.substr(commit.find("parent ") + 7, 40);
  expect_refused(
      {{"on somebody else's ref", edited(signed_by_bob, "\"person\":\"bob", "\"person\":\"carol"), "DBW-E0672"},
       {"on a request that is not there", edited(signed_by_bob, "FORK-1", "FORK-2"), "DBW-E0949"},
       {"another message",
        edited(signed_by_bob, encoded, to_base64(edited(commit, "Dbw-Steps: peer", "Dbw-Steps: pear"))), "DBW-E0142"},
       {"another parent", edited(signed_by_bob, encoded, to_base64(edited(commit, parent, std::string(40, '1')))),
        "DBW-E0216"}});
  imported = import({approval, "--push"});
  EXPECT_EQ(imported.status, 0) << imported.output << imported.errors;
  EXPECT_NE(imported.output.find("pushed: approve by bob sha256:"), std::string::npos) << imported.output;
  EXPECT_NE(imported.output.find("refs/heads/dbw/approvals/FORK-1/bob"), std::string::npos) << imported.output;
  EXPECT_NE(import({approval, "--push"}).output.find("there already: approve by bob"), std::string::npos);
  const ProcessResult run = world->run("host", world->runner({"--due", "--tokens", world->tokens()}));
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(applied(3), "1");
}

}  // namespace
}  // namespace dbw::test
