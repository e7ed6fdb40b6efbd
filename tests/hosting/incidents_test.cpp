// Runs the console blocks of docs/guide/incidents.md, in order, in one world.
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace fs = std::filesystem;
namespace {

struct Line {
  std::string person, command;
};

/// The lines of one section's console blocks.
std::vector<Line> lines_of(const std::string& section) {
  std::vector<Line> out;
  bool in_section = false, in_block = false;
  const std::string page = slurp(source_dir() / "docs/guide/incidents.md");
  for (const std::string_view each : split_lines(page)) {
    const std::string line(each);
    if (line.starts_with("## ")) in_section = line == "## " + section;
    if (line.starts_with("```")) {
      in_block = line == "```console";
      continue;
    }
    if (!in_section || !in_block) continue;
    const auto prompt = line.find("$ ");
    out.push_back({line.substr(0, prompt), line.substr(prompt + 2)});
  }
  return out;
}

class Incidents : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    world = std::make_unique<ToolWorld>(Engine::sqlite);
    world->new_policy(2,
                      {{"  - name: production-write\n",
                        "  - name: emergency\n    match: {environment: production, kind: change, mode: break_glass}\n"
                        "    steps:\n      - {id: peer, groups: [dev], need: 1}\n    approval_ttl: 1d\n"
                        "  - name: production-write\n"}});
    for (const char* person : {"alice", "bob"}) world->must(person, {"dbw-request", "list"});
    world->tokens();
    const ProcessResult first = world->run_due();
    if (first.status != 0) throw std::runtime_error(first.output + first.errors);
    const std::vector<std::pair<std::string, std::string>> spool = {{"state: state", "state: state\nspool: spool"}};
    world->other_config("up.yaml", spool);
    auto down = spool;
    for (const char* name : {"changes.git", "audit.git"})
      down.emplace_back("url: " + world->path(name).string(), nobody(name));
    world->other_config("down.yaml", down);
    std::string issuer = slurp(world->path("issuer/issuer.yaml"));
    for (const char* name : {"changes.git", "audit.git"}) {
      const std::string url = "url: " + world->path(name).string();
      issuer.replace(issuer.find(url), url.size(), nobody(name));
    }
    write_file_atomic(world->path("issuer/down.yaml"), issuer, 0600);
    std::ofstream(world->path("fix.sql")) << "INSERT INTO applied (id) VALUES (1);\n";
    std::ofstream(world->path("rest.sql")) << "INSERT INTO applied (id) VALUES (2);\n";
    fs::copy_file(world->path("exec/pin.yaml"), world->path("pin.yaml"));
  }
  static void TearDownTestSuite() { world.reset(); }

  static std::string nobody(const std::string& name) {
    static const int port = free_port();
    return fmt::format("url: http://127.0.0.1:{}/{}", port, name);
  }
  /// The page leaves out what a host has in /etc/dbw.
  static std::string configured(const Line& line, bool down) {
    if (line.command.find("--config") != std::string::npos) return line.command;
    if (line.command.starts_with("dbw-exec"))
      return line.command + " --config " + world->path(down ? "exec/down.yaml" : "exec/up.yaml").string();
    if (line.command.starts_with("dbw-sign token"))
      return line.command + " --config " + world->path(down ? "issuer/down.yaml" : "issuer/issuer.yaml").string();
    return line.command;
  }
  /// Runs the section; from the first line that pushes on the forge is there.
  static void run_section(const std::string& section, bool down) {
    const std::vector<Line> lines = lines_of(section);
    ASSERT_FALSE(lines.empty()) << section;
    for (const Line& line : lines) {
      if (line.command.find("--push") != std::string::npos) down = false;
      const ProcessResult result = world->run(line.person, {"sh", "-c", configured(line, down)});
      EXPECT_EQ(result.status, 0) << line.command << "\n" << result.output << result.errors;
    }
  }
  /// A clone of the change repository, as the people of the page have it.
  static void clone() {
    fs::remove_all(world->path("changes"));
    world->must("carol", {"git", "clone", "-q", world->path("changes.git"), world->path("changes")});
  }
  static std::string applied() { return world->sql("SELECT group_concat(id) FROM applied;", "production"); }

  static std::unique_ptr<ToolWorld> world;
};
std::unique_ptr<ToolWorld> Incidents::world;

TEST_F(Incidents, CommandsOfThePageWork) {
  run_section("The forge is down", true);
  EXPECT_EQ(applied(), "1");
  EXPECT_FALSE(fs::exists(world->path("exec/spool/waiting")));
  run_section("The state of the database is unknown", false);
  EXPECT_EQ(applied(), "1,2");
}

TEST_F(Incidents, StolenKeys) {
  clone();
  world->propose("STOLEN-1", "INSERT INTO applied (id) VALUES (9);", "production");
  world->approve("bob", "STOLEN-1");
  world->tokens();
  run_section("A person's key is stolen", false);
  run_section("The token key is stolen", false);
  clone();  // without the roster of that section, which nobody has signed
  run_section("The executor's key is stolen", false);
  run_section("A root key is lost", false);
  EXPECT_EQ(applied().find('9'), std::string::npos);
}

}  // namespace
}  // namespace dbw::test
