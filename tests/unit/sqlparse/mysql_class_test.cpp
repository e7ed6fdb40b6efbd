#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using C = StatementClass;

struct Row {
  std::string_view sql;
  StatementClass expected;
};

void expect_classes(Engine engine, std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    const ParsedSql parsed = parse(engine, row.sql, {k_sql_bytes_max});
    SCOPED_TRACE(row.sql);
    ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
    ASSERT_EQ(parsed.statements.size(), 1u);
    EXPECT_EQ(parsed.strongest(), row.expected) << parsed.statements[0].reason;
    EXPECT_EQ(parsed.read_only(), row.expected == C::read);
  }
}

constexpr Engine k_both[] = {Engine::mysql, Engine::mariadb};

TEST(Mysql, Reads) {
  for (const Engine engine : k_both) {
    expect_classes(
        engine,
        {
            {"SELECT 1", C::read},
            {"(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1 LIMIT 1", C::read},
            {"VALUES ROW(1, 2), ROW(3, 4)", C::read},
            {"TABLE t ORDER BY a LIMIT 3", C::read},
            {"WITH x (a) AS (SELECT 1), y AS (SELECT 2) SELECT * FROM x, y", C::read},
            {"WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT n FROM r", C::read},
            {"SELECT COUNT(*), MAX(a), NOW(), RAND(), UUID(), USER() FROM t", C::read},
            {"SELECT COUNT(*) OVER (PARTITION BY a ORDER BY b) FROM t WINDOW w AS (ORDER BY a)", C::read},
            {"SELECT CAST(a AS DECIMAL(10, 2)), CONVERT(b, CHAR(3)), CONVERT(c USING utf8mb4) FROM t", C::read},
            {"SELECT EXTRACT(YEAR FROM ts), TRIM(BOTH 'x' FROM y), SUBSTRING(z FROM 2 FOR 3) FROM t", C::read},
            {"SELECT a FROM t WHERE b IN (1, 2) AND c BETWEEN 1 AND 2 AND EXISTS (SELECT 1 FROM u)", C::read},
            {"SELECT t.delete, t.`update`, `into` FROM t", C::read},
            {"SELECT replace('a', 'b', 'c'), insert('abc', 1, 2, 'd'), truncate(1.5, 0), repeat('a', 3)", C::read},
            {"SELECT 'DELETE FROM t; DROP TABLE t'", C::read},
            {"SELECT _utf8mb4'x', N'y', X'41', 0x41, b'01', 0b01, 1e5, .5, 1.", C::read},
            {"SELECT @a, @'b c', @@version, @@global.sql_mode, @@session.`sql_mode`", C::read},
            {"SELECT /*+ MAX_EXECUTION_TIME(1000) */ * FROM t", C::read},
            {"SELECT /*!40001 SQL_NO_CACHE */ * FROM t", C::read},
            {"SELECT * FROM t USE INDEX (a) IGNORE INDEX FOR ORDER BY (b) WHERE a = 1", C::read},
            {"SELECT * FROM a NATURAL JOIN b LEFT JOIN c USING (id) STRAIGHT_JOIN d ON d.id = c.id", C::read},
            {"SELECT a->'$.x', a->>'$.y' FROM t", C::read},
            {"SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a INT PATH '$')) AS j", C::read},
            {"SELECT MATCH (a) AGAINST ('x' IN BOOLEAN MODE) FROM t", C::read},
            {"SELECT 5--1", C::read},
            {"SELECT 1 -- x; DROP TABLE t", C::read},
            {"SELECT 1 # x; DROP TABLE t", C::read},
            {"SELECT LAST_INSERT_ID(), FOUND_ROWS(), ROW_COUNT()", C::read},
            {"SHOW TABLES", C::read},
            {"SHOW CREATE TABLE t", C::read},
            {"SHOW FULL COLUMNS FROM t LIKE 'a%'", C::read},
            {"SHOW GRANTS FOR 'a'@'b'", C::read},
            {"SHOW VARIABLES WHERE Variable_name = 'a'", C::read},
            {"DESCRIBE t", C::read},
            {"DESC t a", C::read},
            {"EXPLAIN SELECT * FROM t", C::read},
            {"EXPLAIN FORMAT=JSON SELECT * FROM t", C::read},
            {"EXPLAIN EXTENDED SELECT 1", C::read},
            {"CHECKSUM TABLE a, b EXTENDED", C::read},
            {"HELP 'select'", C::read},
        });
  }
}

TEST(Mysql, Writes) {
  for (const Engine engine : k_both) {
    expect_classes(
        engine,
        {
            {"INSERT INTO t VALUES (1)", C::dml},
            {"INSERT t (a, b) VALUES (1, DEFAULT), (2, 3) ON DUPLICATE KEY UPDATE a = VALUES(a), b = b + 1", C::dml},
            {"INSERT INTO t SET a = 1, b = 2", C::dml},
            {"INSERT IGNORE INTO t (a) SELECT a FROM u", C::dml},
            {"INSERT INTO t (SELECT 1)", C::dml},
            {"REPLACE INTO t (a) VALUES (1)", C::dml},
            {"UPDATE t SET a = 1 WHERE id = 1 ORDER BY id LIMIT 1", C::dml},
            {"UPDATE t1, t2 SET t1.a = 1 WHERE t1.id = t2.id", C::dml},
            {"DELETE FROM t WHERE a = 1 LIMIT 3", C::dml},
            {"DELETE a, b.* FROM a JOIN b ON a.id = b.id WHERE a.x = 1", C::dml},
            {"DELETE FROM a USING a, b WHERE a.id = b.id", C::dml},
            {"WITH x AS (SELECT 1) DELETE FROM t", C::dml},
            {"WITH x AS (SELECT 1 AS a) UPDATE t, x SET t.a = x.a", C::dml},
            {"SELECT * FROM t FOR UPDATE", C::dml},
            {"SELECT * FROM t FOR SHARE SKIP LOCKED", C::dml},
            {"SELECT * FROM t LOCK IN SHARE MODE", C::dml},
            {"EXPLAIN DELETE FROM t", C::dml},
            {"EXPLAIN ANALYZE SELECT * FROM t FOR UPDATE", C::dml},
            {"HANDLER t OPEN", C::dml},
            {"DO 1", C::dml},
            {"SELECT 1 INTO @a", C::session},
            {"SELECT @a := 1", C::session},
            {"SELECT LAST_INSERT_ID(5)", C::session},
            {"SELECT /*+ SET_VAR(sql_mode = '') */ 1", C::session},
            {"SET NAMES utf8mb4", C::session},
            {"SET sql_mode = 'STRICT_TRANS_TABLES'", C::session},
            {"SET @a = 1, @b := 2", C::session},
            {"SET SESSION lock_wait_timeout = 3, @@session.max_execution_time = 5", C::session},
            {"USE otherdb", C::session},
            {"SET autocommit = 0", C::transaction},
            {"SET TRANSACTION ISOLATION LEVEL READ COMMITTED", C::transaction},
            {"SET SESSION TRANSACTION READ ONLY", C::transaction},
            {"SET GLOBAL TRANSACTION READ ONLY", C::admin},
            {"SET GLOBAL wait_timeout = 1", C::admin},
            {"SET @@global.sql_mode = ''", C::admin},
            {"SET a = 1, GLOBAL b = 2", C::admin},
            {"SET PERSIST max_connections = 1", C::admin},
            {"SET @@PERSIST_ONLY.max_connections = 1", C::admin},
            {"SET sql_log_bin = 0", C::admin},
            {"SET PASSWORD = 'x'", C::privilege},
            {"SET PASSWORD FOR 'a'@'b' = PASSWORD('x')", C::privilege},
            {"SET ROLE ALL", C::privilege},
            {"SET DEFAULT ROLE a TO b", C::privilege},
            {"BEGIN", C::transaction},
            {"BEGIN WORK", C::transaction},
            {"START TRANSACTION READ ONLY", C::transaction},
            {"COMMIT AND CHAIN", C::transaction},
            {"ROLLBACK TO SAVEPOINT a", C::transaction},
            {"SAVEPOINT a", C::transaction},
            {"RELEASE SAVEPOINT a", C::transaction},
            {"LOCK TABLES t READ, u WRITE", C::transaction},
            {"UNLOCK TABLES", C::transaction},
            {"XA START 'a'", C::transaction},
            {"SELECT GET_LOCK('a', 1)", C::transaction},
            {"SELECT RELEASE_ALL_LOCKS()", C::transaction},
            {"SELECT SLEEP(1)", C::procedural},
            {"SELECT BENCHMARK(1000000, 1)", C::procedural},
            {"SELECT mine(1)", C::procedural},
            {"SELECT db.f(1)", C::procedural},
            {"SELECT MASTER_POS_WAIT('a', 1)", C::procedural},
            {"SELECT a FROM t PROCEDURE ANALYSE(10)", C::procedural},
            {"CALL p(1)", C::procedural},
            {"PREPARE s FROM 'DELETE FROM t'", C::procedural},
            {"EXECUTE s", C::procedural},
            {"DEALLOCATE PREPARE s", C::procedural},
            {"DROP PREPARE s", C::procedural},
            {"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'x'", C::procedural},
            {"SELECT LOAD_FILE('/etc/passwd')", C::file_or_program},
            {"SELECT 1 INTO OUTFILE '/tmp/x'", C::file_or_program},
            {"SELECT 1 INTO DUMPFILE '/tmp/x'", C::file_or_program},
            {"TABLE t INTO OUTFILE '/tmp/x'", C::file_or_program},
            {"LOAD DATA LOCAL INFILE 'x' INTO TABLE t", C::file_or_program},
            {"LOAD XML INFILE 'x' INTO TABLE t", C::file_or_program},
            {"INSTALL PLUGIN a SONAME 'b.so'", C::file_or_program},
            {"CREATE FUNCTION f RETURNS STRING SONAME 'b.so'", C::file_or_program},
            {"CREATE TABLE t (a INT) DATA DIRECTORY = '/tmp'", C::file_or_program},
            {"CREATE TABLE t (a INT) ENGINE = FEDERATED CONNECTION = 'mysql://x'", C::file_or_program},
            {"ALTER TABLE t ENGINE = CONNECT", C::file_or_program},
        });
  }
}

TEST(Mysql, SchemaAndAdministration) {
  for (const Engine engine : k_both) {
    expect_classes(
        engine,
        {
            {"CREATE TABLE t (a INT PRIMARY KEY) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4", C::ddl},
            {"CREATE TABLE t LIKE u", C::ddl},
            {"CREATE TABLE t AS SELECT 1 AS a", C::ddl},
            {"CREATE TEMPORARY TABLE t (a INT)", C::ddl},
            {"CREATE TABLE t (a INT) PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10))", C::ddl},
            {"CREATE TABLE t (a INT DEFAULT (mine(1)))", C::procedural},
            {"CREATE UNIQUE INDEX i ON t (a DESC, b(10)) ALGORITHM=INPLACE LOCK=NONE", C::ddl},
            {"CREATE OR REPLACE ALGORITHM=MERGE DEFINER=`a`@`b` SQL SECURITY INVOKER VIEW v (a) AS SELECT 1", C::ddl},
            {"CREATE VIEW v AS SELECT LOAD_FILE('x')", C::file_or_program},
            {"CREATE DATABASE d CHARACTER SET utf8mb4", C::ddl},
            {"ALTER TABLE t ADD COLUMN a INT NOT NULL DEFAULT 0 AFTER b, DROP INDEX i, ALGORITHM=INSTANT", C::ddl},
            {"ALTER TABLE t RENAME TO u", C::ddl},
            {"ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", C::ddl},
            {"RENAME TABLE a TO b, c TO d", C::ddl},
            {"DROP TABLE IF EXISTS a, b CASCADE", C::ddl},
            {"DROP INDEX i ON t ALGORITHM=COPY", C::ddl},
            {"DROP DATABASE d", C::ddl},
            {"TRUNCATE TABLE t", C::ddl},
            {"CREATE PROCEDURE p() SELECT 1", C::ddl},
            {"CREATE DEFINER=CURRENT_USER() PROCEDURE p(IN a INT) COMMENT 'x' BEGIN DELETE FROM t; END", C::ddl},
            {"CREATE FUNCTION f(a INT) RETURNS VARCHAR(10) CHARSET utf8mb4 DETERMINISTIC RETURN 'x'", C::ddl},
            {"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", C::ddl},
            {"CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; END", C::ddl},
            {"CREATE USER 'a'@'b' IDENTIFIED BY 'x'", C::privilege},
            {"ALTER USER 'a'@'b' ACCOUNT LOCK", C::privilege},
            {"DROP USER a", C::privilege},
            {"RENAME USER a TO b", C::privilege},
            {"CREATE ROLE r", C::privilege},
            {"GRANT SELECT (a), INSERT ON d.t TO 'a'@'b' WITH GRANT OPTION", C::privilege},
            {"REVOKE ALL PRIVILEGES, GRANT OPTION FROM a", C::privilege},
            {"OPTIMIZE TABLE t", C::admin},
            {"ANALYZE TABLE t", C::admin},
            {"CHECK TABLE t", C::admin},
            {"FLUSH TABLES WITH READ LOCK", C::admin},
            {"KILL 5", C::admin},
            {"RESET MASTER", C::admin},
            {"PURGE BINARY LOGS TO 'x'", C::admin},
            {"CHANGE MASTER TO MASTER_HOST = 'x'", C::admin},
            {"START SLAVE", C::admin},
            {"SHUTDOWN", C::admin},
            {"CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'x')", C::admin},
        });
  }
}

TEST(Mysql, OnlyMariadbKnows) {
  const std::initializer_list<Row> rows = {
      {"SET STATEMENT max_statement_time = 1 FOR SELECT 1", C::session},
      {"SET STATEMENT max_statement_time = 1 FOR DELETE FROM t", C::dml},
      {"ANALYZE SELECT * FROM t", C::read},
      {"ANALYZE FORMAT=JSON DELETE FROM t", C::dml},
      {"BEGIN NOT ATOMIC DELETE FROM t; END", C::procedural},
      {"BEGIN NOT ATOMIC DROP USER a; END", C::privilege},
      {"IF 1 THEN SELECT 1; ELSE DELETE FROM t; END IF", C::procedural},
      {"WHILE 1 DO SELECT LOAD_FILE('x'); END WHILE", C::file_or_program},
      {"BACKUP STAGE START", C::admin},
  };
  expect_classes(Engine::mariadb, rows);
  for (const Row& row : rows) {
    const ParsedSql parsed = my(row.sql);
    EXPECT_EQ(parsed.strongest(), C::opaque) << row.sql;
    EXPECT_FALSE(parsed.read_only()) << row.sql;
  }
  expect_classes(Engine::mariadb, {{"SELECT NEXT VALUE FOR s", C::dml},
                                   {"SELECT NEXTVAL(s)", C::dml},
                                   {"SELECT SETVAL(s, 5)", C::dml},
                                   {"SELECT s.nextval", C::dml},
                                   {"CREATE SEQUENCE s", C::ddl},
                                   {"INSERT INTO t VALUES (1) RETURNING a, mine(a)", C::procedural},
                                   {"DELETE FROM t WHERE a = 1 RETURNING LOAD_FILE('x')", C::file_or_program},
                                   {"EXECUTE IMMEDIATE 'DROP TABLE t'", C::procedural},
                                   {"SELECT * FROM t FOR SYSTEM_TIME AS OF NOW()", C::read}});
}

TEST(Mysql, ReadsWhatMariadbsOwnTestsHold) {
  expect_classes(Engine::mariadb,
                 {{"CREATE TABLE t (a int DEFAULT NEXT VALUE FOR s, b int DEFAULT PREVIOUS VALUE FOR d.s)", C::ddl},
                  {"CREATE TABLE t (a char CHARACTER SET cp1251 DEFAULT _koi8r 0xFF)", C::ddl},
                  {"CREATE TABLE t (a text, FULLTEXT INDEX (a) TOKENIZER='x' FLAGS='y')", C::file_or_program},
                  {"ALTER TABLE t ADD COLUMN b int REMOVE PARTITIONING", C::ddl},
                  {"ALTER TABLE t RENAME TO u PARTITION BY HASH (a)", C::ddl},
                  {"ALTER TABLE t ADD CONSTRAINT IF NOT EXISTS `min` CHECK (a > 1)", C::ddl},
                  {"ALTER TABLE t DROP CONSTRAINT PRIMARY KEY", C::ddl},
                  {"SHOW USER_VARIABLES", C::read},
                  {"SELECT * FROM JSON_TABLE(CONVERT('[]' USING utf8mb4), '$' COLUMNS (a int PATH '$')) j", C::read},
                  {"SELECT * FROM JSON_TABLE(mine('[]'), '$' COLUMNS (a int PATH '$')) j", C::procedural},
                  {"SELECT * FROM t, JSON_TABLE(t.c, '$' COLUMNS (a int PATH '$')) j, mine(1)", C::opaque}});
}

}  // namespace
}  // namespace dbw::sqlparse::test
