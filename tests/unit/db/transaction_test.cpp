// The guarded transaction against SQL that tries to leave it.
#include "db/transaction.hpp"
#include "database.hpp"

namespace dbw::db::test {
namespace {

class GuardedOfEach : public testing::TestWithParam<Engine> {
 protected:
  GuardedOfEach() {
    Ledger(*m_guard).claim(example_claim());
    m_change->execute("CREATE TABLE t (id integer PRIMARY KEY)");
  }
  GuardedTransaction::Plan plan() const { return {std::string(k_target), "run1"}; }
  std::string count() { return m_guard_of_data->own_value("SELECT count(*) FROM t").value(); }
  ClaimState state() { return Ledger(*m_guard).row("run1").value().state; }

  TestDatabase m_database{GetParam()};
  std::unique_ptr<Session> m_guard = m_database.guard();
  std::unique_ptr<Session> m_change = m_database.change();
  std::unique_ptr<Session> m_guard_of_data = m_database.change();
};
INSTANTIATE_TEST_SUITE_P(Engines, GuardedOfEach, k_engines, name_of_engine);

TEST_P(GuardedOfEach, CommitsSqlAndLedgerTogether) {
  GuardedTransaction transaction(*m_change, plan());
  EXPECT_EQ(transaction.execute("INSERT INTO t VALUES (1), (2)").rows_affected, 2);
  transaction.settle();
  KeepingSink sink;
  transaction.execute_guard("SELECT count(*) FROM t", sink);
  EXPECT_EQ(sink.rows.at(0).at(0), "2");
  transaction.finish("secret", R"({"rows":2})");
  EXPECT_EQ(state(), ClaimState::claimed);
  transaction.commit();
  EXPECT_EQ(count(), "2");
  const LedgerRow row = Ledger(*m_guard).row("run1").value();
  EXPECT_EQ(row.state, ClaimState::done);
  EXPECT_EQ(row.summary, R"({"rows":2})");
  EXPECT_TRUE(row.ended_at.has_value());
  EXPECT_EQ(row.transaction_id.empty(), GetParam() != Engine::postgresql);
}

TEST_P(GuardedOfEach, DryRunKeepsNothing) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("INSERT INTO t VALUES (1)");
  transaction.settle();
  transaction.roll_back();
  EXPECT_EQ(count(), "0");
  EXPECT_EQ(state(), ClaimState::claimed);
}

TEST_P(GuardedOfEach, FailureAndDestructionRollBack) {
  {
    GuardedTransaction transaction(*m_change, plan());
    transaction.execute("INSERT INTO t VALUES (1)");
    EXPECT_EQ(code_of([&] { transaction.execute("INSERT INTO t VALUES (1)"); }), ErrorCode::db_statement_failed);
  }
  EXPECT_EQ(count(), "0");
  EXPECT_EQ(m_change->transaction_state(), TransactionState::none);
}

TEST_P(GuardedOfEach, RefusesOtherTargetAndClosedClaim) {
  EXPECT_EQ(code_of([&] {
              GuardedTransaction(*m_change, {"ffffffffffffffffffffffffffffffff", "run1"});
            }),
            ErrorCode::db_wrong_target);
  EXPECT_EQ(code_of([&] {
              GuardedTransaction(*m_change, {std::string(k_target), "run2"});
            }),
            ErrorCode::db_claim_state);
  Ledger(*m_guard).release("run1", k_now);
  EXPECT_EQ(code_of([&] { GuardedTransaction(*m_change, plan()); }), ErrorCode::db_claim_state);
  EXPECT_EQ(m_change->transaction_state(), TransactionState::none);
}

TEST_P(GuardedOfEach, HoldsTheTargetLock) {
  EXPECT_FALSE(Ledger(*m_guard).lock_held());
  SessionOptions impatient;
  impatient.lock_timeout = Milliseconds(50);  // MariaDB makes a second of it
  const auto second = m_database.change(impatient);
  const auto quick_guard = m_database.guard(impatient);
  GuardedTransaction transaction(*m_change, plan());
  EXPECT_TRUE(Ledger(*quick_guard).lock_held());
  EXPECT_EQ(code_of([&] { GuardedTransaction(*second, plan()); }), ErrorCode::db_busy);
  EXPECT_EQ(code_of([&] { TargetLock(*quick_guard, k_target, true); }), ErrorCode::db_busy);
  EXPECT_EQ(code_of([&] { TargetLock(*quick_guard, k_target, false); }), ErrorCode::db_busy);
  transaction.roll_back();
  EXPECT_FALSE(Ledger(*quick_guard).lock_held());
  TargetLock lock(*quick_guard, k_target, false);
  EXPECT_TRUE(Ledger(*m_database.guard(impatient)).lock_held());
  lock.release();
  EXPECT_FALSE(Ledger(*m_database.guard(impatient)).lock_held());
}

class GuardedPostgresql : public testing::Test {
 protected:
  GuardedPostgresql() {
    Ledger(*m_guard).claim(example_claim());
    m_change->execute("CREATE TABLE t (id integer PRIMARY KEY)");
  }
  GuardedTransaction::Plan plan() const { return {std::string(k_target), "run1"}; }
  std::string count() { return m_database.change()->own_value("SELECT count(*) FROM t").value(); }

  TestDatabase m_database{Engine::postgresql};
  std::unique_ptr<Session> m_guard = m_database.guard();
  std::unique_ptr<Session> m_change = m_database.change();
};

TEST_F(GuardedPostgresql, NamesSqlThatLeftTheTransaction) {
  for (const std::string_view sql :
       {"COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "ROLLBACK AND CHAIN", "PREPARE TRANSACTION 'x'"}) {
    const auto session = m_database.change();
    GuardedTransaction transaction(*session, plan());
    EXPECT_EQ(code_of([&] {
                transaction.execute(sql);
                transaction.settle();
                transaction.finish("secret", "{}");
              }),
              sql.starts_with("PREPARE") ? ErrorCode::db_statement_failed : ErrorCode::db_left_transaction)
        << sql;
  }
}

TEST_F(GuardedPostgresql, DryRunNamesSqlThatLeftTheTransaction) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("INSERT INTO t VALUES (1)");
  transaction.execute("COMMIT AND CHAIN");
  EXPECT_EQ(code_of([&] { transaction.roll_back(); }), ErrorCode::db_left_transaction);
  EXPECT_EQ(count(), "1");
}

TEST_F(GuardedPostgresql, ProceduresCannotCommitInside) {
  m_change->execute(
      "CREATE PROCEDURE leave() LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.t VALUES (1); COMMIT; END'");
  {
    GuardedTransaction transaction(*m_change, plan());
    EXPECT_EQ(code_of([&] { transaction.execute("CALL leave()"); }), ErrorCode::db_statement_failed);
  }
  {
    GuardedTransaction transaction(*m_change, plan());
    EXPECT_EQ(code_of([&] { transaction.execute("DO 'BEGIN ROLLBACK; END'"); }), ErrorCode::db_statement_failed);
  }
  EXPECT_EQ(count(), "0");
}

TEST_F(GuardedPostgresql, DeferredConstraintsActBeforeTheGuards) {
  m_change->execute("CREATE TABLE child (id integer REFERENCES t DEFERRABLE INITIALLY DEFERRED)");
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("INSERT INTO child VALUES (5)");
  EXPECT_EQ(code_of([&] { transaction.settle(); }), ErrorCode::db_statement_failed);
}

TEST_F(GuardedPostgresql, DeferredTriggersAreCounted) {
  m_change->execute("CREATE TABLE log (id integer)");
  m_change->execute(
      "CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.log VALUES (1); RETURN "
      "NULL; END'");
  m_change->execute(
      "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION "
      "more()");
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("INSERT INTO t VALUES (1)");
  transaction.settle();
  KeepingSink sink;
  transaction.execute_guard("SELECT count(*) FROM log", sink);
  EXPECT_EQ(sink.rows.at(0).at(0), "1");
}

TEST_F(GuardedPostgresql, RoleChangesAreRefused) {
  dbw::test::PostgresServer::shared().create_role("dbw_other", "NOLOGIN");
  dbw::test::PostgresServer::shared().psql(m_database.name(), "GRANT dbw_other TO dbw_change");
  for (const std::string_view sql : {"SET ROLE dbw_other", "SET LOCAL ROLE dbw_other",
                                     "SELECT set_config('role', 'dbw_other', false)", "SET backslash_quote = on"}) {
    const auto session = m_database.change();
    GuardedTransaction transaction(*session, plan());
    transaction.execute(sql);
    EXPECT_EQ(code_of([&] { transaction.settle(); }), ErrorCode::db_session_changed) << sql;
  }
  for (const std::string_view sql : {"SET standard_conforming_strings = off", "SET client_encoding = 'LATIN1'"}) {
    const auto session = m_database.change();
    GuardedTransaction transaction(*session, plan());
    EXPECT_EQ(code_of([&] { transaction.execute(sql); }), ErrorCode::db_session_changed) << sql;
  }
}

TEST_F(GuardedPostgresql, OtherSettingsAreRestored) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("SET search_path = pg_temp, public");
  transaction.execute("SET LOCAL synchronous_commit = off");
  transaction.execute("SELECT set_config('statement_timeout', '0', false)");
  transaction.settle();
  EXPECT_EQ(m_change->own_value("SHOW search_path"), "public, pg_temp");
  EXPECT_EQ(m_change->own_value("SHOW synchronous_commit"), "on");
  EXPECT_EQ(m_change->own_value("SHOW statement_timeout"), "1min");
}

TEST_F(GuardedPostgresql, ShadowsDoNotDeceive) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("CREATE TEMP TABLE ledger (run text, state text)");
  transaction.execute("CREATE TEMP TABLE target (one integer, target_id text)");
  transaction.execute("CREATE FUNCTION public.finish(text, bytea, text) RETURNS void LANGUAGE sql AS ''");
  transaction.execute("CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT ''x''::bytea'");
  transaction.execute("CREATE FUNCTION public.always(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'");
  transaction.execute("CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.always)");
  transaction.execute("SET search_path = pg_temp, public, pg_catalog");
  transaction.settle();
  EXPECT_EQ(code_of([&] { transaction.finish("wrong", "{}"); }), ErrorCode::db_claim_state);
}

TEST_F(GuardedPostgresql, ShadowedFinishStillReachesTheLedger) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("CREATE TEMP TABLE ledger (run text, state text)");
  transaction.settle();
  transaction.finish("secret", "{}");
  transaction.commit();
  EXPECT_EQ(Ledger(*m_guard).row("run1")->state, ClaimState::done);
}

TEST_F(GuardedPostgresql, RequestSqlCannotForgeTheLedger) {
  for (const std::string_view sql :
       {"DELETE FROM dbw.ledger", "UPDATE dbw.ledger SET state = 'done'", "TRUNCATE dbw.ledger",
        "DROP TABLE dbw.ledger", "INSERT INTO dbw.ledger (run) VALUES ('x')", "UPDATE dbw.target SET target_id = ''",
        "SELECT secret_sha256 FROM dbw.ledger", "DROP SCHEMA dbw CASCADE",
        "ALTER FUNCTION dbw.finish(text, bytea, text) RESET ALL", "CREATE TABLE dbw.x (y integer)",
        "CREATE TRIGGER x AFTER UPDATE ON dbw.ledger EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "SET ROLE dbw_guard", "SELECT dbw.finish('run1', '\\x00', '{}')"}) {
    const auto session = m_database.change();
    GuardedTransaction transaction(*session, plan());
    try {
      transaction.execute(sql);
      ADD_FAILURE() << sql;
    } catch (const DatabaseError& error) {
      EXPECT_EQ(error.code(), ErrorCode::db_statement_failed) << sql;
      EXPECT_EQ(error.sqlstate(), sql.starts_with("SELECT dbw.finish") ? "DB001" : "42501") << sql;
    }
  }
  EXPECT_EQ(Ledger(*m_guard).row("run1")->state, ClaimState::claimed);
}

TEST_F(GuardedPostgresql, TransactionLockCannotBeUnlocked) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("SELECT pg_advisory_unlock_all()");
  EXPECT_TRUE(Ledger(*m_guard).lock_held());
}

TEST_F(GuardedPostgresql, ReleasedClaimStopsALateCommit) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("INSERT INTO t VALUES (1)");
  transaction.settle();
  Ledger(*m_guard).release("run1", k_now);
  EXPECT_EQ(code_of([&] { transaction.finish("secret", "{}"); }), ErrorCode::db_claim_state);
  EXPECT_EQ(code_of([&] { m_change->commit(); }), ErrorCode::db_commit_failed);
  EXPECT_EQ(count(), "0");
}

TEST_F(GuardedPostgresql, QueryThatWritesIsNamed) {
  m_change->execute("CREATE FUNCTION sly() RETURNS bigint LANGUAGE sql AS 'SELECT pg_current_xact_id()::text::bigint'");
  SessionOptions options;
  options.read_only = true;
  const auto session = m_database.change(options);
  ReadTransaction transaction(*session);
  KeepingSink sink;
  transaction.query("SELECT sly()", sink);
  EXPECT_EQ(code_of([&] { transaction.end(); }), ErrorCode::db_read_only_violated);
}

}  // namespace
}  // namespace dbw::db::test
