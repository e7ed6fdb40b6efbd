// What only PostgreSQL can do to a database between the published snapshot and the run.
#include "snapshot_flow.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;

class PostgresqlDrift : public SnapshotFlow {
 protected:
  PostgresqlDrift() : SnapshotFlow(Engine::postgresql) {}
};

TEST_F(PostgresqlDrift, WhatCannotBeReadFailsNothing) {
  m_world.sql("CREATE TABLE loading (id int); CREATE VIEW loaded AS SELECT id FROM loading;");
  ask_for_snapshots();
  publish();
  m_world.propose("LOCK-1", "UPDATE orders SET status = 'LOCK-1' WHERE id = 1;");
  const auto lock = m_world.hold("LOCK TABLE loading IN ACCESS EXCLUSIVE MODE");
  const ProcessResult waited = m_world.run_request("LOCK-1");
  EXPECT_EQ(waited.status, 4) << waited.output << waited.errors;
  EXPECT_THAT(waited.output, HasSubstr("DBW-E0719"));
  EXPECT_THAT(log_of("result"), HasSubstr("not_started"));
  m_world.end_session(m_world.holder());
  lock->wait();
  EXPECT_EQ(m_world.run_due().status, 0) << "nothing failed: no person is asked";
  EXPECT_EQ(changed("LOCK-1"), "1");
}

TEST_F(PostgresqlDrift, CascadeReachesWhatNobodyReviewed) {
  m_world.sql(
      "CREATE VIEW c0 AS SELECT id FROM orders; ALTER VIEW c0 OWNER TO shop_change; CREATE VIEW c1 AS SELECT id FROM "
      "c0; ALTER VIEW c1 OWNER TO shop_change;");
  ask_for_snapshots();
  publish();
  m_world.propose("CASC-1", "DROP VIEW c0 CASCADE;");
  m_world.sql("CREATE VIEW c2 AS SELECT id FROM c1;");
  const ProcessResult result = m_world.run_request("CASC-1");
  EXPECT_THAT(result.output, HasSubstr("view public.c2: was not there"));
  EXPECT_EQ(m_world.sql("SELECT count(*) FROM c2"), m_world.sql("SELECT count(*) FROM orders"));
}

TEST_F(PostgresqlDrift, ATableThatWouldBeFoundFirstIsFound) {
  m_world.sql(
      "CREATE SCHEMA app; CREATE TABLE app.parts (id int PRIMARY KEY, name text); GRANT USAGE ON SCHEMA app TO "
      "shop_change;");
  ask_for_snapshots();
  publish();
  m_world.propose("SHADOW-1", "UPDATE app.parts SET name = 'n' WHERE id = 2;");
  m_world.sql("CREATE TABLE public.parts (id int);");
  const ProcessResult result = m_world.run_request("SHADOW-1");
  EXPECT_THAT(result.output, HasSubstr("table public.parts: was not there"));
}

TEST_F(PostgresqlDrift, StopsCallsAndBlocksWhereverItIs) {
  m_world.sql("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';");
  ask_for_snapshots();
  publish();
  m_world.propose("BLOCK-1", "DO $$ BEGIN UPDATE orders SET status = 'BLOCK-1' WHERE id = 1; END $$;");
  m_world.sql("ALTER FUNCTION f() SECURITY DEFINER;");
  const ProcessResult result = m_world.run_request("BLOCK-1");
  EXPECT_THAT(result.output, HasSubstr("function public.f(): rights: was its caller's, is its definer's"));
  EXPECT_EQ(changed("BLOCK-1"), "0");
  publish();
  EXPECT_EQ(m_world.run_request("BLOCK-1").status, 0);
}

TEST_F(PostgresqlDrift, BehindABlockNothingIsComparedAndTheRunSaysSo) {
  ask_for_snapshots();
  publish();
  propose_steps(
      m_world, "BLOCK-1",
      {"DO $$ BEGIN ALTER TABLE orders ADD COLUMN more integer; END $$;", "UPDATE orders SET more = 1 WHERE id = 1;"});
  const ProcessResult result = m_world.run_request("BLOCK-1");
  EXPECT_EQ(result.status, 0) << result.output << result.errors;
  EXPECT_THAT(result.errors, HasSubstr("step s2: the schema is not compared with its snapshot"));
}

TEST_F(PostgresqlDrift, BehindABlockOfAnEarlierRunAPersonLooksFirst) {
  ask_for_snapshots();
  publish();
  propose_steps(m_world, "BLOCK-1",
                {"DO $$ BEGIN ALTER TABLE orders ADD COLUMN more integer; END $$;",
                 "UPDATE orders SET more = 1 WHERE id = (SELECT id FROM late);"});
  EXPECT_EQ(m_world.run_request("BLOCK-1").status, 5);
  m_world.sql("CREATE TABLE late AS SELECT 1 AS id; GRANT SELECT ON late TO shop_change;");
  const ProcessResult refused = m_world.run_request("BLOCK-1", {"--retry"});
  EXPECT_EQ(refused.status, 1) << refused.output << refused.errors;
  EXPECT_THAT(refused.output, HasSubstr("may have changed anything"));
  EXPECT_EQ(m_world.sql("SELECT count(more) FROM orders"), "0");
  publish();
  const ProcessResult later = m_world.run_request("BLOCK-1", {"--retry"});
  EXPECT_EQ(later.status, 0) << later.output << later.errors;
  EXPECT_EQ(m_world.sql("SELECT count(more) FROM orders"), "1");
}

TEST_F(PostgresqlDrift, IsComparedBeforeConcurrently) {
  ask_for_snapshots();
  publish();
  m_world.propose("CONC-1", "CREATE INDEX CONCURRENTLY by_status ON orders (status);", "staging",
                  {"--transaction", "none"});
  m_world.sql("ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'x';");
  EXPECT_THAT(m_world.run_request("CONC-1").output, HasSubstr("column status: was text, is text default 'x'::text"));
  publish();
  EXPECT_EQ(m_world.run_request("CONC-1").status, 0);
}

}  // namespace
}  // namespace dbw::test
