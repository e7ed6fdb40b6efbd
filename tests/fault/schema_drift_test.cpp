// A database that somebody changed between the published snapshot and the run: nothing runs on what was not reviewed.
#include <chrono>
#include <optional>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "snapshot_flow.hpp"
#include "support/mariadb_server.hpp"
#include "workflow/executor.hpp"
#include "workflow/host_config.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;
using testing::Not;

void grant(const ToolWorld& world, const std::string& rights) {
  std::string pattern;
  for (const char c : world.sql("SELECT DATABASE()")) pattern += c == '_' ? "\\_" : std::string(1, c);
  world.sql(fmt::format("GRANT {} ON `{}`.* TO shop_change;", rights, pattern));
}

class SchemaDriftOf : public SnapshotFlow, public testing::WithParamInterface<Engine> {
 protected:
  SchemaDriftOf() : SnapshotFlow(GetParam()) {
    const bool mysql = GetParam() == Engine::mariadb;
    if (mysql) grant(m_world, "TRIGGER, SHOW VIEW");
    by_hand(fmt::format("CREATE TABLE marks (id integer PRIMARY KEY, note {})", mysql ? "varchar(20)" : "text"));
    by_hand("CREATE INDEX by_note ON marks (note)");
    by_hand("INSERT INTO marks VALUES (1, 'old'), (2, 'old')");
    by_hand("CREATE VIEW recent AS SELECT id, note FROM marks WHERE id > 1");
    if (GetParam() == Engine::postgresql) {
      by_hand("ALTER TABLE marks OWNER TO shop_change");
      by_hand("GRANT SELECT ON marks, recent TO shop_read");
      by_hand(
          "CREATE FUNCTION sneak() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN DELETE FROM counters; RETURN NEW; END'");
    }
    ask_for_snapshots();
    publish();
  }
  void by_hand(const std::string& sql) const { m_world.sql(sql + ";"); }
  static std::string trigger(const std::string& table) {
    if (GetParam() == Engine::postgresql)
      return "CREATE TRIGGER sneaky AFTER UPDATE ON " + table + " FOR EACH ROW EXECUTE FUNCTION sneak()";
    const std::string act = GetParam() == Engine::sqlite ? "BEGIN DELETE FROM counters; END" : "DELETE FROM counters";
    return "CREATE TRIGGER sneaky AFTER UPDATE ON " + table + " FOR EACH ROW " + act;
  }
  static std::string of_table(const std::string& drop, const std::string& table) {
    const bool named = GetParam() == (drop.starts_with("DROP INDEX") ? Engine::mariadb : Engine::postgresql);
    return named ? drop + " ON " + table : drop;
  }
  void ask(const std::string& id, const std::string& sql, const std::vector<std::string>& flags = {}) const {
    m_world.propose(id, sql, "staging", flags);
  }
  void ask_in_steps(const std::string& id, const std::vector<std::string>& steps) const {
    propose_steps(m_world, id, steps);
  }
  void expect_executed(const std::string& id) const {
    const ProcessResult result = m_world.run_request(id);
    EXPECT_EQ(result.status, 0) << id << result.output << result.errors;
  }
  /// Refused, with that text, and not begun by the log's word.
  void expect_drift(const std::string& id, const std::string& text) const {
    const std::size_t denied = split(log_of("deny"), '\n').size();
    const ProcessResult result = m_world.run_request(id);
    EXPECT_EQ(result.status, 1) << id << result.output << result.errors;
    EXPECT_THAT(result.output, HasSubstr("DBW-E0718")) << result.errors;
    EXPECT_THAT(result.output, HasSubstr(text));
    EXPECT_THAT(result.output, HasSubstr("not_started"));
    EXPECT_THAT(log_of("deny"), HasSubstr("DBW-E0718"));
    EXPECT_GE(split(log_of("deny"), '\n').size(), denied);
    EXPECT_THAT(last_result(), HasSubstr("not_started"));
    EXPECT_EQ(m_world.verify().status, 0);
  }
  std::string last_result() const {
    const std::string results(trim(log_of("result")));
    return results.substr(results.rfind('\n') + 1);
  }
  std::string notes() const { return m_world.sql("SELECT note FROM marks ORDER BY id"); }
};

TEST_P(SchemaDriftOf, ATriggerThatNobodyReviewedDoesNotFire) {
  ask("DRIFT-1", "UPDATE marks SET note = 'new' WHERE id = 1;");
  by_hand("INSERT INTO counters VALUES (1, 1)");
  by_hand(trigger("marks"));
  expect_drift("DRIFT-1", "trigger sneaky: was not there, is ");
  EXPECT_EQ(notes(), "old\nold");
  EXPECT_EQ(m_world.sql("SELECT count(*) FROM counters"), "1");
  by_hand(of_table("DROP TRIGGER sneaky", "marks"));
  expect_executed("DRIFT-1");
  EXPECT_EQ(notes(), "new\nold");
}

TEST_P(SchemaDriftOf, IsReviewedAgainOncePublished) {
  ask("DRIFT-1", "UPDATE marks SET note = 'new' WHERE id = 1;");
  by_hand(of_table("DROP INDEX by_note", "marks"));
  expect_drift("DRIFT-1", "index by_note: was ");
  expect_drift("DRIFT-1", "index by_note: was ");
  publish();
  expect_executed("DRIFT-1");
}

TEST_P(SchemaDriftOf, AColumnOfAnotherTypeStopsDdl) {
  ask("DRIFT-1", "ALTER TABLE marks ADD COLUMN more integer;",
      {"--transaction", GetParam() == Engine::sqlite ? "required" : "none"});
  if (GetParam() == Engine::sqlite) {
    by_hand("DROP VIEW recent; ALTER TABLE marks RENAME TO marks_old; DROP INDEX by_note");
    by_hand("CREATE TABLE marks (id integer PRIMARY KEY, note varchar(300))");
    by_hand("CREATE INDEX by_note ON marks (note); CREATE VIEW recent AS SELECT id, note FROM marks WHERE id > 1");
  } else if (GetParam() == Engine::postgresql) {
    by_hand("DROP VIEW recent; ALTER TABLE marks ALTER COLUMN note TYPE varchar(300)");
    by_hand("CREATE VIEW recent AS SELECT id, note FROM marks WHERE id > 1");
  } else {
    by_hand("ALTER TABLE marks MODIFY note varchar(300)");
  }
  expect_drift("DRIFT-1", "varchar(300)");
  publish();
  expect_executed("DRIFT-1");
  EXPECT_EQ(m_world.sql("SELECT count(more) FROM marks"), "0");
}

TEST_P(SchemaDriftOf, AQueryThroughAViewThatWasReplacedIsNotSent) {
  ask("DRIFT-1", "SELECT id FROM recent", {"--kind", "query"});
  ask("DRIFT-2", "SELECT id FROM recent", {"--kind", "query"});
  expect_executed("DRIFT-1");
  EXPECT_EQ(slurp(m_world.path("exec/state/results/DRIFT-1/s1.csv")), "id\r\n2\r\n");
  by_hand("DROP VIEW recent");
  by_hand("CREATE VIEW recent AS SELECT id, status AS note FROM orders");
  if (GetParam() == Engine::postgresql) by_hand("GRANT SELECT ON recent TO shop_read");
  expect_drift("DRIFT-2", "definition: was ");
  EXPECT_FALSE(std::filesystem::exists(m_world.path("exec/state/results/DRIFT-2/s1.csv")));
  publish();
  expect_executed("DRIFT-2");
  EXPECT_EQ(slurp(m_world.path("exec/state/results/DRIFT-2/s1.csv")), "id\r\n1\r\n2\r\n3\r\n");
}

TEST_P(SchemaDriftOf, IsNotWhatMovesByItself) {
  std::string values;
  for (int i = 10; i < 3000; ++i) values += fmt::format("{}({}, 'many')", i == 10 ? "" : ", ", i);
  by_hand("INSERT INTO marks VALUES " + values);
  by_hand(GetParam() == Engine::mariadb ? "ANALYZE TABLE marks" : "ANALYZE marks");
  by_hand("CREATE TABLE elsewhere (id integer)");
  by_hand(trigger("counters"));
  ask("DRIFT-1", "UPDATE marks SET note = 'new' WHERE id = 1;");
  ask("DRIFT-2", "SELECT id FROM recent WHERE id = 2", {"--kind", "query"});
  expect_executed("DRIFT-1");
  expect_executed("DRIFT-2");
}

TEST_P(SchemaDriftOf, IsNotWhatTheStepBeforeDid) {
  ask_in_steps("DRIFT-1", {"ALTER TABLE marks ADD COLUMN more integer;", "UPDATE marks SET more = 1 WHERE id = 1;"});
  expect_executed("DRIFT-1");
  EXPECT_EQ(m_world.sql("SELECT sum(more) FROM marks"), "1");
  // The executor has published what it left.
  ask("DRIFT-2", "UPDATE marks SET more = 2 WHERE id = 2;");
  expect_executed("DRIFT-2");
  EXPECT_EQ(m_world.sql("SELECT sum(more) FROM marks"), "3");
}

TEST_P(SchemaDriftOf, OfChangesThatWaitForEachOtherIsNone) {
  for (const char* const number : {"1", "2", "3"})
    ask(fmt::format("DRIFT-{}", number), fmt::format("ALTER TABLE marks ADD COLUMN more{} integer;", number),
        {"--transaction", GetParam() == Engine::mariadb ? "none" : "required"});
  const ProcessResult result = m_world.run_due();
  EXPECT_EQ(result.status, 0) << result.output << result.errors;
  EXPECT_EQ(m_world.sql("SELECT count(more1) + count(more2) + count(more3) FROM marks"), "0");
  EXPECT_EQ(m_world.verify().status, 0);
}

TEST_P(SchemaDriftOf, IsTheOwnChangeWhereItCouldNotBePublished) {
  const std::filesystem::path hook = m_world.path("changes.git/hooks/update");
  std::filesystem::create_directories(hook.parent_path());
  write_file_atomic(hook, "#!/bin/sh\ncase $1 in */dbw/schema) exit 1;; esac\n", 0755);
  ask("DRIFT-1", "ALTER TABLE marks ADD COLUMN more integer;",
      {"--transaction", GetParam() == Engine::mariadb ? "none" : "required"});
  const ProcessResult result = m_world.run_request("DRIFT-1");
  EXPECT_EQ(result.status, 0) << result.output << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("is not published, look at it"));
  std::filesystem::remove(hook);
  ask("DRIFT-2", "UPDATE marks SET note = 'new' WHERE id = 1;");
  expect_drift("DRIFT-2", "column more: was not there, is int");
  publish();
  expect_executed("DRIFT-2");
}

TEST_P(SchemaDriftOf, IsNotTakenOverBehindAnotherChange) {
  const std::string published = log_of("snapshot");
  ask_in_steps("DRIFT-1", {"CREATE TABLE fresh (id integer);", "UPDATE marks SET note = 'new' WHERE id = 1;"});
  by_hand(trigger("marks"));
  for (int i = 0; i < 2; ++i) {
    const ProcessResult result = m_world.run_request("DRIFT-1");
    EXPECT_EQ(result.status, 1) << result.output << result.errors;
    EXPECT_THAT(result.output, HasSubstr("trigger sneaky"));
  }
  ask("DRIFT-2", "CREATE TABLE fresher (id integer);",
      {"--transaction", GetParam() == Engine::mariadb ? "none" : "required"});
  const ProcessResult other = m_world.run_request("DRIFT-2");
  EXPECT_EQ(other.status, 0) << other.output << other.errors;
  EXPECT_THAT(other.errors, HasSubstr("somebody else changed"));
  EXPECT_EQ(log_of("snapshot"), published) << "a person decides what counts";
  expect_drift("DRIFT-1", "trigger sneaky");
  EXPECT_EQ(notes(), "old\nold");
}

TEST_P(SchemaDriftOf, BesideTheStepBeforeIsFound) {
  // The second step fails, and is run again behind somebody's work.
  ask_in_steps("DRIFT-1", {"CREATE TABLE fresh (id integer);",
                           "UPDATE marks SET note = 'new' WHERE id = (SELECT 1 FROM nowhere);"});
  EXPECT_NE(m_world.run_request("DRIFT-1").status, 0);
  by_hand(trigger("marks"));
  const ProcessResult again = m_world.run_request("DRIFT-1", {"--retry"});
  EXPECT_THAT(again.output, HasSubstr("DBW-E0718"));
  EXPECT_THAT(again.output, HasSubstr("trigger sneaky"));
  EXPECT_THAT(again.output, Not(HasSubstr("fresh")));
}

TEST_P(SchemaDriftOf, BehindASnapshotOfTheStepBeforeIsFound) {
  ask_in_steps("DRIFT-1", {"ALTER TABLE marks ADD COLUMN more integer;",
                           "UPDATE marks SET more = 1 WHERE id = (SELECT 1 FROM nowhere);"});
  EXPECT_NE(m_world.run_request("DRIFT-1").status, 0);
  by_hand(trigger("marks"));
  EXPECT_THAT(m_world.run_request("DRIFT-1", {"--retry"}).output, HasSubstr("trigger sneaky"));
}

TEST_P(SchemaDriftOf, StopsABatchedStepWhichGoesOnLater) {
  ask("DRIFT-1", "UPDATE pieces SET n = n + 1 WHERE id > 0", {"--batch", "id=2"});
  by_hand("INSERT INTO pieces VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)");
  by_hand(trigger("pieces"));
  expect_drift("DRIFT-1", "trigger sneaky");
  EXPECT_EQ(m_world.sql("SELECT sum(n) FROM pieces"), "0");
  by_hand(of_table("DROP TRIGGER sneaky", "pieces"));
  expect_executed("DRIFT-1");
  EXPECT_EQ(m_world.sql("SELECT sum(n) FROM pieces"), "5");
}

TEST_P(SchemaDriftOf, BetweenTwoPiecesKeepsWhatIsDone) {
  ask("DRIFT-1", "UPDATE pieces SET n = n + 1 WHERE id > 0", {"--batch", "id=2"});
  by_hand("INSERT INTO pieces VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0)");
  const workflow::ExecutorConfig config = workflow::load_executor_config(m_world.path("exec/exec.yaml"));
  workflow::ExecutorOptions options;
  options.recheck_interval = std::chrono::milliseconds(0);
  bool changed = false;
  options.status = [&](const std::string& line) {
    if (changed || line.find("1 pieces, 2 rows") == std::string::npos) return;
    changed = true;
    by_hand(trigger("pieces"));
  };
  const auto outcomes = workflow::Executor(config, options, SystemClock()).run_request(RequestId("DRIFT-1"));
  ASSERT_TRUE(changed);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].outcome, "interrupted");
  EXPECT_EQ(outcomes[0].status, ExitStatus::refused);
  EXPECT_EQ(outcomes[0].rows, 2);
  EXPECT_EQ(outcomes[0].refusals.at(0).code, ErrorCode::snapshot_drift);
  EXPECT_EQ(m_world.sql("SELECT sum(n) FROM pieces"), "2");
  publish();
  const ProcessResult next = m_world.run_request("DRIFT-1");
  EXPECT_EQ(next.status, 0) << next.output << next.errors;
  EXPECT_EQ(m_world.sql("SELECT sum(n) FROM pieces"), "5");
  EXPECT_EQ(m_world.verify().status, 0);
}

TEST_P(SchemaDriftOf, OfHostileNamesIsReadable) {
  const std::string open = GetParam() == Engine::mariadb ? "`" : "\"";
  ask("DRIFT-1", "UPDATE marks SET note = 'new' WHERE id = 1;");
  by_hand(fmt::format("CREATE INDEX {0}x\x1b[2J'; ::error::{0} ON marks (id)", open));
  expect_drift("DRIFT-1", "index x\\x1b[2J'; ::error::: was not there");
}

INSTANTIATE_TEST_SUITE_P(Engines, SchemaDriftOf, testing::Values(Engine::sqlite, Engine::postgresql, Engine::mariadb),
                         [](const auto& each) { return std::string(engine_name(each.param)); });

/// The accounts that dbw-exec setup makes see less than the schema holds.
class MariadbRights : public SnapshotFlow {
 protected:
  MariadbRights() : SnapshotFlow(Engine::mariadb) {
    m_world.sql("CREATE VIEW recent AS SELECT id FROM orders;");
    ask_for_snapshots();
    publish();
  }
  std::string refusal(const std::string& id) const {
    const ProcessResult result = m_world.run_request(id);
    EXPECT_EQ(result.status, 1) << result.output << result.errors;
    return result.output;
  }
};

TEST_F(MariadbRights, ThatHideTriggersOrViewsAreNamed) {
  propose("SEE-1");
  m_world.propose("SEE-2", "SELECT id FROM recent", "staging", {"--kind", "query"});
  EXPECT_THAT(refusal("SEE-1"), testing::AllOf(HasSubstr("DBW-E0718"), HasSubstr("GRANT TRIGGER")));
  EXPECT_THAT(refusal("SEE-2"),
              HasSubstr("not shown to the account that the snapshot was taken with: GRANT SHOW VIEW"));
  m_world.propose("SEE-3", "SELECT id FROM orders", "staging", {"--kind", "query"});
  EXPECT_EQ(m_world.run_request("SEE-3").status, 0) << "a query of tables needs neither";
  grant(m_world, "TRIGGER, SHOW VIEW");
  expect_runs("SEE-1");
  publish();
  EXPECT_EQ(m_world.run_request("SEE-2").status, 0);
}

/// A server that folds the names of tables.
class MariadbNames : public SnapshotFlow {
 protected:
  MariadbNames() : SnapshotFlow(s_server.emplace(std::vector<std::string>{"--lower-case-table-names=1"})) {}
  static void TearDownTestSuite() { s_server.reset(); }
  static inline std::optional<MariadbServer> s_server;
};

TEST_F(MariadbNames, MeanTheTableInWhateverCase) {
  grant(m_world, "TRIGGER, SHOW VIEW");
  m_world.sql(
      "CREATE TABLE Marks (id integer PRIMARY KEY, note varchar(20)); CREATE VIEW Recent AS SELECT id FROM Marks;");
  ask_for_snapshots();
  publish();
  for (const std::string id : {"CASE-1", "CASE-2"}) m_world.propose(id, "UPDATE MARKS SET note = 'n' WHERE id = 1;");
  for (const std::string id : {"CASE-3", "CASE-4"})
    m_world.propose(id, "SELECT id FROM RECENT", "staging", {"--kind", "query"});
  EXPECT_EQ(m_world.run_request("CASE-1").status, 0);
  const ProcessResult query = m_world.run_request("CASE-3");
  EXPECT_EQ(query.status, 0) << query.output << query.errors;
  m_world.sql("CREATE TRIGGER sneaky AFTER UPDATE ON MARKS FOR EACH ROW DELETE FROM counters;");
  m_world.sql("ALTER TABLE mArks ADD COLUMN more integer;");
  EXPECT_THAT(m_world.run_request("CASE-2").output, HasSubstr("trigger sneaky: was not there"));
  EXPECT_THAT(m_world.run_request("CASE-4").output, HasSubstr("marks: column more: was not there"));
}

}  // namespace
}  // namespace dbw::test
