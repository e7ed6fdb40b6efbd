// Many statements sent before the first has answered.
#include <thread>

#include <fmt/format.h>

#include "database.hpp"
#include "db/transaction.hpp"

namespace dbw::db::test {
namespace {

class Together : public testing::TestWithParam<Engine> {
 protected:
  Together() {
    Ledger(*m_guard).claim(example_claim());
    m_change->execute("CREATE TABLE t (id integer PRIMARY KEY, word text)");
  }
  GuardedTransaction::Plan plan() const { return {std::string(k_target), "run1"}; }
  /// INSERT of 1 to `count`, of which number `bad` is a duplicate (0: none).
  static std::vector<std::string> inserts(int count, int bad = 0) {
    std::vector<std::string> out;
    for (int i = 1; i <= count; ++i)
      out.push_back(fmt::format("INSERT INTO t VALUES ({}, '{}')", i == bad ? 1 : i, std::string(200, 'x')));
    return out;
  }
  static std::vector<std::string_view> views(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
  }
  std::string count() { return m_change->own_value("SELECT count(*) FROM t").value(); }

  TestDatabase m_database{GetParam()};
  std::unique_ptr<Session> m_guard = m_database.guard();
  std::unique_ptr<Session> m_change = m_database.change();
  std::int64_t m_rows = 0;
  int m_done = 0;
  std::function<void(const StatementResult&)> m_take = [this](const StatementResult& result) {
    m_rows += result.rows_affected;
    ++m_done;
  };
};
INSTANTIATE_TEST_SUITE_P(Engines, Together, k_engines, name_of_engine);

TEST_P(Together, AllOfThemRunInOrder) {
  {
    GuardedTransaction transaction(*m_change, plan());
    const std::vector<std::string> first = inserts(3000);
    transaction.execute_all(views(first), m_take);
    EXPECT_EQ(m_rows, 3000);
    EXPECT_EQ(m_done, 3000);
    const std::vector<std::string> then = {"UPDATE t SET id = id + 10000", "DELETE FROM t WHERE id > 10010"};
    transaction.execute_all(views(then), m_take);
    EXPECT_EQ(m_rows, 3000 + 3000 + 2990);
    transaction.settle();
    transaction.finish("secret", "{}");
    transaction.commit();
  }
  EXPECT_EQ(count(), "10");
}

TEST_P(Together, TheFirstFailureEndsThem) {
  {
    GuardedTransaction transaction(*m_change, plan());
    const std::vector<std::string> texts = inserts(500, 321);
    EXPECT_EQ(code_of([&] { transaction.execute_all(views(texts), m_take); }), ErrorCode::db_statement_failed);
    EXPECT_EQ(m_done, 320);
  }
  EXPECT_EQ(count(), "0");
  // The connection is as good as before.
  EXPECT_EQ(m_change->transaction_state(), TransactionState::none);
  const std::vector<std::string> texts = inserts(5);
  GuardedTransaction transaction(*m_change, plan());
  transaction.execute_all(views(texts), m_take);
  transaction.settle();
  transaction.finish("secret", "{}");
  transaction.commit();
  EXPECT_EQ(count(), "5");
}

TEST_P(Together, WhatIsNotOneStatementIsNone) {
  GuardedTransaction transaction(*m_change, plan());
  EXPECT_THROW(
      transaction.execute_all({"INSERT INTO t VALUES (1, 'a'); COMMIT", "INSERT INTO t VALUES (2, 'b')"}, m_take),
      Error);
  EXPECT_EQ(m_done, 0);
}

class TogetherOnPostgresql : public Together {};
INSTANTIATE_TEST_SUITE_P(Engines, TogetherOnPostgresql, testing::Values(Engine::postgresql), name_of_engine);

TEST_P(TogetherOnPostgresql, NothingFitsBetweenThem) {
  GuardedTransaction transaction(*m_change, plan());
  const std::string_view nul("INSERT INTO t VALUES (1, 'a\0b')", 31);
  EXPECT_EQ(code_of([&] {
              transaction.execute_all({"INSERT INTO t VALUES (1, 'a')", nul}, m_take);
            }),
            ErrorCode::db_not_one_statement);
}

TEST_P(TogetherOnPostgresql, ACancelEndsThem) {
  GuardedTransaction transaction(*m_change, plan());
  std::vector<std::string> texts = inserts(50);
  texts[20] = "INSERT INTO t SELECT 21, 'x' FROM pg_sleep(30)";
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    m_change->cancel();
  });
  EXPECT_EQ(code_of([&] { transaction.execute_all(views(texts), m_take); }), ErrorCode::db_cancelled);
  canceller.join();
  EXPECT_EQ(m_done, 20);
  transaction.roll_back();
}

TEST_P(TogetherOnPostgresql, ALostServerIsNamed) {
  GuardedTransaction transaction(*m_change, plan());
  std::vector<std::string> texts = inserts(50);
  texts[20] = "INSERT INTO t SELECT 21, 'x' FROM pg_terminate_backend(pg_backend_pid())";
  EXPECT_EQ(code_of([&] { transaction.execute_all(views(texts), m_take); }), ErrorCode::db_connection_lost);
  EXPECT_EQ(m_done, 20);
  EXPECT_EQ(m_change->transaction_state(), TransactionState::lost);
}

TEST_P(TogetherOnPostgresql, ATriggerCannotChangeHowTheRestIsRead) {
  m_change->execute(
      "CREATE FUNCTION turn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " PERFORM set_config('standard_conforming_strings', 'off', false); RETURN NULL; END $$");
  m_change->execute("CREATE TRIGGER turn AFTER INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION turn()");
  GuardedTransaction transaction(*m_change, plan());
  EXPECT_EQ(code_of([&] {
              transaction.execute_all({"INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (2, 'b\\')"}, m_take);
            }),
            ErrorCode::db_statement_failed);
  transaction.roll_back();
  GuardedTransaction again(*m_change, plan());
  EXPECT_EQ(code_of([&] {
              again.execute_all({"INSERT INTO t VALUES (1, 'a')", "INSERT INTO t VALUES (2, 'b')"}, m_take);
            }),
            ErrorCode::db_session_changed);
}

}  // namespace
}  // namespace dbw::db::test
