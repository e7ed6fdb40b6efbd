// What MariaDB alone needs: settings, kinds of values, what leaves a transaction, accounts.
#include <thread>

#include "database.hpp"
#include "db/transaction.hpp"

namespace dbw::db::test {
namespace {

using dbw::test::MariadbServer;

class MariadbTest : public testing::Test {
 protected:
  /// The rights of the change account on the test's own database, beside those that setup grants.
  void grant(std::string_view rights) {
    MariadbServer::shared().sql(m_database.name(), fmt::format("GRANT {} ON `{}`.* TO dbw_change", rights,
                                                               "test\\_" + m_database.name().substr(5)));
  }
  void as_administrator(std::string_view script) { MariadbServer::shared().sql(m_database.name(), script); }

  TestDatabase m_database{Engine::mariadb};
};

TEST_F(MariadbTest, FixesItsSettings) {
  SessionOptions options;
  options.lock_timeout = Milliseconds(2500);
  options.statement_timeout = Milliseconds(1500);
  options.idle_in_transaction_timeout = Milliseconds(7000);
  const auto session = m_database.change(options);
  const std::pair<std::string_view, std::string_view> expected[] = {{"@@autocommit", "1"},
                                                                    {"@@character_set_client", "utf8mb4"},
                                                                    {"@@character_set_results", "utf8mb4"},
                                                                    {"@@time_zone", "+00:00"},
                                                                    {"@@tx_isolation", "READ-COMMITTED"},
                                                                    {"@@tx_read_only", "0"},
                                                                    {"@@lock_wait_timeout", "3"},
                                                                    {"@@innodb_lock_wait_timeout", "3"},
                                                                    {"@@max_statement_time", "1.500000"},
                                                                    {"@@idle_transaction_timeout", "7"},
                                                                    {"@@completion_type", "NO_CHAIN"}};
  for (const auto& [name, value] : expected) {
    EXPECT_EQ(session->own_value("SELECT " + std::string(name)), value) << name;
  }
  const std::string modes = session->own_value("SELECT @@sql_mode").value();
  EXPECT_NE(modes.find("STRICT_ALL_TABLES"), std::string::npos);
  for (const std::string_view mode :
       {"ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "PIPES_AS_CONCAT", "IGNORE_SPACE", "ORACLE"})
    EXPECT_EQ(modes.find(mode), std::string::npos) << mode;
  session->execute("CREATE TABLE t (v tinyint)");
  EXPECT_EQ(code_of([&] { session->execute("INSERT INTO t VALUES (1000)"); }), ErrorCode::db_statement_failed);
}

TEST_F(MariadbTest, ChangesOfWhatSqlMeansAreFound) {
  for (const std::string_view sql :
       {"SET sql_mode = 'ANSI_QUOTES'", "SET sql_mode = ''", "SET NAMES latin1", "SET character_set_client = latin1",
        "SET character_set_results = latin1", "SET collation_connection = utf8mb4_bin", "SET time_zone = '+02:00'",
        "SET autocommit = 0", "SET SESSION TRANSACTION READ ONLY", "SET SESSION tx_isolation = 'SERIALIZABLE'",
        "USE information_schema", "SET sql_auto_is_null = 1"}) {
    const auto session = m_database.change();
    session->verify_settings();
    session->execute(sql);
    EXPECT_EQ(code_of([&] { session->verify_settings(); }), ErrorCode::db_session_changed) << sql;
  }
}

TEST_F(MariadbTest, OtherSettingsAreRestored) {
  const auto session = m_database.change();
  session->begin(false);
  session->execute(
      "SET lock_wait_timeout = 1000, innodb_lock_wait_timeout = 1000, max_statement_time = 0, foreign_key_checks = 0,"
      " unique_checks = 0, completion_type = 'CHAIN', sql_select_limit = 1, timestamp = 1");
  session->verify_settings();
  session->restore_settings();
  EXPECT_EQ(session->transaction_state(), TransactionState::open);
  EXPECT_EQ(session->own_value("SELECT CONCAT_WS('|', @@lock_wait_timeout, @@innodb_lock_wait_timeout,"
                               " @@foreign_key_checks, @@unique_checks, @@completion_type)"),
            "5|5|ON|ON|NO_CHAIN");
  EXPECT_EQ(session->own_value("SELECT @@max_statement_time"), "60.000000");
  EXPECT_EQ(session->own_value("SELECT UNIX_TIMESTAMP() > 1000000"), "1");
}

TEST_F(MariadbTest, GivesExactTextAndTypes) {
  const auto session = m_database.change();
  session->execute(
      "CREATE TABLE t (a bigint unsigned, b decimal(30,10), c varchar(10), d varbinary(10), e blob, f text, g bit(9),"
      " h datetime(6), i json, j enum('x','y'), k set('x','y'), l double, m uuid, n binary(2), o date, p year, q int)");
  session->execute(
      "INSERT INTO t VALUES (18446744073709551615, 1.5, 'a\\tb', X'00ff', X'', 'text', b'100000001',"
      " '2026-01-02 03:04:05.000006', '{\"a\": 1}', 'y', 'x,y', 0.1, '00000000-0000-0000-0000-00000000000a', 'ab',"
      " '2026-01-02', 2026, NULL)");
  KeepingSink sink;
  session->query("SELECT * FROM t", sink);
  EXPECT_EQ(sink.rows.at(0),
            (OwnedRow{"18446744073709551615", "1.5000000000", "a\tb", "\\x00ff", "\\x", "text", "\\x0101",
                      "2026-01-02 03:04:05.000006", "{\"a\": 1}", "y", "x,y", "0.1",
                      "00000000-0000-0000-0000-00000000000a", "\\x6162", "2026-01-02", "2026", std::nullopt}));
  std::vector<std::string> types;
  for (const Column& column : sink.header) types.push_back(column.type_name);
  EXPECT_EQ(types, (std::vector<std::string>{"bigint unsigned", "decimal", "varchar", "varbinary", "blob", "text",
                                             "bit", "datetime", "json", "enum", "set", "double", "uuid", "binary",
                                             "date", "year", "int"}));
}

TEST_F(MariadbTest, ParametersAreTexts) {
  const auto session = m_database.change();
  const std::string nasty = "it's \\ \"x\" $1 \xc3\xa9";
  EXPECT_EQ(session->own_value("SELECT $2", {"unused", nasty}), nasty);
  EXPECT_EQ(session->own_value("SELECT $1", {std::nullopt}), std::nullopt);
  EXPECT_EQ(session->own_value("SELECT LENGTH($1)", {std::string("a\0b", 3)}), "3");
  EXPECT_EQ(code_of([&] { session->own("SELECT $3", {"a"}); }), ErrorCode::internal_bug);
}

TEST_F(MariadbTest, LocalFilesStayHere) {
  const auto session = m_database.change();
  session->execute("CREATE TABLE t (v text)");
  const std::filesystem::path file = m_database.folder() / "secret";
  write_file_atomic(file, "secret\n", 0644);
  EXPECT_EQ(session->own_value("SELECT @@GLOBAL.local_infile"), "1") << "the server would take it";
  EXPECT_EQ(code_of([&] { session->execute(fmt::format("LOAD DATA LOCAL INFILE '{}' INTO TABLE t", file.string())); }),
            ErrorCode::db_statement_failed);
  EXPECT_EQ(session->own_value("SELECT count(*) FROM t"), "0");
}

TEST_F(MariadbTest, DeadlineKillsWhatTheServerDoesNotStop) {
  SessionOptions options;
  options.statement_timeout = Milliseconds(200);
  options.client_grace = Milliseconds(2000);
  const auto session = m_database.change(options);
  session->execute("SET max_statement_time = 0");
  EXPECT_EQ(code_of([&] {
              session->execute("SELECT count(*) FROM seq_1_to_1000000 a, seq_1_to_1000000 b WHERE a.seq + b.seq < 0");
            }),
            ErrorCode::db_timeout);
  EXPECT_EQ(session->own_value("SELECT 7"), "7");
}

TEST_F(MariadbTest, LateCancelHitsNothing) {
  const auto session = m_database.change();
  session->begin(false);
  for (int i = 0; i < 50; ++i) {
    session->cancel();
    std::thread canceller([&] { session->cancel(); });
    try {
      session->execute("SELECT 1");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::db_cancelled);
    }
    canceller.join();
    session->rollback();
    session->begin(false);
  }
  session->rollback();
  EXPECT_EQ(session->own_value("SELECT 7"), "7");
}

TEST_F(MariadbTest, ReadSessionRefusesWhatItsAccountMay) {
  SessionOptions options;
  options.read_only = true;
  m_database.change()->execute("CREATE TABLE t (v text)");
  for (const std::string_view sql : {"CREATE TABLE u (v text)", "INSERT INTO t VALUES ('x')", "DROP TABLE t",
                                     "ALTER TABLE t ADD COLUMN w text", "TRUNCATE TABLE t"}) {
    const auto session = m_database.change(options);
    ReadTransaction transaction(*session);
    KeepingSink sink;
    EXPECT_EQ(code_of([&] { transaction.query(sql, sink); }), ErrorCode::db_statement_failed) << sql;
    transaction.end();
  }
  EXPECT_EQ(m_database.change()->own_value("SELECT count(*) FROM t"), "0");
}

class GuardedMariadb : public MariadbTest {
 protected:
  GuardedMariadb() {
    Ledger(*m_guard).claim(example_claim());
    m_change->execute("CREATE TABLE t (id integer PRIMARY KEY)");
  }
  GuardedTransaction::Plan plan() const { return {std::string(k_target), "run1"}; }
  std::string count() { return m_database.change()->own_value("SELECT count(*) FROM t").value(); }
  ClaimState state() { return Ledger(*m_guard).row("run1").value().state; }

  std::unique_ptr<Session> m_guard = m_database.guard();
  std::unique_ptr<Session> m_change = m_database.change();
};

TEST_F(GuardedMariadb, NamesSqlThatLeftTheTransaction) {
  grant("CREATE VIEW");
  for (const std::string_view sql :
       {"COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "ROLLBACK AND CHAIN", "START TRANSACTION", "BEGIN",
        "CREATE TABLE u1 (id integer)", "ALTER TABLE t ADD COLUMN v text", "TRUNCATE TABLE t", "DROP TABLE u1",
        "CREATE OR REPLACE VIEW w AS SELECT 1", "ANALYZE TABLE t"}) {
    const auto session = m_database.change();
    GuardedTransaction transaction(*session, plan());
    EXPECT_EQ(code_of([&] {
                transaction.execute(sql);
                transaction.settle();
                transaction.finish("secret", "{}");
              }),
              ErrorCode::db_left_transaction)
        << sql;
    EXPECT_EQ(state(), ClaimState::claimed) << sql;
  }
}

TEST_F(GuardedMariadb, FailureAfterAnImplicitCommitIsNotCalledHarmless) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("INSERT INTO t VALUES (1)");
  EXPECT_EQ(code_of([&] { transaction.execute("CREATE TABLE t (id integer)"); }), ErrorCode::db_left_transaction);
  EXPECT_EQ(count(), "1");
}

TEST_F(GuardedMariadb, ProceduresThatCommitAreFound) {
  grant("EXECUTE");
  as_administrator(
      "DELIMITER //\n"
      "CREATE PROCEDURE leave_it() BEGIN INSERT INTO t VALUES (1); COMMIT; START TRANSACTION; END//\n"
      "CREATE PROCEDURE leave_and_fail() BEGIN INSERT INTO t VALUES (2); COMMIT; SIGNAL SQLSTATE '45000'; END//\n");
  {
    GuardedTransaction transaction(*m_change, plan());
    transaction.execute("CALL leave_it()");
    transaction.settle();
    EXPECT_EQ(code_of([&] { transaction.finish("secret", "{}"); }), ErrorCode::db_left_transaction);
  }
  const auto session = m_database.change();
  GuardedTransaction transaction(*session, plan());
  EXPECT_EQ(code_of([&] { transaction.execute("CALL leave_and_fail()"); }), ErrorCode::db_left_transaction);
}

TEST_F(GuardedMariadb, DeadlockRollsBackAndIsAPlainFailure) {
  m_change->execute("INSERT INTO t VALUES (1), (2)");
  const auto other = m_database.change();
  other->begin(false);
  other->execute("UPDATE t SET id = 10 WHERE id = 1");
  other->execute("INSERT INTO t VALUES (3), (4), (5)");
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("UPDATE t SET id = 20 WHERE id = 2");
  std::thread waiting([&] {
    try {
      other->execute("UPDATE t SET id = 30 WHERE id = 2");
    } catch (const Error&) {
      // One of the two is chosen.
    }
  });
  ErrorCode code = ErrorCode::internal_bug;
  try {
    transaction.execute("UPDATE t SET id = 40 WHERE id = 1");
  } catch (const Error& error) {
    code = error.code();
  }
  waiting.join();
  EXPECT_TRUE(code == ErrorCode::db_statement_failed || code == ErrorCode::db_lock_timeout) << error_info(code).name;
  EXPECT_EQ(m_change->transaction_state(), TransactionState::failed);
}

TEST_F(GuardedMariadb, TablesThatCannotRollBackAreRefused) {
  m_change->execute("CREATE TABLE old (v text) ENGINE = MyISAM");
  EXPECT_EQ(code_of([&] { GuardedTransaction(*m_change, plan()); }), ErrorCode::db_not_transactional);
  m_change->execute("DROP TABLE old");
  GuardedTransaction(*m_change, plan()).roll_back();
}

TEST_F(GuardedMariadb, TemporaryTablesDoNotCommit) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("INSERT INTO t VALUES (1)");
  transaction.execute("CREATE TEMPORARY TABLE ids (id integer) ENGINE = InnoDB");
  transaction.execute("INSERT INTO ids VALUES (1)");
  transaction.execute("DROP TEMPORARY TABLE ids");
  transaction.settle();
  transaction.finish("secret", "{}");
  transaction.commit();
  EXPECT_EQ(count(), "1");
  EXPECT_EQ(state(), ClaimState::done);
}

TEST_F(GuardedMariadb, RequestSqlCannotForgeTheLedger) {
  const std::string ledger = "dbw_" + m_database.name();
  for (const std::string& sql : std::vector<std::string>{
           "DELETE FROM {}.ledger", "UPDATE {}.ledger SET state = 'done'", "TRUNCATE {}.ledger", "DROP TABLE {}.ledger",
           "INSERT INTO {}.ledger (run) VALUES ('x')", "UPDATE {}.target SET target_id = ''",
           "SELECT secret_sha256 FROM {}.ledger", "DROP DATABASE {}", "UPDATE {}.claim SET state = 'done'",
           "DROP PROCEDURE {}.finish", "CREATE TABLE {}.x (y integer)", "SELECT * FROM {}.mutex FOR UPDATE",
           "DELETE FROM {}.mutex", "SET ROLE dbw_guard", "CALL {}.finish('run1', '00', '{{}}')",
           "CREATE DEFINER = dbw_guard PROCEDURE p() UPDATE {}.ledger SET state = 'done'"}) {
    const auto session = m_database.change();
    EXPECT_EQ(code_of([&] { session->execute(fmt::format(fmt::runtime(sql), ledger)); }),
              ErrorCode::db_statement_failed)
        << sql;
  }
  EXPECT_EQ(state(), ClaimState::claimed);
}

TEST_F(GuardedMariadb, TransactionLockCannotBeUnlocked) {
  SessionOptions impatient;
  impatient.lock_timeout = Milliseconds(50);
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("DO RELEASE_ALL_LOCKS()");
  EXPECT_TRUE(Ledger(*m_guard).lock_held());
  EXPECT_EQ(code_of([&] { TargetLock(*m_database.guard(impatient), k_target, true); }), ErrorCode::db_busy);
  EXPECT_EQ(code_of([&] { TargetLock(*m_database.guard(impatient), k_target, false); }), ErrorCode::db_busy);
}

TEST_F(GuardedMariadb, LockEndsWithItsConnection) {
  {
    const auto session = m_database.change();
    GuardedTransaction transaction(*session, plan());
    as_administrator("KILL " + session->own_value("SELECT CONNECTION_ID()").value());
    EXPECT_EQ(code_of([&] { transaction.execute("INSERT INTO t VALUES (1)"); }), ErrorCode::db_connection_lost);
    EXPECT_EQ(session->transaction_state(), TransactionState::lost);
  }
  TargetLock lock(*m_guard, k_target, true);
  EXPECT_EQ(count(), "0");
}

TEST_F(GuardedMariadb, LossOutsideATransactionIsUnknown) {
  const auto session = m_database.change();
  as_administrator("KILL " + session->own_value("SELECT CONNECTION_ID()").value());
  EXPECT_EQ(code_of([&] { session->execute("INSERT INTO t VALUES (1)"); }), ErrorCode::db_statement_unknown);
  EXPECT_EQ(code_of([&] { session->execute("SELECT 1"); }), ErrorCode::db_connection_lost);
}

TEST_F(GuardedMariadb, ReleasedClaimStopsALateCommit) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute("INSERT INTO t VALUES (1)");
  transaction.settle();
  Ledger(*m_guard).release("run1", k_now);
  EXPECT_EQ(code_of([&] { transaction.finish("secret", "{}"); }), ErrorCode::db_claim_state);
  EXPECT_EQ(code_of([&] { m_change->commit(); }), ErrorCode::db_commit_failed);
  EXPECT_EQ(count(), "0");
}

TEST_F(GuardedMariadb, WrongSecretDoesNotFinish) {
  GuardedTransaction transaction(*m_change, plan());
  transaction.settle();
  EXPECT_EQ(code_of([&] { transaction.finish("wrong", "{}"); }), ErrorCode::db_claim_state);
}

}  // namespace
}  // namespace dbw::db::test
