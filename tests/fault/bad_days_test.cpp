// Days on which something else fails: the disk, the server, the trust in somebody. Each has its message and its exit
// status, and nothing is lost or done twice.
#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/mariadb_server.hpp"
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/relay.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A state folder on a disk of its own. Whoever may not mount gets a user namespace in which they may.
class Disks : public ::testing::Test {
 protected:
  /// dbw-exec run --due, behind a script that prepares $STATE.
  ProcessResult run_behind(const std::string& script) const {
    const std::string whole = "set -e; cp -a \"$STATE\" \"$STATE.copy\"; " + script + "; exec \"$@\"";
    std::vector<std::string> argv = {"unshare", "-r", "-m", "sh", "-c", whole, "sh"};
    std::vector<std::string> runner = m_world.runner({"--due"});
    runner.front() = (bin_dir() / runner.front()).string();
    argv.insert(argv.end(), runner.begin(), runner.end());
    const ProcessResult result = m_world.run("host", argv, {{"STATE", m_world.path("exec/state")}});
    std::filesystem::remove_all(m_world.path("exec/state.copy"));
    return result;
  }
  bool may_mount() const {
    return m_world.run("host", {"unshare", "-r", "-m", "mount", "-t", "tmpfs", "none", m_world.path("people")})
               .status == 0;
  }
  std::string rows() const { return m_world.sql("SELECT count(*) FROM applied;"); }
  /// On a good day it goes on, and has happened once.
  void expect_settled(const std::string& count) const {
    const ProcessResult run = m_world.run_due();
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
    EXPECT_EQ(rows(), count) << run.output;
    EXPECT_EQ(m_world.run_due().output, "");
    const ProcessResult verified = m_world.verify();
    EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  }

  ToolWorld m_world{Engine::sqlite};
};

#define REQUIRE_MOUNTS() \
  if (!may_mount()) GTEST_SKIP() << "SKIPPED: no user namespaces here (unshare -r -m)"

TEST_F(Disks, AFullDiskIsSaidAndLosesNothing) {
  REQUIRE_MOUNTS();
  m_world.propose("FULL-0", "INSERT INTO applied (id) VALUES (0);");
  ASSERT_EQ(m_world.run_due().status, 0);
  int number = 0, full = 0;
  for (const int left : {0, 12, 40, 90, 200, 4000}) {
    const std::string id = fmt::format("FULL-{}", ++number);
    m_world.propose(id, fmt::format("INSERT INTO applied (id) VALUES ({});", number));
    const ProcessResult run = run_behind(
        fmt::format("mount -t tmpfs -o size=64m,mode=700 none \"$STATE\"; cp -a \"$STATE.copy/.\" \"$STATE\";"
                    " head -c $(( $(df --output=avail -B1 \"$STATE\" | tail -1) - {} * 1024 )) /dev/zero > "
                    "\"$STATE/filler\"",
                    left));
    EXPECT_THAT(run.status, AnyOf(0, 4)) << left << " KiB left: " << run.output << run.errors;
    if (run.status == 4) {
      ++full;
      EXPECT_THAT(run.output + run.errors, AnyOf(HasSubstr("No space left"), HasSubstr("DBW-E0005"))) << left;
    }
    expect_settled(std::to_string(number + 1));
  }
  EXPECT_GE(full, 2) << "the disk was never full";
}

TEST_F(Disks, AReadOnlyStateFolderRunsNothing) {
  REQUIRE_MOUNTS();
  m_world.run_due();
  m_world.propose("ONLY-1", "INSERT INTO applied (id) VALUES (1);");
  const ProcessResult run = run_behind("mount --bind \"$STATE\" \"$STATE\"; mount -o remount,bind,ro \"$STATE\"");
  EXPECT_EQ(run.status, 4) << run.output << run.errors;
  EXPECT_THAT(run.output + run.errors, HasSubstr("Read-only file system"));
  EXPECT_EQ(rows(), "0");
  expect_settled("1");
}

void wait_for(const std::string& what, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain: " + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// Statements on `applied` with the id 1 stay at work until one row is in `gate`.
class HeldStatements : public ::testing::Test {
 protected:
  HeldStatements() {
    m_world.sql(
        "CREATE TABLE gate (open integer); GRANT SELECT ON gate TO PUBLIC;"
        "CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " WHILE NOT EXISTS (SELECT FROM public.gate) LOOP PERFORM pg_catalog.pg_sleep(0.02); END LOOP; RETURN NEW;"
        " END $$;"
        "CREATE TRIGGER hold BEFORE INSERT ON applied FOR EACH ROW WHEN (NEW.id = 1) EXECUTE FUNCTION "
        "wait_at_gate();");
  }
  void wait_until_held() {
    wait_for("the statement is at work", [&] {
      return m_world.sql(
                 "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop_change' AND state = 'active' AND "
                 "query LIKE 'INSERT INTO applied%';") == "1";
    });
  }
  std::string rows() const { return m_world.sql("SELECT count(*) FROM applied;"); }

  PostgresServer m_server;
  ToolWorld m_world{m_server};
};

TEST_F(HeldStatements, WhoIsSuspendedMeanwhileRunsNoFurtherStep) {
  const std::string first = m_world.path("first.sql"), second = m_world.path("second.sql");
  m_world.must("alice", {"sh", "-c",
                         "echo 'INSERT INTO applied (id) VALUES (1);' > \"$1\"; echo 'INSERT INTO applied "
                         "(id) VALUES (2);' > \"$2\"",
                         "sh", first, second});
  m_world.must("alice", {"dbw-request", "new", "--id", "TWO-1", "-d", "shop", "-e", "staging", "-t", "Title", "-r",
                         "Reason", "--push", first, second});
  RunningTool run = m_world.start(m_world.runner({"--due"}), "suspended.txt");
  wait_until_held();
  m_world.must("carol", {"dbw-sign", "suspend", "alice", "--reason", "laptop stolen", "--push"});
  m_world.sql("INSERT INTO gate VALUES (1);");
  EXPECT_EQ(run.wait(), 1) << run.output();
  EXPECT_THAT(run.output(), HasSubstr("TWO-1 s1 on shop in staging: executed")) << "what began is carried through";
  EXPECT_THAT(run.output(), HasSubstr("suspended"));
  EXPECT_EQ(rows(), "1");
  const ProcessResult later = m_world.run_due();
  EXPECT_THAT(later.output, Not(HasSubstr("executed"))) << later.errors;
  EXPECT_EQ(rows(), "1");
  EXPECT_EQ(m_world.verify().status, 0);
}

/// A run connects to its databases while it fetches its log, and not before it knows that it may.
TEST_F(HeldStatements, ASuspendedExecutorDoesNotConnect) {
  const TemporaryFolder folder("dbwr");
  const Relay way(folder.path() / ".s.PGSQL.5432", m_server.socket_folder() / ".s.PGSQL.5432");
  const std::string config = m_world.other_config(
      "relayed.yaml", {{"host: " + m_world.path("exec/server").string(), "host: " + folder.path().string()}});
  const auto run = [&] { return m_world.run("host", m_world.runner({"--due"}, config)); };
  const ProcessResult allowed = run();
  EXPECT_EQ(allowed.status, 0) << allowed.errors;
  const auto before = way.connections();
  EXPECT_GE(before, 2) << "one for each target";
  m_world.must("carol", {"dbw-sign", "suspend", "exec-main", "--reason", "host broken into", "--push"});
  const ProcessResult refused = run();
  EXPECT_EQ(refused.status, 1) << refused.output << refused.errors;
  EXPECT_EQ(way.connections(), before);
}

TEST_F(HeldStatements, AServerThatDiesUnderAStatementChangesNothing) {
  const std::pair<std::string, std::function<void()>> ends[] = {
      {"killed", [&] { m_server.kill_hard(); }},
      {"shut down at once", [&] { m_server.stop_at_once(); }},
      {"shut down", [&] { m_server.stop(); }},
  };
  int number = 0;
  for (const auto& [how, end] : ends) {
    m_world.sql("DELETE FROM gate; DELETE FROM applied;");
    const std::string id = fmt::format("DEAD-{}", ++number);
    m_world.propose(id, fmt::format("INSERT INTO applied (id) VALUES (1); -- {}", number));
    RunningTool run = m_world.start(m_world.runner({"--due"}), "dead.txt");
    wait_until_held();
    end();
    EXPECT_EQ(run.wait(), 5) << how << ": " << run.output();
    EXPECT_THAT(run.output(), HasSubstr("rolled_back")) << how;
    const ProcessResult down = m_world.run_due();
    EXPECT_EQ(down.status, 4) << how << ": " << down.output << down.errors;
    wait_for("the server comes back", [&] {
      try {
        m_server.start();
        return true;
      } catch (const std::exception&) {
        return false;  // processes of the killed one are still ending
      }
    });
    EXPECT_EQ(rows(), "0") << how;
    m_world.sql("INSERT INTO gate VALUES (1);");
    const ProcessResult settled = m_world.run_due();
    EXPECT_EQ(settled.status, 0) << how << ": " << settled.output << settled.errors;
    EXPECT_EQ(rows(), "1") << how << ": " << settled.output;
  }
  EXPECT_EQ(m_world.verify().status, 0);
}

}  // namespace
}  // namespace dbw::test
