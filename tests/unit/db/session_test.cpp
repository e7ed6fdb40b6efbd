// What both engines promise.
#include <thread>

#include <sys/resource.h>

#include "database.hpp"
#include "db/transaction.hpp"

namespace dbw::db::test {
namespace {

class SessionOfBoth : public testing::TestWithParam<Engine> {
 protected:
  TestDatabase m_database{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Engines, SessionOfBoth, testing::Values(Engine::postgresql, Engine::sqlite),
                         [](const auto& given) { return std::string(engine_name(given.param)); });

TEST_P(SessionOfBoth, CountsRowsOfChangesOnly) {
  const auto session = m_database.change();
  EXPECT_EQ(session->execute("CREATE TABLE t (id integer PRIMARY KEY, v text)").rows_affected, 0);
  EXPECT_EQ(session->execute("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')").rows_affected, 3);
  EXPECT_EQ(session->execute("UPDATE t SET v = 'x' WHERE id > 1").rows_affected, 2);
  EXPECT_EQ(session->execute("WITH old AS (SELECT 3 AS id) UPDATE t SET v = 'y' WHERE id IN (SELECT id FROM old)")
                .rows_affected,
            1);
  EXPECT_EQ(session->execute("UPDATE t SET v = 'x' WHERE id = 99").rows_affected, 0);
  EXPECT_EQ(session->execute("SELECT * FROM t").rows_affected, 0);
  EXPECT_EQ(session->execute("INSERT INTO t VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET v = 'z'").rows_affected, 1);
  EXPECT_EQ(session->execute("CREATE TABLE u AS SELECT * FROM t").rows_affected, 0);
  EXPECT_EQ(session->execute("EXPLAIN DELETE FROM t").rows_affected, 0);
  EXPECT_EQ(session->execute("DELETE FROM t RETURNING id").rows_affected, 3);
}

TEST_P(SessionOfBoth, StreamsNullEmptyAndRepeatedNames) {
  const auto session = m_database.change();
  KeepingSink sink;
  const StatementResult result = session->query("SELECT 1 AS a, NULL AS a, '' AS a", sink);
  EXPECT_EQ(result.rows_returned, 1);
  ASSERT_EQ(sink.header.size(), 3U);
  EXPECT_EQ(sink.header[1].name, "a");
  EXPECT_EQ(sink.header[2].name, "a");
  ASSERT_EQ(sink.rows.size(), 1U);
  EXPECT_EQ(sink.rows[0], (OwnedRow{"1", std::nullopt, ""}));
}

TEST_P(SessionOfBoth, GivesColumnsOfAnEmptyResult) {
  const auto session = m_database.change();
  KeepingSink sink;
  session->query("SELECT 1 AS one WHERE 1 = 0", sink);
  EXPECT_EQ(sink.header.size(), 1U);
  EXPECT_TRUE(sink.rows.empty());
}

TEST_P(SessionOfBoth, RefusesTwoStatementsAndRunsNeither) {
  const auto session = m_database.change();
  EXPECT_EQ(code_of([&] { session->execute("CREATE TABLE one (x integer); CREATE TABLE two (x integer)"); }),
            GetParam() == Engine::sqlite ? ErrorCode::db_not_one_statement : ErrorCode::db_statement_failed);
  EXPECT_EQ(code_of([&] { session->execute("SELECT * FROM one"); }), ErrorCode::db_statement_failed);
  EXPECT_EQ(code_of([&] { session->execute("SELECT * FROM two"); }), ErrorCode::db_statement_failed);
}

TEST_P(SessionOfBoth, RefusesNoStatementAndNul) {
  const auto session = m_database.change();
  for (const std::string_view sql :
       {std::string_view(""), std::string_view("  -- nothing\n"), std::string_view("SELECT 1\0;", 10)}) {
    EXPECT_EQ(code_of([&] { session->execute(sql); }), ErrorCode::db_not_one_statement) << sql;
    KeepingSink sink;
    EXPECT_EQ(code_of([&] { session->query(sql, sink); }), ErrorCode::db_not_one_statement) << sql;
  }
  EXPECT_EQ(session->execute("SELECT 1 ; -- behind\n").rows_returned, 1);
}

TEST_P(SessionOfBoth, FailedTransactionNeverCommits) {
  const auto session = m_database.change();
  session->execute("CREATE TABLE t (id integer PRIMARY KEY)");
  session->begin(false);
  session->execute("INSERT INTO t VALUES (1)");
  EXPECT_EQ(code_of([&] { session->execute("INSERT INTO t VALUES (1)"); }), ErrorCode::db_statement_failed);
  EXPECT_EQ(session->transaction_state(), TransactionState::failed);
  EXPECT_EQ(code_of([&] { session->commit(); }), ErrorCode::db_commit_failed);
  EXPECT_EQ(session->transaction_state(), TransactionState::none);
  EXPECT_EQ(session->own_value("SELECT count(*) FROM t"), "0");
}

TEST_P(SessionOfBoth, ErrorTextHoldsNoData) {
  const auto session = m_database.change();
  session->execute("CREATE TABLE t (id integer PRIMARY KEY, v text CHECK (v <> 'planted-value'))");
  try {
    session->execute("INSERT INTO t VALUES (1, 'planted-value')");
    FAIL();
  } catch (const DatabaseError& error) {
    EXPECT_EQ(error.sqlstate(), GetParam() == Engine::sqlite ? "SQLITE_CONSTRAINT_CHECK" : "23514");
    EXPECT_EQ(error.message().find("planted-value"), std::string::npos);
    EXPECT_NE(
        (error.server().message + error.server().detail).find(GetParam() == Engine::sqlite ? "v <>" : "planted-value"),
        std::string::npos);
  }
}

TEST_P(SessionOfBoth, SinkMayStopAndMayThrow) {
  const auto session = m_database.change();
  const std::string_view many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n";
  KeepingSink two(2);
  EXPECT_TRUE(session->query(many, two).stopped);
  EXPECT_EQ(two.rows.size(), 2U);
  class Thrower : public RowSink {
    void columns(const std::vector<Column>&) override {}
    bool row(Row) override { throw Error(ErrorCode::output_closed, "closed"); }
  } thrower;
  EXPECT_EQ(code_of([&] { session->query(many, thrower); }), ErrorCode::output_closed);
  EXPECT_EQ(session->own_value("SELECT 7"), "7");
}

TEST_P(SessionOfBoth, QuerySessionCannotWrite) {
  m_database.change()->execute("CREATE TABLE t (id integer)");
  const auto reader = m_database.reader();
  ReadTransaction transaction(*reader);
  const ErrorCode expected =
      GetParam() == Engine::sqlite ? ErrorCode::db_statement_denied : ErrorCode::db_statement_failed;
  KeepingSink sink;
  for (const std::string_view sql :
       {"INSERT INTO t VALUES (1)", "CREATE TABLE u (id integer)", "DROP TABLE t", "CREATE TEMP TABLE x AS SELECT 1"}) {
    const auto other = m_database.reader();
    ReadTransaction each(*other);
    EXPECT_EQ(code_of([&] { each.query(sql, sink); }), expected) << sql;
    each.end();
  }
  transaction.query("SELECT 1", sink);
  transaction.end();
}

TEST_P(SessionOfBoth, TimesOut) {
  SessionOptions options;
  options.statement_timeout = Milliseconds(1000);
  const auto session = m_database.change(options);
  EXPECT_EQ(code_of([&] {
              session->execute(
                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i < 0");
            }),
            ErrorCode::db_timeout);
  EXPECT_EQ(session->own_value("SELECT 7"), "7");
}

TEST_P(SessionOfBoth, CancelsFromAnotherThread) {
  const auto session = m_database.change();
  // The first row comes back before the end is in sight, so the cancel finds the statement running.
  class Canceller : public RowSink {
   public:
    explicit Canceller(Session& session) : m_session(session) {}
    void columns(const std::vector<Column>&) override {}
    bool row(Row) override {
      if (!m_thread.joinable()) m_thread = std::thread([this] { m_session.cancel(); });
      return true;
    }
    void join() { m_thread.join(); }

   private:
    Session& m_session;
    std::thread m_thread;
  } sink(*session);
  EXPECT_EQ(code_of([&] {
              session->query(GetParam() == Engine::sqlite
                                 ? "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
                                 : "SELECT generate_series(1, 1000000000) FROM generate_series(1, 1000)",
                             sink);
            }),
            ErrorCode::db_cancelled);
  sink.join();
  EXPECT_EQ(session->own_value("SELECT 7"), "7");
}

TEST_P(SessionOfBoth, SavepointNamesArePlain) {
  const auto session = m_database.change();
  session->begin(false);
  EXPECT_EQ(code_of([&] { session->savepoint("a; DROP TABLE t"); }), ErrorCode::internal_bug);
  EXPECT_EQ(code_of([&] { session->savepoint(""); }), ErrorCode::internal_bug);
  EXPECT_NE(random_name("dbw_"), random_name("dbw_"));
}

TEST_P(SessionOfBoth, StreamsAMillionRowsInBoundedMemory) {
  const auto session = m_database.change();
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  CountingSink sink;
  session->query(GetParam() == Engine::sqlite
                     ? "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
                       " SELECT i, 'a text of some length, so that a million of them would be seen' FROM n"
                     : "SELECT i, 'a text of some length, so that a million of them would be seen' FROM "
                       "generate_series(1, 1000000) i",
                 sink);
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_EQ(sink.rows, 1'000'000U);
#ifndef __SANITIZE_ADDRESS__  // which keeps freed memory on purpose
  // 70 MB went through; libpq's buffer and one row stay.
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 20'000);
#endif
}

}  // namespace
}  // namespace dbw::db::test
