// Servers that die and are replaced by one that knows less: nothing runs twice, and nobody is told what is not so.
#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/mariadb_server.hpp"
#include "support/paths.hpp"
#include "support/postgres_server.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void wait_until(const std::string& what, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain: " + what);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

/// A primary with a replica that it does not wait for, and a world on them.
class Replicated {
 public:
  virtual ~Replicated() = default;
  virtual ToolWorld& world() = 0;
  virtual void catch_up() = 0;
  /// What comes from now on is missing on the replica.
  virtual void stop_following() = 0;
  virtual void kill_primary() = 0;
  virtual void restart_primary() = 0;
  /// The replica becomes the primary; the address moves to it.
  virtual void promote() = 0;
  /// Statements on `applied` wait until open_gate().
  virtual void close_gate() = 0;
  virtual void open_gate() = 0;
  virtual void remove_gate() = 0;
  virtual bool at_gate() = 0;
  virtual void cancel_statement() = 0;
  /// Before withhold_commits(), and before the run.
  virtual void expect_replica() = 0;
  /// Opens the gate; the COMMIT takes effect on the primary, and its answer does not come.
  virtual void withhold_commits() = 0;
  virtual bool commit_waits() = 0;
};

class ReplicatedPostgres final : public Replicated {
 public:
  ToolWorld& world() override { return m_world; }
  void catch_up() override {
    wait_until("the replica has everything", [&] {
      return m_world.sql("SELECT count(*) FROM pg_stat_replication WHERE replay_lsn = pg_current_wal_lsn();") == "1";
    });
  }
  void stop_following() override {
    m_replica->stop();
    m_follows = false;
  }
  void kill_primary() override { m_primary->kill_hard(); }
  void restart_primary() override {
    wait_until("processes of the killed server have ended", [&] {
      try {
        m_primary->start();
        return true;
      } catch (const std::exception&) {
        return false;
      }
    });
  }
  void promote() override {
    if (!m_follows) m_replica->start({"primary_conninfo="});
    m_replica->promote();
    m_world.use(*m_replica);
  }
  void close_gate() override {
    m_world.sql(
        "CREATE TABLE gate (open integer); GRANT SELECT ON gate TO PUBLIC;"
        "CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " WHILE NOT EXISTS (SELECT FROM public.gate) LOOP PERFORM pg_catalog.pg_sleep(0.02); END LOOP; RETURN NEW;"
        " END $$;"
        "CREATE TRIGGER hold BEFORE INSERT ON applied FOR EACH ROW EXECUTE FUNCTION wait_at_gate();");
  }
  void open_gate() override { m_world.sql("SET synchronous_commit = local; INSERT INTO gate VALUES (1);"); }
  void remove_gate() override { m_world.sql("DROP TRIGGER hold ON applied;"); }
  bool at_gate() override { return is_seen("state = 'active' AND query LIKE 'INSERT INTO applied%'"); }
  void cancel_statement() override {
    m_world.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'shop_change';");
  }
  /// A synchronous replica that goes away: commits are made, and wait for it for ever.
  void expect_replica() override {
    m_primary->stop();
    m_primary->start({"synchronous_standby_names=*"});
    wait_until("the replica is synchronous", [&] {
      return m_world.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync';") == "1";
    });
  }
  void withhold_commits() override {
    stop_following();
    open_gate();
  }
  bool commit_waits() override { return is_seen("wait_event = 'SyncRep'"); }

 private:
  bool is_seen(const std::string& condition) {
    return m_world.sql(fmt::format("SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop_change' AND {};",
                                   condition)) != "0";
  }

  std::unique_ptr<PostgresServer> m_primary = std::make_unique<PostgresServer>();
  ToolWorld m_world{*m_primary};
  std::unique_ptr<PostgresServer> m_replica =
      std::make_unique<PostgresServer>(*m_primary, PostgresServer::CopyAs::replica);
  bool m_follows = true;
};

class ReplicatedMariadb final : public Replicated {
 public:
  ReplicatedMariadb() { catch_up(); }
  ToolWorld& world() override { return m_world; }
  void catch_up() override { m_replica.catch_up_with(m_primary); }
  void stop_following() override { m_replica.stop_replication(); }
  void kill_primary() override { m_primary.kill_hard(); }
  void restart_primary() override { m_primary.start(); }
  void promote() override {
    m_replica.promote();
    m_world.use(m_replica);
  }
  /// A trigger speaks with the test by global variables. The gate is open when commits wait for a replica, which is
  /// nothing that a transaction could not see.
  void close_gate() override {
    m_world.sql(
        "DELIMITER //\nCREATE TRIGGER hold BEFORE INSERT ON applied FOR EACH ROW BEGIN"
        " SET GLOBAL slow_launch_time = 77; WHILE @@GLOBAL.rpl_semi_sync_master_enabled = 0 DO DO SLEEP(0.02); END "
        "WHILE; END//\n");
  }
  void open_gate() override {
    m_world.sql("SET GLOBAL rpl_semi_sync_master_enabled = ON; SET GLOBAL rpl_semi_sync_master_wait_no_slave = OFF;");
  }
  void remove_gate() override { m_world.sql("DROP TRIGGER hold;"); }
  bool at_gate() override { return m_world.sql("SELECT @@GLOBAL.slow_launch_time;") == "77"; }
  void cancel_statement() override {
    m_world.sql("KILL QUERY " +
                m_world.sql("SELECT id FROM information_schema.processlist WHERE command = 'Query' AND "
                            "db = DATABASE() AND id <> CONNECTION_ID();") +
                ";");
  }
  void expect_replica() override {}
  /// Semi-synchronous, without a replica that would answer: commits are made, and wait for one for ever.
  void withhold_commits() override {
    m_replica.stop_replication();
    m_world.sql("SET GLOBAL rpl_semi_sync_master_timeout = 1000000; SET GLOBAL rpl_semi_sync_master_enabled = ON;");
  }
  bool commit_waits() override {
    return m_world.sql("SELECT count(*) FROM information_schema.processlist WHERE state LIKE '%semi-sync%';") == "1";
  }

 private:
  static MariadbServer& following(MariadbServer& replica, MariadbServer& primary) {
    replica.replicate_from(primary);
    return primary;
  }

  MariadbServer m_primary{MariadbServer::port_options(7)};
  MariadbServer m_replica{MariadbServer::port_options(8)};
  ToolWorld m_world{following(m_replica, m_primary)};
};

class Failover : public ::testing::TestWithParam<Engine> {
 protected:
  Failover() {
    if (GetParam() == Engine::postgresql)
      m_servers = std::make_unique<ReplicatedPostgres>();
    else
      m_servers = std::make_unique<ReplicatedMariadb>();
  }
  ToolWorld& world() { return m_servers->world(); }
  void propose(const std::string& id, int row, const std::vector<std::string>& flags = {}) {
    world().propose(id, fmt::format("INSERT INTO applied (id) VALUES ({});", row), "staging", flags);
  }
  std::string rows() { return world().sql("SELECT count(*) FROM applied;"); }
  /// A run whose statement is at work and cannot end.
  std::unique_ptr<RunningTool> held_run() {
    m_servers->close_gate();
    std::unique_ptr<RunningTool> tool(new RunningTool(world().start(world().runner({"--due"}), "held.txt")));
    const auto ended = [&] { return tool->output().find(" in staging: ") != std::string::npos; };
    wait_until("the statement is at work", [&] { return m_servers->at_gate() || ended(); });
    EXPECT_FALSE(ended()) << tool->output();
    return tool;
  }
  void fail_over() {
    m_servers->kill_primary();
    m_servers->promote();
  }
  void expect_run(int status, const std::string& text, const std::string& id = {}) {
    const ProcessResult run = id.empty() ? world().run_due() : world().run_request(id);
    EXPECT_EQ(run.status, status) << run.output << run.errors;
    if (text.empty())
      EXPECT_EQ(run.output, "");
    else
      EXPECT_THAT(run.output, HasSubstr(text)) << run.errors;
  }
  /// After "lost" nothing runs by itself; a person decides, and goes on with another request.
  void expect_lost_for_good(const std::string& id, const std::string& rows_there = "0") {
    expect_run(6, "DBW-E0957", id);
    EXPECT_EQ(rows(), rows_there);
    propose("NEXT-" + id, 99, {"--supersedes", id});
    expect_run(0, "executed");
    EXPECT_EQ(rows(), std::to_string(std::stoi(rows_there) + 1));
    expect_run(0, "");
    const ProcessResult verified = world().verify();
    EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  }

  std::unique_ptr<Replicated> m_servers;
};

TEST_P(Failover, ARunThatDiedBeforeItsCommitIsLost) {
  propose("OPEN-1", 1);
  {
    const auto run = held_run();
    m_servers->catch_up();
    run->kill_hard(true);
    run->wait();
  }
  fail_over();
  m_servers->remove_gate();
  expect_run(6, "lost");
  expect_lost_for_good("OPEN-1");
}

TEST_P(Failover, ACommitWithoutAnswerIsUnknownAndThenLost) {
  m_servers->expect_replica();
  propose("LATE-1", 1);
  const auto run = held_run();
  m_servers->catch_up();
  m_servers->withhold_commits();
  wait_until("the commit waits", [&] { return m_servers->commit_waits(); });
  fail_over();
  EXPECT_EQ(run->wait(), 6) << run->output();
  EXPECT_THAT(run->output(), HasSubstr("unknown"));
  m_servers->remove_gate();
  EXPECT_EQ(rows(), "0");
  expect_run(6, "lost");
  expect_lost_for_good("LATE-1");
}

TEST_P(Failover, TheServerThatComesBackKnows) {
  m_servers->expect_replica();
  propose("BACK-1", 1);
  const auto run = held_run();
  m_servers->catch_up();
  m_servers->withhold_commits();
  wait_until("the commit waits", [&] { return m_servers->commit_waits(); });
  m_servers->kill_primary();
  EXPECT_EQ(run->wait(), 6) << run->output();
  EXPECT_THAT(run->output(), HasSubstr("unknown"));
  m_servers->restart_primary();
  m_servers->remove_gate();
  // Where the crash took the commit with it, it runs once more.
  expect_run(0, "executed");
  EXPECT_EQ(rows(), "1");
  expect_run(0, "");
  EXPECT_EQ(world().verify().status, 0);
}

TEST_P(Failover, TheAnswerIsAskedOfTheNewPrimary) {
  m_servers->expect_replica();
  propose("MOVED-1", 1);
  const auto run = held_run();
  m_servers->catch_up();
  m_servers->withhold_commits();
  wait_until("the commit waits", [&] { return m_servers->commit_waits(); });
  m_servers->promote();
  m_servers->kill_primary();
  EXPECT_EQ(run->wait(), 6) << run->output();
  EXPECT_THAT(run->output(), HasSubstr("unknown"));
  m_servers->remove_gate();
  expect_run(6, "lost");
  expect_lost_for_good("MOVED-1");
}

TEST_P(Failover, WhatTheReplicaHasIsExecuted) {
  propose("KEPT-1", 1);
  const auto run = held_run();
  const auto hook = world().path("audit.git/hooks/pre-receive");
  world().scratch().script(hook, "exit 1");
  m_servers->open_gate();
  EXPECT_EQ(run->wait(), 4) << run->output();
  EXPECT_THAT(run->output(), HasSubstr("executed"));
  std::filesystem::remove(hook);
  m_servers->catch_up();
  fail_over();
  expect_run(0, "(recovered: found out afterwards)");
  EXPECT_EQ(rows(), "1");
  expect_run(0, "");
  EXPECT_EQ(world().verify().status, 0);
}

TEST_P(Failover, WhatTheReplicaMissedIsNamedUntilSomebodyDecides) {
  propose("BEFORE-1", 1);
  expect_run(0, "executed");
  m_servers->catch_up();
  m_servers->stop_following();
  propose("MISSED-1", 2);
  expect_run(0, "executed");
  propose("MISSED-2", 3);
  expect_run(0, "executed");
  world().git("changes.git", {"update-ref", "-d", world().request_ref("MISSED-2")});
  fail_over();
  const ProcessResult first = world().run_due();
  EXPECT_EQ(first.status, 6) << first.output << first.errors;
  EXPECT_THAT(first.output, HasSubstr("MISSED-1 s1 on shop in staging: lost"));
  EXPECT_THAT(first.output, HasSubstr("MISSED-2 s1 on shop in staging: lost")) << "also where the request is closed";
  EXPECT_THAT(first.output, Not(HasSubstr("BEFORE-1")));
  expect_run(6, "MISSED-1");
  expect_lost_for_good("MISSED-1", "1");
}

TEST_P(Failover, WhatHadNoEffectBeforeMayRunAgain) {
  propose("FAIL-1", 1);
  const auto run = held_run();
  m_servers->catch_up();
  m_servers->stop_following();
  m_servers->cancel_statement();
  EXPECT_EQ(run->wait(), 5) << run->output();
  fail_over();
  m_servers->remove_gate();
  const ProcessResult settled = world().run_due();
  EXPECT_EQ(settled.status, 0) << settled.output << settled.errors;
  EXPECT_EQ(rows(), "0");
  const ProcessResult again = world().run_request("FAIL-1", {"--retry"});
  EXPECT_EQ(again.status, 0) << again.output << again.errors;
  EXPECT_EQ(rows(), "1");
  EXPECT_EQ(world().verify().status, 0);
}

INSTANTIATE_TEST_SUITE_P(Engines, Failover, ::testing::Values(Engine::postgresql, Engine::mariadb),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

/// A database that is as it was before, on the same server: no timeline tells of it.
class Restored {
 public:
  virtual ~Restored() = default;
  virtual ToolWorld& world() = 0;
  virtual void back_up() = 0;
  virtual void restore() = 0;
};

class RestoredPostgres final : public Restored {
 public:
  ToolWorld& world() override { return m_world; }
  void back_up() override { m_backup = std::make_unique<PostgresServer>(m_server, PostgresServer::CopyAs::backup); }
  void restore() override {
    m_server.stop();
    m_backup->start();
    m_world.use(*m_backup);
  }

 private:
  PostgresServer m_server;
  ToolWorld m_world{m_server};
  std::unique_ptr<PostgresServer> m_backup;
};

class RestoredMariadb final : public Restored {
 public:
  ToolWorld& world() override { return m_world; }
  void back_up() override {
    m_server.stop();
    m_server.save();
    m_server.start();
  }
  void restore() override {
    m_server.stop();
    m_server.restore();
    m_server.start();
  }

 private:
  MariadbServer m_server{{"--skip-networking", "--skip-log-bin"}};
  ToolWorld m_world{m_server};
};

class RestoredSqlite final : public Restored {
 public:
  ToolWorld& world() override { return m_world; }
  void back_up() override { copy("staging.db", "backup.db"); }
  void restore() override { copy("backup.db", "staging.db"); }

 private:
  void copy(const std::string& from, const std::string& to) {
    std::filesystem::copy_file(m_world.path("exec/" + from), m_world.path("exec/" + to),
                               std::filesystem::copy_options::overwrite_existing);
  }
  ToolWorld m_world{Engine::sqlite};
};

class Restore : public ::testing::TestWithParam<Engine> {
 protected:
  Restore() {
    if (GetParam() == Engine::postgresql) m_database = std::make_unique<RestoredPostgres>();
    if (GetParam() == Engine::mariadb) m_database = std::make_unique<RestoredMariadb>();
    if (GetParam() == Engine::sqlite) m_database = std::make_unique<RestoredSqlite>();
  }
  ToolWorld& world() { return m_database->world(); }
  std::string rows() { return world().sql("SELECT count(*) FROM applied;"); }
  std::string claims() {
    const char* table = GetParam() == Engine::sqlite ? "dbw_ledger" : "dbw.ledger";
    return world().sql(fmt::format("SELECT count(*) FROM {} WHERE state = 'claimed';", table));
  }

  std::unique_ptr<Restored> m_database;
};

TEST_P(Restore, WhatTheBackupLacksIsLost) {
  world().propose("OLD-1", "INSERT INTO applied (id) VALUES (1);");
  ASSERT_EQ(world().run_due().status, 0);
  m_database->back_up();
  world().propose("GONE-1", "INSERT INTO applied (id) VALUES (2);");
  ASSERT_EQ(world().run_due().status, 0);
  ASSERT_EQ(rows(), "2");
  m_database->restore();
  ASSERT_EQ(rows(), "1");
  for (const char* again : {"once", "and for as long as nobody decided"}) {
    const ProcessResult run = world().run_due();
    EXPECT_EQ(run.status, 6) << again << run.output << run.errors;
    EXPECT_THAT(run.output, HasSubstr("GONE-1"));
    EXPECT_THAT(run.output, HasSubstr("DBW-E0957"));
    EXPECT_THAT(run.output, Not(HasSubstr("OLD-1")));
    EXPECT_EQ(rows(), "1");
  }
  const std::string denials =
      world().must("auditor", {"dbw-audit", "log", "--type", "deny", "--format", "json", world().path("audit.git")});
  EXPECT_THAT(denials, HasSubstr("DBW-E0957"));
  world().propose("AGAIN-1", "INSERT INTO applied (id) VALUES (2);", "staging", {"--supersedes", "GONE-1"});
  const ProcessResult decided = world().run_due();
  EXPECT_EQ(decided.status, 0) << decided.output << decided.errors;
  EXPECT_EQ(rows(), "2");
  EXPECT_EQ(world().verify().status, 0);
}

/// Where a backup needs no stop of the server.
class RestoreOfClaims : public Restore {};

/// The claim is in the backup, and what it led to is not.
TEST_P(RestoreOfClaims, AClaimThatTheLogCallsExecutedIsLost) {
  world().propose("HALF-1", "INSERT INTO applied (id) VALUES (1);");
  const std::string hook = world().path("audit.git/hooks/post-receive").string();
  // Between the intent and the first statement: the executor waits for its push.
  const std::string go = world().path("go").string();
  world().scratch().script(hook, fmt::format("while [ ! -e {} ]; do sleep 0.05; done", go));
  RunningTool run = world().start(world().runner({"--due"}), "half.txt");
  wait_until("its claim is there", [&] { return claims() == "1"; });
  m_database->back_up();
  std::ofstream(go).put('\n');
  ASSERT_EQ(run.wait(), 0) << run.output();
  ASSERT_EQ(rows(), "1");
  m_database->restore();
  const ProcessResult lost = world().run_due();
  EXPECT_EQ(lost.status, 6) << lost.output << lost.errors;
  EXPECT_THAT(lost.output, HasSubstr("HALF-1 s1 on shop in staging: lost"));
  EXPECT_EQ(rows(), "0");
}

INSTANTIATE_TEST_SUITE_P(Engines, Restore, ::testing::Values(Engine::postgresql, Engine::mariadb, Engine::sqlite),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });
INSTANTIATE_TEST_SUITE_P(Engines, RestoreOfClaims, ::testing::Values(Engine::postgresql, Engine::sqlite),
                         [](const auto& engine) { return std::string(engine_name(engine.param)); });

}  // namespace
}  // namespace dbw::test
