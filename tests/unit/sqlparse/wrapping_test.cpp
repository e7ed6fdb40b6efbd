#include <fmt/format.h>

#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

/// Whatever a statement is wrapped in, its class must not get weaker; a wrapping that is no valid SQL is opaque.
TEST(Wrapping, NeverWeakensAPostgresqlStatement) {
  const std::string_view bare[] = {
      "DELETE FROM t",
      "DELETE FROM t WHERE id = 1 RETURNING *",
      "UPDATE t SET a = 1 RETURNING *",
      "INSERT INTO t VALUES (1) RETURNING *",
      "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN DELETE",
      "SELECT * FROM t FOR UPDATE",
      "SELECT nextval('s')",
      "SELECT pg_sleep(1)",
      "SELECT dblink('a','b')",
      "SELECT set_config('role','x',true)",
      "SELECT f(1)",
      "SELECT pg_advisory_lock(1)",
      "SELECT pg_read_file('x') FROM t",
      "SELECT a INTO n FROM t",
      "CREATE TABLE n AS SELECT 1",
      "TRUNCATE t",
      "DROP TABLE t",
      "CALL p()",
      "ROLLBACK TO x",
      "SET ROLE x",
      "GRANT ALL ON t TO x",
      "COPY t TO PROGRAM 'x'",
      "VACUUM t",
      "SELECT 1 FROM t WHERE (SELECT lo_import('x')) > 0",
  };
  const std::string_view wrappings[] = {
      "{}",
      "({})",
      "(({}))",
      "WITH w AS ({}) SELECT * FROM w",
      "WITH w AS MATERIALIZED ({}) SELECT 1",
      "WITH RECURSIVE w AS ({}) SELECT * FROM w",
      "SELECT * FROM ({}) q",
      "SELECT * FROM (SELECT * FROM ({}) q) r",
      "SELECT ({})",
      "SELECT EXISTS ({})",
      "SELECT 1 WHERE 1 IN ({})",
      "SELECT ARRAY({})",
      "SELECT 1 UNION ({})",
      "({}) UNION ALL SELECT 1",
      "SELECT * FROM a LEFT JOIN LATERAL ({}) q ON true",
      "SELECT 1 ORDER BY ({})",
      "SELECT 1 LIMIT ({})",
      "VALUES (({}))",
      "SELECT CASE WHEN EXISTS ({}) THEN 1 END",
      "SELECT coalesce(({}), 1)",
      "SELECT sum(1) FILTER (WHERE EXISTS ({})) FROM t",
      "WITH a AS (WITH b AS ({}) SELECT * FROM b) SELECT * FROM a",
      "EXPLAIN ANALYZE {}",
      "EXPLAIN (ANALYZE) {}",
      "EXPLAIN (ANALYZE 1, FORMAT JSON) {}",
      "EXPLAIN (ANALYZE off, ANALYZE) {}",
      "EXPLAIN ANALYZE VERBOSE {}",
      "PREPARE p AS {}",
      "DECLARE c CURSOR FOR {}",
      "CREATE TABLE n2 AS {}",
      "CREATE VIEW v AS {}",
      "INSERT INTO z {}",
      "COPY ({}) TO STDOUT",
      "/* x */ {}",
      "-- x\n{}",
      "/* /* */ */{}",
      "{} -- x",
      "{} /* ; */",
      "{};",
      ";;{};;",
      "SELECT 1; {}",
      "{}; SELECT 1",
      "SELECT ';'; {}",
      "SELECT $a$;$a$; {}; SELECT E'\\';'",
      "CREATE RULE r AS ON INSERT TO t DO ALSO ({})",
      "CREATE FUNCTION f() RETURNS void LANGUAGE sql BEGIN ATOMIC {}; END",
  };
  int parsed_pairs = 0;
  for (const std::string_view sql : bare) {
    const StatementClass own = *pg(sql).strongest();
    ASSERT_NE(own, StatementClass::read) << sql;
    for (const std::string_view wrapping : wrappings) {
      const std::string wrapped = fmt::format(fmt::runtime(wrapping), sql);
      const ParsedSql parsed = pg(wrapped);
      ASSERT_TRUE(parsed.strongest().has_value()) << wrapped;
      EXPECT_GE(static_cast<int>(*parsed.strongest()), static_cast<int>(own)) << wrapped;
      EXPECT_FALSE(parsed.read_only()) << wrapped;
      if (parsed.problems.empty()) ++parsed_pairs;
    }
  }
  EXPECT_GT(parsed_pairs, 500);  // most wrappings are valid SQL: the property is not tested on errors alone
}

TEST(Wrapping, NeverWeakensASqliteStatement) {
  const std::string_view bare[] = {"DELETE FROM t",
                                   "UPDATE t SET a = 1",
                                   "INSERT INTO t VALUES (1)",
                                   "REPLACE INTO t VALUES (1)",
                                   "SELECT f(1)",
                                   "SELECT load_extension('x')",
                                   "SELECT CAST(f(1) AS int)",
                                   "CREATE TABLE n (a)",
                                   "CREATE TABLE n (a DEFAULT (f(1)))",
                                   "CREATE TABLE n (a, CHECK (f(1)))",
                                   "DROP TABLE t",
                                   "PRAGMA foreign_keys = ON",
                                   "ATTACH 'x' AS y",
                                   "VACUUM INTO 'x'",
                                   "COMMIT"};
  const std::string_view wrappings[] = {"{}",
                                        "/* x */ {}",
                                        "-- x\n{}",
                                        "{} -- x",
                                        "{};",
                                        ";;{};;",
                                        "SELECT 1; {}",
                                        "{}; SELECT 1",
                                        "SELECT ';'; {}",
                                        "WITH w AS (SELECT 1) {}",
                                        "WITH w AS ({}) SELECT * FROM w",
                                        "SELECT * FROM ({})",
                                        "SELECT ({})",
                                        "SELECT EXISTS ({})",
                                        "SELECT 1 UNION {}",
                                        "CREATE VIEW v AS {}",
                                        "CREATE TABLE n2 AS {}",
                                        "CREATE TRIGGER g AFTER INSERT ON t BEGIN {}; END",
                                        "INSERT INTO z {}"};
  for (const std::string_view sql : bare) {
    const StatementClass own = *lite(sql).strongest();
    ASSERT_NE(own, StatementClass::read) << sql;
    for (const std::string_view wrapping : wrappings) {
      const std::string wrapped = fmt::format(fmt::runtime(wrapping), sql);
      const ParsedSql parsed = lite(wrapped);
      ASSERT_TRUE(parsed.strongest().has_value()) << wrapped;
      EXPECT_GE(static_cast<int>(*parsed.strongest()), static_cast<int>(own)) << wrapped;
      EXPECT_FALSE(parsed.read_only()) << wrapped;
    }
  }
}

}  // namespace
}  // namespace dbw::sqlparse::test
