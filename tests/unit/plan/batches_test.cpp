// Which statements can be cut into pieces, and what they become.
#include "base/limits.hpp"
#include "plan/plan.hpp"

namespace dbw::plan {
namespace {

constexpr Engine k_engines[] = {Engine::postgresql, Engine::mysql, Engine::mariadb, Engine::sqlite};

model::Request batched(std::string_view key = "id") {
  model::Request request;
  request.steps.resize(1);
  request.steps[0].id = "s1";
  request.steps[0].batch =
      model::Batch{.key = std::string(key), .size = 10, .pause = {}, .lag_max = {}, .sessions_max = {}};
  return request;
}

/// Empty: it can be batched.
std::string refusal(const model::Request& request, Engine engine, std::string_view sql) {
  for (const Refusal& each : check_runnable(request, {sqlparse::parse(engine, sql, {k_sql_bytes_max})})) {
    if (each.code == ErrorCode::plan_not_batchable || each.code == ErrorCode::plan_retries_need_transaction)
      return each.message;
  }
  return {};
}

std::string narrowed(Engine engine, std::string_view sql) {
  const sqlparse::ParsedSql parsed = sqlparse::parse(engine, sql, {k_sql_bytes_max});
  const sqlparse::BatchFrame frame = sqlparse::batch_frame(engine, parsed.sql, parsed.statements.at(0));
  EXPECT_EQ(frame.refusal, "") << sql;
  return frame.narrowed("id > 1");
}

TEST(Batches, TheConditionGoesBesideWhatWasWritten) {
  for (const Engine engine : k_engines) {
    EXPECT_EQ(narrowed(engine, "UPDATE t SET a = 1"), "UPDATE t SET a = 1\nWHERE id > 1");
    EXPECT_EQ(narrowed(engine, "DELETE FROM t -- all\n;"), "DELETE FROM t\nWHERE id > 1");
    EXPECT_EQ(narrowed(engine, "UPDATE s.t AS x SET a = 1 WHERE b = 2 OR c = 3"),
              "UPDATE s.t AS x SET a = 1\nWHERE (b = 2 OR c = 3\n) AND id > 1");
    // Whatever stands in parentheses, literals and comments is none of the statement's own clauses.
    EXPECT_EQ(narrowed(engine,
                       "UPDATE t SET a = (SELECT max(b) FROM u WHERE c = 1 ORDER BY 1 LIMIT 1), d = ' WHERE (' "
                       "WHERE e = ')' /* WHERE */ -- the rest\n"),
              "UPDATE t SET a = (SELECT max(b) FROM u WHERE c = 1 ORDER BY 1 LIMIT 1), d = ' WHERE ('\n"
              "WHERE (e = ')'\n) AND id > 1");
  }
  EXPECT_EQ(narrowed(Engine::postgresql, "UPDATE ONLY \"a b\".t SET a = $$ WHERE ( $$ WHERE b IS DISTINCT FROM 1"),
            "UPDATE ONLY \"a b\".t SET a = $$ WHERE ( $$\nWHERE (b IS DISTINCT FROM 1\n) AND id > 1");
  EXPECT_EQ(narrowed(Engine::mariadb, "UPDATE `t` SET a = 'it''s' WHERE b = 1"),
            "UPDATE `t` SET a = 'it''s'\nWHERE (b = 1\n) AND id > 1");
}

TEST(Batches, WhatIsNotOneTableIsRefused) {
  for (const Engine engine : k_engines) {
    for (const std::string_view sql :
         {"INSERT INTO t VALUES (1)", "SELECT 1", "DROP TABLE t",
          "DELETE FROM t WHERE a = 1; DELETE FROM u WHERE a = 1", "WITH x AS (SELECT 1) DELETE FROM t WHERE a = 1",
          "UPDATE t SET id = id + 1 WHERE a = 1", "UPDATE t SET a = 1, ID = 2 WHERE a = 1",
          "UPDATE t SET a = 1 WHERE"}) {
      EXPECT_NE(refusal(batched(), engine, sql), "") << engine_name(engine) << ": " << sql;
    }
    EXPECT_EQ(refusal(batched(), engine, "UPDATE t SET a = id WHERE id = 1"), "") << engine_name(engine);
    EXPECT_EQ(refusal(batched(), engine, "DELETE FROM t WHERE a IN (SELECT id FROM u)"), "") << engine_name(engine);
  }
  for (const std::string_view sql :
       {"UPDATE t SET a = 1 FROM u WHERE t.b = u.b", "DELETE FROM t USING u WHERE t.b = u.b",
        "DELETE FROM t WHERE a = 1 RETURNING a", "DELETE FROM t WHERE CURRENT OF c", "UPDATE t SET (a, id) = (1, 2)",
        "UPDATE t SET \"id\" = 1", "UPDATE t SET id[1] = 1 WHERE a = 2"}) {
    EXPECT_NE(refusal(batched(), Engine::postgresql, sql), "") << sql;
  }
  for (const Engine engine : {Engine::mysql, Engine::mariadb}) {
    for (const std::string_view sql :
         {"UPDATE t, u SET t.a = 1 WHERE t.b = u.b", "UPDATE t JOIN u SET t.a = 1 WHERE t.b = u.b",
          "DELETE t FROM t JOIN u ON t.a = u.a", "DELETE FROM t USING t JOIN u",
          "UPDATE IGNORE t SET a = 1 WHERE b = 1", "UPDATE LOW_PRIORITY t SET a = 1", "DELETE QUICK FROM t WHERE a = 1",
          "DELETE FROM t WHERE a = 1 LIMIT 5", "UPDATE t SET a = 1 WHERE b = 1 ORDER BY b",
          "UPDATE t SET a = 1 /*! WHERE b = 1 */", "UPDATE t SET t.`id` = 1 WHERE b = 2",
          "UPDATE t SET a = 'it\\'s' WHERE b = 1"}) {
      EXPECT_NE(refusal(batched(), engine, sql), "") << sql;
    }
  }
  for (const std::string_view sql : {"UPDATE OR IGNORE t SET a = 1", "DELETE FROM t WHERE a = 1 RETURNING a",
                                     "UPDATE t SET a = 1 FROM u WHERE u.b = t.b", "UPDATE t SET [id] = 1"}) {
    EXPECT_NE(refusal(batched(), Engine::sqlite, sql), "") << sql;
  }
}

TEST(Batches, WhatWouldMoveOrReadRowsOfOtherPiecesIsRefused) {
  for (const std::string_view sql : {"UPDATE t SET rowid = rowid + 100, n = 1 WHERE a = 1", "UPDATE t SET _rowid_ = 1",
                                     "UPDATE t SET oid = 1 WHERE a = 1", "UPDATE t SET 'id' = 1 WHERE a = 1"}) {
    EXPECT_NE(refusal(batched(), Engine::sqlite, sql), "") << sql;
  }
  for (const Engine engine : k_engines) {
    for (const std::string_view sql : {"DELETE FROM t WHERE a > (SELECT avg(a) FROM t)",
                                       "UPDATE t SET a = (SELECT max(o.a) FROM t o) WHERE b = 1"}) {
      EXPECT_NE(refusal(batched(), engine, sql), "") << engine_name(engine) << ": " << sql;
    }
    EXPECT_EQ(refusal(batched(), engine, "UPDATE t SET a = (SELECT max(u.a) FROM u WHERE u.b = t.b) WHERE b = 1"), "")
        << engine_name(engine);
  }
  EXPECT_NE(refusal(batched(), Engine::postgresql, "UPDATE t SET \"a\"\"b\" = 1 WHERE a = 1"), "");
  EXPECT_NE(refusal(batched("a\"b"), Engine::postgresql, "UPDATE t SET c = 1 WHERE a = 1"), "");
  model::Request migration = batched();
  migration.kind = model::RequestKind::migration;
  EXPECT_NE(refusal(migration, Engine::postgresql, "DELETE FROM t WHERE a = 1"), "");
}

TEST(Batches, OtherWishesThatContradict) {
  const std::string_view sql = "DELETE FROM t WHERE a = 1";
  model::Request request = batched();
  request.steps[0].rows_max = 10;
  EXPECT_EQ(refusal(request, Engine::postgresql, sql), "");
  request.steps[0].rows_min = 1;
  EXPECT_NE(refusal(request, Engine::postgresql, sql), "");
  request = batched();
  request.steps[0].transactional = false;
  EXPECT_NE(refusal(request, Engine::postgresql, sql), "");
  request = batched();
  request.mode = model::RequestMode::dry_run;
  EXPECT_NE(refusal(request, Engine::postgresql, sql), "");
  request = batched();
  request.kind = model::RequestKind::query;
  EXPECT_NE(refusal(request, Engine::postgresql, "SELECT 1"), "");
  request = batched();
  request.steps[0].batch->lag_max = Seconds(5);
  EXPECT_EQ(refusal(request, Engine::postgresql, sql), "");
  EXPECT_NE(refusal(request, Engine::mariadb, sql), "");
  request = batched();
  request.steps[0].batch->sessions_max = 5;
  EXPECT_EQ(refusal(request, Engine::mariadb, sql), "");
  EXPECT_NE(refusal(request, Engine::sqlite, sql), "");
  request = {};
  request.steps.resize(1);
  request.steps[0].lock_retries = 3;
  EXPECT_EQ(refusal(request, Engine::postgresql, sql), "");
  request.steps[0].transactional = false;
  EXPECT_NE(refusal(request, Engine::postgresql, sql), "");
}

std::string line_refusal(const model::Request& request, std::string_view line) {
  const std::string sql = std::string(line) + "\nDELETE FROM t WHERE a = 1;\n-- dbw:step later lines are comments\n";
  std::string out;
  for (const Refusal& each : check_runnable(request, {sqlparse::parse(Engine::postgresql, sql, {k_sql_bytes_max})}))
    out += std::string(error_info(each.code).name) + " " + each.message;
  return out;
}

TEST(Batches, ALineThatSaysOtherwiseThanTheStepIsRefused) {
  model::Request request = batched();
  request.steps[0].sql.path = "a.sql";
  EXPECT_EQ(line_refusal(request, "-- why"), "");
  EXPECT_EQ(line_refusal(request, "-- dbw:step batch: id=10"), "");
  EXPECT_EQ(line_refusal(request, "--dbw:step batch: id=10; 1 of 2"), "");
  EXPECT_EQ(line_refusal(request, "-- dbw:step batch: id=11"),
            "step_line_contradicts a.sql:1: the line says batch: id=11, and step s1 runs as batch: id=10");
  EXPECT_EQ(line_refusal(request, "-- dbw:step transaction: required"),
            "step_line_contradicts a.sql:1: the line says transaction: required, and step s1 runs as batch: id=10");
  EXPECT_EQ(line_refusal(request, "-- dbw:step batch: id=many").substr(0, 25), "step_line_malformed a.sql");
  request.resumes.emplace();
  EXPECT_EQ(line_refusal(request, "-- dbw:step batch: id=11,pause=1s"), "") << "a resume may go on at another pace";
  EXPECT_NE(line_refusal(request, "-- dbw:step batch: other=10"), "");
  request.resumes.reset();
  request.steps[0].batch.reset();
  EXPECT_EQ(line_refusal(request, "-- dbw:step transaction: required"), "");
  EXPECT_NE(line_refusal(request, "-- dbw:step transaction: none"), "");
  EXPECT_NE(line_refusal(request, "-- dbw:step batch: id=10"), "");
  request.steps[0].transactional = false;
  EXPECT_EQ(line_refusal(request, "-- dbw:step transaction: none"), "");
}

}  // namespace
}  // namespace dbw::plan
