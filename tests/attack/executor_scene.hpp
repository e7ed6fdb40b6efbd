#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

/// Attacks on token, environment, ledger, log and the executor's order, with the real tools. `row` is the number of the
/// attack in the threat list; README.md of this folder says where every row of the list is tested.
namespace dbw::test {

namespace fs = std::filesystem;

inline const std::string k_update = "UPDATE orders SET status = 'new' WHERE id = 1;";

struct RunAttack {
  int row;
  const char* what;
  const char* error;  ///< empty: has no effect, the honest run goes through
  int status;
  std::function<ProcessResult(const ToolWorld&)> make;
};

inline void PrintTo(const RunAttack& attack, std::ostream* out) { *out << "row " << attack.row << ": " << attack.what; }

/// The world that every attack begins with. OPEN-1 may run in staging at once; PROD-1 in production with a token; both
/// have the SQL above. DONE-1 ran in staging, DONE-2 in production with the token in spent.txt.
inline std::unique_ptr<ToolWorld> make_world(Engine engine) {
  auto world = std::make_unique<ToolWorld>(engine);
  world->propose("DONE-1", "UPDATE orders SET status = 'done' WHERE id = 3;");
  world->propose("DONE-2", "UPDATE orders SET status = 'done' WHERE id = 3;", "production");
  world->approve("bob", "DONE-2");
  fs::copy_file(world->tokens(), world->path("spent.txt"));
  const ProcessResult run = world->run("host", world->runner({"--due", "--tokens", world->path("spent.txt")}));
  if (run.status != 0) throw std::runtime_error(run.output + run.errors);
  world->propose("OPEN-1", k_update);
  world->propose("PROD-1", k_update, "production");
  world->approve("bob", "PROD-1");
  if (engine == Engine::sqlite) world->save();
  return world;
}

inline const ToolWorld& shared_world(Engine engine) {
  static std::map<Engine, std::unique_ptr<ToolWorld>> worlds;
  auto& world = worlds[engine];
  if (!world) world = make_world(engine);
  return *world;
}

inline std::string faketime_library() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"}) {
    const std::string file = std::string(folder) + "/faketime/libfaketime.so.1";
    if (fs::exists(file)) return file;
  }
  return {};
}

/// The time comes from a file: what the tool takes out of its environment in main does not steer libfaketime any more.
inline ProcessResult at_time(const ToolWorld& world, const std::string& offset, std::vector<std::string> flags) {
  std::ofstream(world.path(".faketimerc")) << offset << "\n";
  return world.run("host", world.runner(std::move(flags)),
                   {{"LD_PRELOAD", faketime_library()},
                    {"HOME", world.path()},
                    {"ASAN_OPTIONS",
                     "verify_asan_link_order=0:detect_leaks=0"}});  // a preloaded library comes before the sanitizer's
}

/// A hook of a bare repository; it may use $WORLD, and git on other repositories.
inline void hook(const ToolWorld& world, const std::string& repository, const std::string& name,
                 const std::string& body) {
  world.scratch().script(
      world.path(repository + "/hooks/" + name),
      fmt::format("WORLD={}\nunset $(git rev-parse --local-env-vars)\n{}", world.path().string(), body));
}

/// A commit that only the attacker made, on top of the request's branch.
inline void commit_to_request(const ToolWorld& world, const std::string& id, const std::vector<Scratch::File>& files) {
  world.scratch().commit(world.path("changes.git"), world.request_ref(id), files);
}

inline std::string sql_path(const std::string& id) { return "requests/0000/00/" + id + "/change.sql"; }

/// The forged request runs by its id.
inline ProcessResult run_forged(const ToolWorld& world, const std::string& sql,
                                const std::vector<std::pair<std::string, std::string>>& edits = {},
                                const std::vector<Scratch::File>& planted = {}) {
  static int number = 0;
  const std::string id = fmt::format("FORGED-{}", ++number);
  world.forge("OPEN-1", id, sql, edits);
  if (!planted.empty()) commit_to_request(world, id, planted);
  return world.run_request(id);
}

/// Makes the log's newest commit hold other entry files.
inline void edit_log(const ToolWorld& world, const std::function<void(const fs::path&)>& edit) {
  const fs::path clone = world.path("log");
  world.must("host", {"git", "clone", "-q", "-b", "dbw/audit/exec-main", world.path("audit.git"), clone});
  edit(clone);
  world.must("host", {"git", "-C", clone, "commit", "-q", "-a", "-m", "nothing to see here"});
  world.must("host", {"git", "-C", clone, "push", "-q", "origin", "HEAD"});
}

inline fs::path entry_file(const fs::path& clone, std::size_t number) {
  std::vector<fs::path> files;
  for (const auto& each : fs::recursive_directory_iterator(clone / "entries")) {
    if (each.is_regular_file()) files.push_back(each.path());
  }
  std::sort(files.begin(), files.end());
  return files.at(number);
}

inline void overwrite(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::trunc) << text; }

inline std::string swapped(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not found: " + from);
  return text.replace(at, from.size(), to);
}

inline ProcessResult cut_log_and_run(const ToolWorld& world, bool forget_host) {
  if (forget_host) fs::remove_all(world.path("exec/state"));
  world.git("audit.git",
            {"update-ref", world.log_ref(), world.git("audit.git", {"rev-parse", world.log_ref() + "~2"})});
  return world.run_due();
}

class ExecutorAttack : public ::testing::TestWithParam<RunAttack> {
 protected:
  /// Runs the attack and judges it; nothing may have changed unless the honest request was to go through.
  static void expect_fails(const ToolWorld& world) {
    const RunAttack& attack = GetParam();
    const ProcessResult result = attack.make(world);
    const std::string text = result.output + result.errors;
    const bool went_through = *attack.error == '\0';
    EXPECT_EQ(result.status, attack.status) << text;
    EXPECT_EQ(text.find(": executed") != std::string::npos, went_through) << text;
    EXPECT_NE(text.find(went_through ? ": executed" : attack.error), std::string::npos) << text;
    EXPECT_EQ(text.find("PLANTED-SECRET"), std::string::npos) << text;
    EXPECT_FALSE(fs::exists(world.path("canary"))) << "an attacker's program ran";
    EXPECT_EQ(world.sql("SELECT status FROM orders WHERE id = 1;"), went_through ? "new" : "old");
    EXPECT_EQ(world.sql("SELECT status FROM orders WHERE id = 1;", "production"), "old");
    EXPECT_EQ(world.sql("SELECT count(*) FROM orders WHERE status = 'stolen';"), "0");
  }
};

class FileAttack : public ExecutorAttack {
 protected:
  void SetUp() override { shared_world(Engine::sqlite).restore(); }
};

class ServerAttack : public ExecutorAttack {
 protected:
  void SetUp() override { shared_world(Engine::postgresql).sql("UPDATE orders SET status = 'old' WHERE id < 3"); }
};

inline std::string run_attack_name(const ::testing::TestParamInfo<RunAttack>& tested) {
  std::string name = fmt::format("Row{}_{}_", tested.param.row, tested.index);
  for (const char c : std::string(tested.param.what))
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

}  // namespace dbw::test
