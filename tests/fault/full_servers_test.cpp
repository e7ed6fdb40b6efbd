// Databases that run out of room in the middle of a change: what began is undone, it is said, and once there is room
// again it runs as if nothing had been.
#include <cstring>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/mount.h>

#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "support/mariadb_server.hpp"
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;

constexpr int k_many_rows = 300;

void fill_pieces(const ToolWorld& world) {
  std::string values;
  for (int i = 1; i <= k_many_rows; ++i) values += fmt::format("{}({}, 0)", i == 1 ? "" : ", ", i);
  world.sql(fmt::format("INSERT INTO pieces VALUES {};", values));
}

/// One row and then more than there is room for.
std::string too_much(const std::string& text) {
  return fmt::format(
      "INSERT INTO applied (id) VALUES (1); INSERT INTO orders (id, status) SELECT a.id * 1000 + b.id, {} FROM pieces "
      "AS a, pieces AS b WHERE b.id <= 100 ORDER BY (a.id * 7 + b.id) % 97",
      text);
}

void expect_failed(const ToolWorld& world, const ProcessResult& run, const std::string& error,
                   const std::string& said) {
  EXPECT_EQ(run.status, 5) << run.output << run.errors;
  EXPECT_THAT(run.output, HasSubstr("FULL-1 s1 on shop in staging: failed\n  " + error + " the database refused"));
  EXPECT_THAT(run.output, HasSubstr(said));
  EXPECT_THAT(run.output, HasSubstr("Make room, then run the request by its id with --retry"));
  EXPECT_EQ(world.sql("SELECT count(*) FROM applied;"), "0");
  EXPECT_EQ(world.sql("SELECT count(*) FROM orders;"), "3");
  EXPECT_EQ(world.verify().status, 0);
}

void expect_runs_now(const ToolWorld& world) {
  EXPECT_EQ(world.run_due().status, 0) << "a person was told, and nothing runs again by itself";
  EXPECT_EQ(world.sql("SELECT count(*) FROM applied;"), "0");
  const ProcessResult retried = world.run_request("FULL-1", {"--retry"});
  EXPECT_EQ(retried.status, 0) << retried.output << retried.errors;
  EXPECT_EQ(world.sql("SELECT count(*) FROM applied;"), "1");
  EXPECT_EQ(world.sql("SELECT count(*) FROM orders;"), std::to_string(3 + k_many_rows * 100));
  EXPECT_EQ(world.verify().status, 0);
}

TEST(FullServers, PostgresThatMayWriteNoMoreTemporaryFiles) {
  const ToolWorld world(Engine::postgresql);
  fill_pieces(world);
  const std::string database = world.sql("SELECT current_database();");
  world.sql(fmt::format("ALTER DATABASE {0} SET work_mem = '64kB'; ALTER DATABASE {0} SET temp_file_limit = '64kB';",
                        database));
  world.propose("FULL-1", too_much("'new'"));
  expect_failed(world, world.run_due(), "DBW-E0510", "SQLSTATE 53400");
  world.sql(fmt::format("ALTER DATABASE {} RESET temp_file_limit;", database));
  expect_runs_now(world);
}

/// A disk of its own for a server of the test, which everybody may use.
class SmallDisk {
 public:
  explicit SmallDisk(int mebibytes) : m_mounted(mount(0, mebibytes)) {}
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (m_mounted) ::umount2(path().c_str(), MNT_DETACH);
  }
  /// False: who runs the tests may not mount.
  bool mounted() const { return m_mounted; }
  const std::filesystem::path& path() const { return m_folder.path(); }
  void make_room(int mebibytes) {
    if (!mount(MS_REMOUNT, mebibytes)) throw std::runtime_error("cannot remount: " + std::string(std::strerror(errno)));
  }

 private:
  bool mount(unsigned long flags, int mebibytes) {
    return ::mount("none", path().c_str(), "tmpfs", flags, fmt::format("size={}m,mode=1777", mebibytes).c_str()) == 0;
  }
  TemporaryFolder m_folder{"dbw-disk"};
  bool m_mounted;
};

TEST(FullServers, PostgresWhoseTablespaceIsFull) {
  SmallDisk disk(16);
  if (!disk.mounted()) GTEST_SKIP() << "SKIPPED: no right to mount a disk here";
  PostgresServer server;
  const ToolWorld world(server);
  fill_pieces(world);
  server.psql("postgres",
              fmt::format("CREATE TABLESPACE small LOCATION '{}';", server.make_folder(disk.path()).string()));
  world.sql("ALTER TABLE orders SET TABLESPACE small;");
  world.propose("FULL-1", too_much("repeat('x', 1000)"));
  expect_failed(world, world.run_due(), "DBW-E0510", "SQLSTATE 53100");
  disk.make_room(200);
  expect_runs_now(world);
}

/// PostgreSQL gives up where it cannot write its log, and does not come back before there is room.
TEST(FullServers, PostgresWhoseLogIsFull) {
  SmallDisk disk(40);
  if (!disk.mounted()) GTEST_SKIP() << "SKIPPED: no right to mount a disk here";
  PostgresServer server;
  const ToolWorld world(server);
  fill_pieces(world);
  server.move_log_to(disk.path());
  world.propose("FULL-1", too_much("repeat('x', 1000)"));
  const ProcessResult run = world.run_due();
  EXPECT_EQ(run.status, 5) << run.output << run.errors;
  EXPECT_THAT(run.output, HasSubstr("rolled_back"));
  EXPECT_THAT(server.log(), HasSubstr("No space left on device"));
  EXPECT_EQ(world.run_due().status, 4) << "the server is down";
  disk.make_room(400);
  server.start();
  EXPECT_EQ(world.sql("SELECT count(*) FROM applied;"), "0");
  const ProcessResult settled = world.run_due();
  EXPECT_EQ(settled.status, 0) << settled.output << settled.errors;
  EXPECT_EQ(world.sql("SELECT count(*) FROM applied;"), "1");
  EXPECT_EQ(world.verify().status, 0);
}

/// All its tables lie in one file that may not grow.
TEST(FullServers, MariadbWhoseTablespaceIsFull) {
  const std::vector<std::string> small = {"--innodb-data-file-path=ibdata1:12M", "--innodb-file-per-table=0",
                                          "--skip-networking"};
  MariadbServer server(small);
  const ToolWorld world(server);
  fill_pieces(world);
  world.propose("FULL-1", too_much("REPEAT('x', 1000)"));
  expect_failed(world, world.run_due(), "DBW-E0510", "error 1114");
  std::vector<std::string> large = small;
  large.front() += ";ibdata2:200M";
  server.stop();
  server.start(large);
  expect_runs_now(world);
}

/// The file lies on a disk of its own. Whoever may not mount gets a user namespace in which they may.
TEST(FullServers, SqliteWhoseDiskIsFull) {
  const ToolWorld world(Engine::sqlite);
  const std::string disk = world.path("exec/disk"), mount = "mount -t tmpfs -o size=64m,mode=700 none " + disk;
  std::filesystem::create_directory(disk);
  const auto behind = [&](const std::string& script, std::vector<std::string> more) {
    std::vector<std::string> argv = {"unshare", "-r", "-m", "sh", "-c", "set -e; " + script, "sh"};
    argv.insert(argv.end(), more.begin(), more.end());
    return world.run("host", argv);
  };
  if (behind(mount, {}).status != 0) GTEST_SKIP() << "SKIPPED: no user namespaces here (unshare -r -m)";
  fill_pieces(world);
  world.propose("FULL-1", too_much("'new'"));
  std::vector<std::string> runner =
      world.runner({"--due"}, world.other_config("disk.yaml", {{"file: staging.db", "file: " + disk + "/staging.db"}}));
  runner.front() = (bin_dir() / runner.front()).string();
  // 100 KiB are left: enough for the ledger, and for one row. What is on the disk then is brought back.
  const std::string file = world.path("exec/staging.db");
  expect_failed(
      world,
      behind(fmt::format("{0}; cp {1} {2}; head -c $(( $(df --output=avail -B1 {2} | tail -1) - 100 * 1024 )) "
                         "/dev/zero > {2}/filler; status=0; \"$@\" || status=$?; cp {2}/staging.db* {3}; "
                         "exit $status",
                         mount, file, disk, world.path("exec").string()),
             runner),
      "DBW-E0522", "SQLITE_FULL");
  expect_runs_now(world);
}

}  // namespace
}  // namespace dbw::test
