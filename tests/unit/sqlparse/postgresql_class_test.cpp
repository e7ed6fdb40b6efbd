#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using C = StatementClass;

struct Row {
  std::string_view sql;
  StatementClass expected;
};

void expect_class(const Row& row) {
  const ParsedSql parsed = pg(row.sql);
  SCOPED_TRACE(row.sql);
  ASSERT_TRUE(parsed.problems.empty()) << parsed.problems.front().message;
  EXPECT_EQ(parsed.strongest(), row.expected) << parsed.statements.front().reason;
  EXPECT_EQ(parsed.read_only(), row.expected == C::read);
}

TEST(PostgresqlClass, HiddenWritesAreNotReads) {
  for (const Row& row : {
           Row{"WITH x AS (SELECT 1) DELETE FROM t", C::dml},
           Row{"WITH x AS (SELECT 1) INSERT INTO t SELECT 1", C::dml},
           Row{"WITH x AS (SELECT 1) UPDATE t SET a = 1", C::dml},
           Row{"WITH x AS (SELECT 1) MERGE INTO t USING s ON t.id=s.id WHEN MATCHED THEN DELETE", C::dml},
           Row{"WITH a AS (WITH b AS (DELETE FROM u RETURNING *) SELECT * FROM b) SELECT * FROM a", C::dml},
           Row{"SELECT * FROM (WITH b AS (DELETE FROM u RETURNING *) SELECT * FROM b) q", C::dml},
           Row{"EXPLAIN (ANALYZE) DELETE FROM t", C::dml},
           Row{"EXPLAIN ANALYZE DELETE FROM t", C::dml},
           Row{"EXPLAIN (FORMAT JSON, ANALYZE) UPDATE t SET a=1", C::dml},
           Row{"EXPLAIN (ANALYZE true, BUFFERS) DELETE FROM t", C::dml},
           Row{"EXPLAIN (ANALYZE off, ANALYZE on) DELETE FROM t", C::dml},
           Row{"EXPLAIN (ANALYZE 1) DELETE FROM t", C::dml},
           Row{"EXPLAIN (ANALYZE off) DELETE FROM t", C::read},
           Row{"EXPLAIN (ANALYZE on, ANALYZE off) DELETE FROM t", C::read},
           Row{"EXPLAIN (ANALYZE 0) DELETE FROM t", C::read},
           Row{"SELECT a INTO n FROM t UNION SELECT b FROM s", C::ddl},
           Row{"(SELECT a INTO n FROM t)", C::ddl},
           Row{"SELECT * FROM t FOR UPDATE", C::dml},
           Row{"SELECT * FROM t FOR NO KEY UPDATE", C::dml},
           Row{"SELECT * FROM (SELECT id FROM t FOR KEY SHARE) q", C::dml},
           Row{"/* /* */ */ DELETE FROM t", C::dml},
           Row{"/**/DELETE FROM t WHERE c = E'\\''", C::dml},
           Row{"/**/DELETE FROM t WHERE c = $$'$$", C::dml},
           Row{"; DELETE FROM t", C::dml},
           Row{"SELECT 1; DELETE FROM t", C::dml},
           Row{"BEGIN; DELETE FROM t", C::transaction},
           Row{"PREPARE p AS DELETE FROM t", C::dml},
           Row{"DECLARE c CURSOR FOR SELECT * FROM t FOR UPDATE", C::dml},
       }) {
    expect_class(row);
  }
}

TEST(PostgresqlClass, FunctionsDecide) {
  for (const Row& row : {
           Row{"SELECT * FROM dblink('c','DELETE FROM t') AS t(x int)", C::file_or_program},
           Row{"SELECT public.dblink_exec('c','DELETE FROM t')", C::file_or_program},
           Row{"SELECT * FROM pg_read_file('/x')", C::file_or_program},
           Row{"SELECT * FROM \"pg_read_file\"('/x')", C::file_or_program},
           Row{"SELECT * FROM lo_import('/x')", C::file_or_program},
           Row{"SELECT pg_ls_dir('.')", C::file_or_program},
           Row{"SELECT pg_reload_conf()", C::admin},
           Row{"SELECT pg_switch_wal()", C::admin},
           Row{"SELECT pg_promote()", C::admin},
           Row{"SELECT pg_drop_replication_slot('x')", C::admin},
           Row{"SELECT pg_logical_emit_message(true,'a','b')", C::admin},
           Row{"SELECT pg_stat_reset()", C::admin},
           Row{"SELECT pg_terminate_backend(1)", C::admin},
           Row{"SELECT pg_sleep_for('1h')", C::procedural},
           Row{"SELECT pg_catalog.pg_sleep(1)", C::procedural},
           Row{"SELECT pg_advisory_lock_shared(1)", C::transaction},
           Row{"SELECT pg_try_advisory_lock(1)", C::transaction},
           Row{"SELECT pg_advisory_unlock_all()", C::transaction},
           Row{"SELECT lo_open(1,131072)", C::dml},
           Row{"SELECT nextval('s')", C::dml},
           Row{"SELECT txid_current()", C::dml},
           Row{"SELECT query_to_xml('delete from t', true, true, '')", C::procedural},
           Row{"SELECT ts_rewrite('a'::tsquery, 'select 1')", C::procedural},
           Row{"SELECT my_function()", C::procedural},
           Row{"SELECT public.lower('A')", C::procedural},
           Row{"SELECT * FROM t WHERE a IN (SELECT f(b) FROM u)", C::procedural},
           Row{"SELECT a OPERATOR(s.+) b FROM t", C::procedural},
           Row{"SELECT * FROM t TABLESAMPLE s.mine(1)", C::procedural},
           Row{"UPDATE t SET a = evil(b) WHERE id = 1", C::procedural},
           Row{"EXPLAIN SELECT evil()", C::procedural},
           Row{"SELECT set_config('session_authorization','postgres',false)", C::privilege},
           Row{"SELECT set_config('ro' || 'le','postgres',false)", C::privilege},
           Row{"SELECT set_config('work_mem','1MB',false)", C::session},
           Row{"SELECT set_config('transaction_read_only','off',false)", C::transaction},
           Row{"SELECT * FROM t TABLESAMPLE bernoulli(1)", C::read},
           Row{"SELECT pg_catalog.lower('A'), count(*), now(), random(), gen_random_uuid(), currval('s'), extract(year "
               "from now())",
               C::read},
           Row{"SELECT row_number() OVER (), jsonb_agg(a), a OPERATOR(pg_catalog.+) 1, "
               "has_table_privilege('t','select') FROM t",
               C::read},
           Row{"SELECT * FROM information_schema.tables JOIN pg_catalog.pg_class ON true", C::read},
       }) {
    expect_class(row);
  }
}

TEST(PostgresqlClass, StatementsHaveTheirClass) {
  for (const Row& row : {
           Row{"COPY t TO PROGRAM 'x'", C::file_or_program},
           Row{"COPY(SELECT 1) TO PROGRAM 'x'", C::file_or_program},
           Row{"COPY t FROM '/data'", C::file_or_program},
           Row{"COPY t TO STDOUT", C::dml},
           Row{"COPY (DELETE FROM t RETURNING *) TO STDOUT", C::dml},
           Row{"LOAD 'x'", C::file_or_program},
           Row{"CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'a', 'b'", C::file_or_program},
           Row{"DO LANGUAGE plpython3u 'x'", C::file_or_program},
           Row{"CREATE EXTENSION e", C::admin},
           Row{"DROP EXTENSION e", C::admin},
           Row{"CREATE SERVER s FOREIGN DATA WRAPPER w", C::admin},
           Row{"ALTER SYSTEM SET work_mem = 1", C::admin},
           Row{"ALTER DATABASE d SET work_mem = 1", C::admin},
           Row{"ALTER ROLE r SET work_mem = 1", C::admin},
           Row{"ALTER ROLE r SUPERUSER", C::privilege},
           Row{"VACUUM FULL t", C::admin},
           Row{"REINDEX INDEX CONCURRENTLY i", C::admin},
           Row{"CHECKPOINT", C::admin},
           Row{"SET session_replication_role = replica", C::admin},
           Row{"CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()", C::ddl},
           Row{"DROP TRIGGER g ON t", C::ddl},
           Row{"DROP FUNCTION f()", C::ddl},
           Row{"ALTER TYPE e ADD VALUE 'x'", C::ddl},
           Row{"TRUNCATE t", C::ddl},
           Row{"CREATE TABLE n AS SELECT 1", C::ddl},
           Row{"REFRESH MATERIALIZED VIEW CONCURRENTLY m", C::ddl},
           Row{"DROP INDEX CONCURRENTLY i", C::ddl},
           Row{"ALTER TABLE t ATTACH PARTITION p FOR VALUES FROM (1) TO (2)", C::ddl},
           Row{"ALTER SEQUENCE s RESTART", C::ddl},
           Row{"CREATE UNLOGGED TABLE t(a int)", C::ddl},
           Row{"CREATE TABLE t(a int DEFAULT evil())", C::procedural},
           Row{"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'", C::ddl},
           Row{"INSERT INTO t(a) OVERRIDING SYSTEM VALUE VALUES (1)", C::dml},
           Row{"TABLE t", C::read},
           Row{"VALUES (1), (2)", C::read},
           Row{"SHOW work_mem", C::read},
           Row{"GRANT SELECT ON t TO public", C::privilege},
           Row{"CREATE SCHEMA s CREATE TABLE t(a int) GRANT ALL ON t TO x", C::privilege},
           Row{"DROP POLICY p ON t", C::privilege},
           Row{"ALTER POLICY p ON t USING (true)", C::privilege},
           Row{"ALTER TABLE t OWNER TO m", C::privilege},
           Row{"ALTER TABLE t DISABLE ROW LEVEL SECURITY", C::privilege},
           Row{"ALTER DATABASE a RENAME TO b", C::admin},
           Row{"SET ROLE x", C::privilege},
           Row{"RESET ROLE", C::privilege},
           Row{"SET SESSION AUTHORIZATION x", C::privilege},
           Row{"SET work_mem = 1", C::session},
           Row{"RESET ALL", C::session},
           Row{"DISCARD ALL", C::transaction},
           Row{"SET TRANSACTION READ WRITE", C::transaction},
           Row{"SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", C::transaction},
           Row{"SET default_transaction_read_only='off'", C::transaction},
           Row{"SET \"default_transaction_read_only\" TO DEFAULT", C::transaction},
           Row{"BEGIN READ WRITE", C::transaction},
           Row{"COMMIT", C::transaction},
           Row{"LOCK TABLE t", C::transaction},
           Row{"SET CONSTRAINTS ALL DEFERRED", C::transaction},
           Row{"NOTIFY x", C::session},
           Row{"DO $$ begin delete from t; end $$", C::procedural},
           Row{"CALL p()", C::procedural},
           Row{"EXECUTE p", C::procedural},
           Row{"REASSIGN OWNED BY a TO b", C::privilege},
           Row{"COMMENT ON TABLE t IS 'x'", C::ddl},
       }) {
    expect_class(row);
  }
}

TEST(PostgresqlClass, InvalidStatementsAreOpaque) {
  for (const std::string_view sql :
       {"WITH x AS (MERGE INTO t USING s ON t.id=s.id WHEN MATCHED THEN DELETE RETURNING *) SELECT * FROM x",
        "WITH d AS ((DELETE FROM u RETURNING *)) SELECT * FROM d", "SELECT * FROM (DELETE FROM t)",
        "/*!50000 DROP TABLE x */ SELEC 1", "THIS IS NOT VALID SQL AT ALL @#$%"}) {
    const ParsedSql parsed = pg(sql);
    EXPECT_EQ(parsed.strongest(), C::opaque) << sql;
    EXPECT_FALSE(parsed.read_only()) << sql;
    ASSERT_FALSE(parsed.problems.empty()) << sql;
  }
}

TEST(PostgresqlClass, ReasonSaysWhatTheLeadKeywordDoesNot) {
  EXPECT_EQ(pg("DELETE FROM t").statements[0].reason, "");
  EXPECT_EQ(pg("SELECT my.f()").statements[0].reason, "function my.f is not known to be read-only");
  EXPECT_EQ(pg("SELECT pg_sleep(1)").statements[0].reason, "function pg_sleep is not read-only: it holds the session");
  EXPECT_EQ(pg("WITH d AS (DELETE FROM u RETURNING *) SELECT * FROM d").statements[0].reason, "holds DELETE");
}

TEST(PostgresqlClass, FunctionsBehindCastsOperatorsAndColumnsAreNotReads) {
  for (const Row& row : {
           Row{"SELECT (-1).lo_creat", C::dml},
           Row{"SELECT ('s'::regclass).nextval", C::dml},
           Row{"SELECT s.nextval FROM unnest('{s}'::regclass[]) s", C::dml},
           Row{"SELECT s.pg_sleep FROM generate_series(1, 2) s", C::procedural},
           Row{"SELECT s.pg_terminate_backend FROM generate_series(1, 2) s", C::admin},
           Row{"SELECT (1).evil", C::procedural},
           Row{"SELECT (t.a).evil.b FROM t", C::procedural},
           Row{"SELECT 1::positive", C::procedural},
           Row{"SELECT CAST('1' AS app.positive)", C::procedural},
           Row{"SELECT '{1}'::_positive, '{1}'::positive[]", C::procedural},
           Row{"SELECT positive '1'", C::procedural},
           Row{"SELECT * FROM json_to_record('{}') AS x(a positive)", C::procedural},
           Row{"SELECT * FROM XMLTABLE('/a' PASSING ('<a/>'::xml) COLUMNS a positive PATH '.')", C::procedural},
           Row{"EXPLAIN SELECT 1::positive", C::procedural},
           Row{"SELECT 1 <!> 2", C::procedural},
           Row{"SELECT <!> 2", C::procedural},
           Row{"SELECT 1 <!> ANY (SELECT 2)", C::procedural},
           Row{"SELECT a FROM t ORDER BY a USING <!>", C::procedural},
           Row{"EXPLAIN EXECUTE p", C::procedural},
           Row{"INSERT INTO t VALUES ('open'::state)", C::dml},
           Row{"CREATE TABLE t (a state DEFAULT 'open'::state)", C::ddl},
           Row{"SELECT t.a, s.t.a, t.lo_price, (t.a)[1], t.* FROM s.t", C::read},
           Row{"SELECT a::text, int '1', '{1}'::_int4, x::int[], 1::numeric(5, 2) FROM t", C::read},
           Row{"SELECT a || b, a ->> 'b', a @> b, NOT a, -a, a BETWEEN SYMMETRIC 1 AND 2 FROM t ORDER BY a USING <",
               C::read},
           Row{"SELECT a NOT BETWEEN 1 AND 2, a LIKE b, a IS DISTINCT FROM b, a IN (1), a = ALL (b) FROM t", C::read},
       }) {
    expect_class(row);
  }
}

}  // namespace
}  // namespace dbw::sqlparse::test
