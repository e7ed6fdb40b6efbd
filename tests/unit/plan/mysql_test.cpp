// What may stand in a transactional step on MySQL and MariaDB, where many statements commit by themselves.
#include "base/limits.hpp"
#include "plan/plan.hpp"

namespace dbw::plan {
namespace {

std::vector<ErrorCode> refusals(Engine engine, std::string_view sql, bool transactional) {
  model::Request request;
  request.steps.resize(1);
  request.steps[0].id = "apply";
  request.steps[0].transactional = transactional;
  std::vector<ErrorCode> out;
  for (const Refusal& each : check_runnable(request, {sqlparse::parse(engine, sql, {k_sql_bytes_max})}))
    out.push_back(each.code);
  return out;
}

const std::vector<ErrorCode> k_none;

TEST(PlanMysql, WhatCommitsByItselfNeedsAStepWithoutTransaction) {
  for (const Engine engine : {Engine::mysql, Engine::mariadb}) {
    for (const std::string_view sql :
         {"CREATE TABLE t (id int)", "ALTER TABLE t ADD COLUMN c int", "DROP TABLE t", "TRUNCATE TABLE t",
          "CREATE INDEX i ON t (a)", "RENAME TABLE t TO u", "CREATE VIEW v AS SELECT 1", "GRANT SELECT ON t TO u",
          "ANALYZE TABLE t", "CALL p()", "CREATE TEMPORARY TABLE a (id int); DROP TABLE t"}) {
      EXPECT_EQ(refusals(engine, sql, true), std::vector{ErrorCode::plan_needs_no_transaction}) << sql;
      EXPECT_EQ(refusals(engine, sql, false), k_none) << sql;
    }
  }
  EXPECT_EQ(refusals(Engine::postgresql, "CREATE TABLE t (id int)", true), k_none);
}

TEST(PlanMysql, RowsAndTemporaryTablesStayInTheTransaction) {
  for (const Engine engine : {Engine::mysql, Engine::mariadb}) {
    for (const std::string_view sql :
         {"INSERT INTO t VALUES (1)", "UPDATE t SET a = 1 WHERE id = 2", "DELETE FROM t WHERE id = 1",
          "REPLACE INTO t VALUES (1)", "SELECT 1", "SET foreign_key_checks = 0",
          "CREATE TEMPORARY TABLE a (id int); INSERT INTO a VALUES (1); DROP TEMPORARY TABLE a"}) {
      EXPECT_EQ(refusals(engine, sql, true), k_none) << sql;
    }
  }
}

TEST(PlanMysql, SettingsThatReviewReliedOnAreFixed) {
  for (const std::string_view sql :
       {"SET sql_mode = ''", "SET SESSION sql_mode = 'ANSI_QUOTES'", "SET NAMES latin1", "SET CHARACTER SET latin1",
        "SET time_zone = '+02:00'", "SET character_set_client = latin1", "SET lock_wait_timeout = 1000",
        "SET innodb_lock_wait_timeout = 1000", "SET sql_select_limit = 1", "SET completion_type = 1"}) {
    const std::vector<ErrorCode> found = refusals(Engine::mariadb, sql, true);
    ASSERT_FALSE(found.empty()) << sql;
    for (const ErrorCode code : found) {
      EXPECT_TRUE(code == ErrorCode::plan_guard_setting || code == ErrorCode::plan_needs_no_transaction ||
                  code == ErrorCode::plan_transaction_control)
          << sql << " " << error_info(code).name;
    }
  }
}

TEST(PlanMysql, TheLedgersDatabaseIsOurs) {
  for (const std::string_view sql : {"UPDATE dbw_shop.ledger SET state = 'done'", "SELECT * FROM `DBW_shop`.ledger",
                                     "SELECT * FROM dbw.ledger", "INSERT INTO t SELECT * FROM dbw_shop.target"}) {
    EXPECT_EQ(refusals(Engine::mariadb, sql, true), std::vector{ErrorCode::plan_own_objects}) << sql;
  }
  for (const std::string_view sql : {"DROP DATABASE dbw_shop", "CALL dbw_shop.finish('a', 'b', 'c')"}) {
    const std::vector<ErrorCode> found = refusals(Engine::mariadb, sql, false);
    EXPECT_EQ(found, std::vector{ErrorCode::plan_own_objects}) << sql;
  }
  EXPECT_EQ(refusals(Engine::mariadb, "SELECT * FROM dbw_notes", true), k_none);
}

}  // namespace
}  // namespace dbw::plan
