// Queries through objects of the database, with the accounts that dbw-exec setup makes: what hides an effect is not
// sent, and what does not is answered.
#include <gmock/gmock.h>

#include "support/mariadb_server.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;

class QueryGuard : public testing::TestWithParam<Engine> {
 protected:
  QueryGuard() : m_world(GetParam()) {
    if (GetParam() == Engine::postgresql) {
      m_world.sql("CREATE SEQUENCE effects");
      m_world.sql(
          "CREATE FUNCTION noisy(x int) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM nextval(''effects''); RETURN "
          "x; END'");
      m_world.sql("CREATE FUNCTION quiet(x int) RETURNS int STABLE LANGUAGE plpgsql AS 'BEGIN RETURN x + 1; END'");
      m_world.sql("CREATE VIEW loud AS SELECT noisy(id) AS id FROM orders");
      m_world.sql("CREATE VIEW calm AS SELECT quiet(id) AS id FROM orders");
    } else {
      m_world.sql("CREATE FUNCTION noisy(x int) RETURNS int NO SQL RETURN GET_LOCK('noise', x)");
      m_world.sql("CREATE VIEW loud AS SELECT noisy(id) AS id FROM orders");
      m_world.sql("CREATE VIEW calm AS SELECT id + 1 AS id FROM orders");
    }
    m_world.sql("CREATE VIEW louder AS SELECT id FROM loud");
    m_world.sql("CREATE VIEW calmer AS SELECT id FROM calm WHERE id < 4");
    if (GetParam() == Engine::postgresql) m_world.sql("GRANT SELECT ON calm, calmer, loud, louder TO shop_read");
  }

  ProcessResult ask(const std::string& id, const std::string& sql) {
    m_world.propose(id, sql, "staging", {"--kind", "query"});
    return m_world.run_request(id);
  }

  ToolWorld m_world;
};

TEST_P(QueryGuard, WhatAViewHidesIsNamedAndNotSent) {
  const ProcessResult run = ask("REQ-HIDE-1", "SELECT id FROM louder");
  EXPECT_EQ(run.status, 5) << run.output << run.errors;
  const std::string text = run.output + run.errors;
  EXPECT_THAT(text, HasSubstr("DBW-E0526"));
  EXPECT_THAT(text, testing::ContainsRegex("view [a-z_0-9]+\\.louder -> view [a-z_0-9]+\\.loud -> function .*noisy"));
  if (GetParam() == Engine::postgresql) {
    EXPECT_EQ(m_world.sql("SELECT is_called FROM effects"), "f");
  }
  EXPECT_THAT(text, HasSubstr("failed"));
  EXPECT_EQ(m_world.verify().status, 0);
}

TEST_P(QueryGuard, WhatHidesNothingIsAnswered) {
  const ProcessResult run = ask("REQ-CALM-1", "SELECT id FROM calmer ORDER BY id");
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(slurp(m_world.path("exec/state/results/REQ-CALM-1/s1.csv")), "id\r\n2\r\n3\r\n");
}

/// Why the guard refuses tables of engine MEMORY: no transaction keeps the first reader after a restart from writing.
TEST(MemoryTables, AreEmptiedInTheBinaryLogByTheirFirstReader) {
  MariadbServer server;
  const std::string database = server.create_database();
  server.sql(database, "CREATE TABLE counts (n int) ENGINE=MEMORY; INSERT INTO counts VALUES (1);");
  server.stop();
  server.start();
  const auto log = [&] { return server.sql(database, "SELECT @@GLOBAL.gtid_binlog_pos"); };
  const std::string before = log();
  EXPECT_EQ(server.sql(database, "START TRANSACTION READ ONLY; SELECT n FROM counts; ROLLBACK;"), "");
  EXPECT_NE(log(), before);
}

/// IMMUTABLE is a promise: the planner takes it at its word, whatever the query asks for.
class PlannerGuard : public QueryGuard {};

TEST_P(PlannerGuard, WhatThePlannerMayRunIsFollowed) {
  m_world.sql(
      "CREATE FUNCTION sly(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM nextval(''effects''); "
      "RETURN "
      "x; END'");
  const std::vector<std::pair<std::string, std::string>> tables = {
      {"by_index", "(id int); CREATE INDEX ON by_index ((sly(1)), id)"},
      {"by_predicate", "(id int); CREATE INDEX ON by_predicate (id) WHERE sly(1) = id"},
      {"by_statistics", "(id int); CREATE STATISTICS sly_statistics ON (sly(7) + id), (id + 0) FROM by_statistics"},
      {"by_key", "(id int) PARTITION BY LIST ((id + sly(3)))"},
      {"by_check", "(id int, CHECK (sly(2) = 2))"}};
  int number = 0;
  for (const auto& [table, rest] : tables) {
    m_world.sql("CREATE TABLE " + table + " " + rest);
    m_world.sql("GRANT SELECT ON " + table + " TO shop_read");
    const ProcessResult run = ask("REQ-SLY-" + std::to_string(++number), "SELECT id FROM " + table);
    EXPECT_EQ(run.status, 5) << table << run.output << run.errors;
    EXPECT_THAT(run.output + run.errors, testing::AllOf(HasSubstr("DBW-E0526"), HasSubstr("sly"))) << table;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, PlannerGuard, testing::Values(Engine::postgresql),
                         [](const testing::TestParamInfo<Engine>& given) {
                           return std::string(engine_name(given.param));
                         });
INSTANTIATE_TEST_SUITE_P(Engines, QueryGuard, testing::Values(Engine::postgresql, Engine::mariadb),
                         [](const testing::TestParamInfo<Engine>& given) {
                           return std::string(engine_name(given.param));
                         });

}  // namespace
}  // namespace dbw::test
