#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using Action = AlterAction::Kind;

Statement one(std::string_view sql) {
  const ParsedSql parsed = pg(sql);
  EXPECT_TRUE(parsed.problems.empty()) << sql << ": " << (parsed.problems.empty() ? "" : parsed.problems[0].message);
  EXPECT_EQ(parsed.statements.size(), 1u) << sql;
  return parsed.statements.empty() ? Statement{} : parsed.statements.front();
}

std::string objects(const Statement& statement) {
  std::string out;
  for (const ObjectUse& use : statement.objects) {
    out += std::string(object_kind_name(use.kind)) + ":" + use.name.text() + ":" +
           std::string(access_name(use.access)) + " ";
  }
  return out;
}

TEST(PostgresqlFacts, RangesLeaveOutBlanksCommentsAndSemicolons) {
  const std::string_view sql = " -- first\n SELECT 1 /* tail */ ; /* gap */ \n DELETE FROM t -- end\n;";
  const ParsedSql parsed = pg(sql);
  ASSERT_EQ(parsed.statements.size(), 2u);
  EXPECT_EQ(
      sql.substr(parsed.statements[0].range.start, parsed.statements[0].range.end - parsed.statements[0].range.start),
      "SELECT 1");
  EXPECT_EQ(
      sql.substr(parsed.statements[1].range.start, parsed.statements[1].range.end - parsed.statements[1].range.start),
      "DELETE FROM t");
}

TEST(PostgresqlFacts, CreateTable) {
  const Statement statement =
      one("CREATE TEMP TABLE IF NOT EXISTS s.t (a int8 NOT NULL DEFAULT 1, b numeric(10,2)[] CHECK (b > (0)), c int "
          "GENERATED ALWAYS AS IDENTITY,"
          " d int GENERATED ALWAYS AS (a*2) STORED, e int REFERENCES q(id) ON DELETE CASCADE, f serial PRIMARY KEY, g "
          "timestamp DEFAULT now(),"
          " h uuid DEFAULT gen_random_uuid(), i text DEFAULT NULL, CONSTRAINT x UNIQUE (a,b), FOREIGN KEY (a) "
          "REFERENCES z.y (k), j char(3),"
          " k timestamp with time zone, EXCLUDE USING gist (c WITH =))");
  EXPECT_EQ(statement.kind, StatementKind::create_table);
  EXPECT_EQ(statement.target, (ObjectName{"s", "t"}));
  EXPECT_EQ(statement.target_kind, ObjectKind::table);
  EXPECT_TRUE(statement.temporary);
  EXPECT_TRUE(statement.if_exists);
  ASSERT_EQ(statement.columns.size(), 11u);
  EXPECT_EQ(statement.columns[0].type, "bigint");
  EXPECT_TRUE(statement.columns[0].not_null);
  EXPECT_TRUE(statement.columns[0].has_default);
  EXPECT_FALSE(statement.columns[0].default_volatile);
  EXPECT_EQ(statement.columns[1].type, "numeric");
  EXPECT_EQ(statement.columns[1].type_arguments, (std::vector<std::string>{"10", "2"}));
  EXPECT_TRUE(statement.columns[1].array);
  EXPECT_EQ(statement.columns[1].constraints[0].expression, "b > (0)");
  EXPECT_TRUE(statement.columns[2].identity);
  EXPECT_TRUE(statement.columns[3].generated_stored);
  EXPECT_EQ(statement.columns[4].constraints[0].references, (ObjectName{"", "q"}));
  EXPECT_EQ(statement.columns[4].constraints[0].on_delete, "cascade");
  EXPECT_EQ(statement.columns[5].type, "serial");
  EXPECT_TRUE(statement.columns[5].auto_increment);
  EXPECT_EQ(statement.columns[5].constraints[0].kind, ConstraintKind::primary_key);
  EXPECT_FALSE(statement.columns[6].default_volatile);
  EXPECT_TRUE(statement.columns[7].default_volatile);
  EXPECT_TRUE(statement.columns[8].default_null);
  EXPECT_EQ(statement.columns[9].type, "char");
  EXPECT_EQ(statement.columns[10].type, "timestamptz");
  ASSERT_EQ(statement.constraints.size(), 3u);
  EXPECT_EQ(statement.constraints[0].columns, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(statement.constraints[1].references, (ObjectName{"z", "y"}));
  EXPECT_EQ(statement.constraints[2].kind, ConstraintKind::exclusion);
}

TEST(PostgresqlFacts, AlterTableActions) {
  struct Row {
    std::string_view sql;
    Action kind;
    std::string_view name;
  };
  for (const Row& row : {
           Row{"ADD COLUMN IF NOT EXISTS a int", Action::add_column, "a"},
           Row{"DROP COLUMN a CASCADE", Action::drop_column, "a"},
           Row{"ALTER COLUMN a TYPE varchar(10) USING a::text", Action::alter_type, "a"},
           Row{"ALTER a SET DEFAULT 1", Action::set_default, "a"},
           Row{"ALTER a DROP DEFAULT", Action::drop_default, "a"},
           Row{"ALTER a SET NOT NULL", Action::set_not_null, "a"},
           Row{"ALTER a DROP NOT NULL", Action::drop_not_null, "a"},
           Row{"ADD CONSTRAINT c CHECK (a > 0) NOT VALID", Action::add_constraint, "c"},
           Row{"DROP CONSTRAINT c", Action::drop_constraint, "c"},
           Row{"VALIDATE CONSTRAINT c", Action::validate_constraint, "c"},
           Row{"RENAME TO u", Action::rename_table, "t"},
           Row{"RENAME COLUMN a TO b", Action::rename_column, "a"},
           Row{"RENAME CONSTRAINT a TO b", Action::rename_constraint, "a"},
           Row{"SET SCHEMA s", Action::set_schema, ""},
           Row{"OWNER TO m", Action::change_owner, "m"},
           Row{"ATTACH PARTITION p FOR VALUES FROM (1) TO (2)", Action::attach_partition, ""},
           Row{"DETACH PARTITION p CONCURRENTLY", Action::detach_partition, ""},
           Row{"DISABLE TRIGGER ALL", Action::disable_trigger, "all"},
           Row{"ENABLE TRIGGER g", Action::enable_trigger, "g"},
           Row{"DISABLE ROW LEVEL SECURITY", Action::disable_row_security, ""},
           Row{"ENABLE ROW LEVEL SECURITY", Action::enable_row_security, ""},
           Row{"SET LOGGED", Action::storage_rewrite, ""},
           Row{"ALTER a SET STATISTICS 100", Action::set_statistics, "a"},
           Row{"SET (fillfactor = 70)", Action::set_options, ""},
           Row{"CLUSTER ON i", Action::set_options, "i"},
       }) {
    const Statement statement = one("ALTER TABLE t " + std::string(row.sql));
    ASSERT_EQ(statement.actions.size(), 1u) << row.sql;
    EXPECT_EQ(statement.actions[0].kind, row.kind) << row.sql;
    EXPECT_EQ(statement.actions[0].name, row.name) << row.sql;
    EXPECT_EQ(statement.kind, StatementKind::alter_table);
    EXPECT_EQ(statement.target.name, "t");
  }
}

TEST(PostgresqlFacts, AlterTableDetails) {
  EXPECT_TRUE(one("ALTER TABLE t ALTER a TYPE int USING a::int").actions[0].has_using);
  EXPECT_EQ(one("ALTER TABLE t ALTER a TYPE varchar(7)").actions[0].column.type_arguments,
            (std::vector<std::string>{"7"}));
  EXPECT_TRUE(
      one("ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u NOT VALID").actions[0].constraint.not_valid);
  EXPECT_FALSE(one("ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u").actions[0].constraint.not_valid);
  EXPECT_EQ(one("ALTER TABLE t ADD CONSTRAINT c UNIQUE USING INDEX i").actions[0].constraint.using_index, "i");
  EXPECT_TRUE(one("ALTER TABLE t ADD a timestamptz DEFAULT clock_timestamp()").actions[0].column.default_volatile);
  EXPECT_FALSE(one("ALTER TABLE t ADD a timestamptz DEFAULT now()").actions[0].column.default_volatile);
  EXPECT_TRUE(one("ALTER TABLE t ADD a int DEFAULT mine()").actions[0].column.default_volatile);
  EXPECT_TRUE(one("ALTER TABLE IF EXISTS t DROP a").if_exists);
  const Statement detach = one("ALTER TABLE t DETACH PARTITION s.p CONCURRENTLY");
  EXPECT_EQ(detach.actions[0].other_table, (ObjectName{"s", "p"}));
  EXPECT_TRUE(detach.concurrently);
  EXPECT_TRUE(detach.needs_no_transaction);
}

TEST(PostgresqlFacts, Restriction) {
  struct Row {
    std::string_view sql;
    Restriction expected;
  };
  using R = Restriction;
  for (const Row& row : {
           Row{"SELECT 1", R::not_applicable},
           Row{"EXPLAIN DELETE FROM t", R::not_applicable},
           Row{"DELETE FROM t", R::none},
           Row{"DELETE FROM t WHERE id = 1", R::some},
           Row{"DELETE FROM t WHERE 1=1", R::always_true},
           Row{"DELETE FROM t WHERE true", R::always_true},
           Row{"DELETE FROM t WHERE false", R::some},
           Row{"DELETE FROM t WHERE NOT false", R::always_true},
           Row{"DELETE FROM t WHERE 't'::bool", R::always_true},
           Row{"DELETE FROM t WHERE id = 1 OR true", R::always_true},
           Row{"DELETE FROM t WHERE id = 1 AND true", R::some},
           Row{"DELETE FROM t WHERE id IS NULL OR id IS NOT NULL", R::always_true},
           Row{"DELETE FROM t WHERE name LIKE '%'", R::always_true},
           Row{"DELETE FROM t WHERE name LIKE 'a%'", R::some},
           Row{"DELETE FROM t WHERE now() > '2020-01-01'", R::always_true},
           Row{"DELETE FROM t WHERE 1 + 1 = 2", R::always_true},
           Row{"DELETE FROM t WHERE EXISTS (SELECT 1)", R::always_true},
           Row{"DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)", R::some},
           Row{"DELETE FROM t WHERE random() < 0.1", R::some},
           Row{"DELETE FROM t WHERE CURRENT OF c", R::some},
           Row{"UPDATE t SET a=1 WHERE id=id", R::always_true},
           Row{"UPDATE t SET a=1 WHERE id <> id", R::some},
           Row{"UPDATE t SET a=1 WHERE 10 > 9", R::always_true},
           Row{"UPDATE t SET a=1 FROM u WHERE t.id = u.id", R::some},
           Row{"WITH d AS (DELETE FROM u RETURNING *) UPDATE t SET a=1 WHERE id=2", R::none},
           Row{"MERGE INTO t USING s ON t.id=s.id WHEN MATCHED THEN DELETE", R::none},
           Row{"MERGE INTO t USING s ON t.id=s.id WHEN MATCHED AND s.gone THEN DELETE", R::some},
           Row{"MERGE INTO t USING s ON t.id=s.id WHEN MATCHED THEN UPDATE SET a=1", R::some},
           Row{"MERGE INTO t USING s ON true WHEN MATCHED THEN UPDATE SET a=1", R::always_true},
           Row{"MERGE INTO t USING s ON t.id=s.id WHEN NOT MATCHED THEN INSERT VALUES (1)", R::not_applicable},
       }) {
    EXPECT_EQ(one(row.sql).restriction, row.expected) << row.sql;
  }
}

TEST(PostgresqlFacts, Objects) {
  EXPECT_EQ(objects(one("WITH t AS (SELECT * FROM t) SELECT * FROM t JOIN s.u USING (a)")),
            "table:t:read table:s.u:read ");
  EXPECT_EQ(objects(one("WITH RECURSIVE t AS (SELECT * FROM t) SELECT * FROM t")), "");
  EXPECT_EQ(objects(one("INSERT INTO a SELECT * FROM b")), "table:a:write table:b:read ");
  EXPECT_EQ(objects(one("DELETE FROM a USING b WHERE a.id = b.id")), "table:a:write table:b:read ");
  EXPECT_EQ(objects(one("TRUNCATE a, s.b")), "table:a:write table:s.b:write ");
  EXPECT_EQ(objects(one("DROP INDEX s.i, j")), "index:s.i:drop index:j:drop ");
  EXPECT_EQ(objects(one("DROP TRIGGER g ON s.t")), "table:s.t:alter trigger:g:drop ");
  EXPECT_EQ(objects(one("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u")), "table:t:alter table:u:read ");
  EXPECT_EQ(objects(one("CREATE TABLE p PARTITION OF q DEFAULT")), "table:p:create table:q:alter ");
  EXPECT_EQ(objects(one("CREATE MATERIALIZED VIEW m AS SELECT * FROM t")), "table:t:read materialized_view:m:create ");
  EXPECT_EQ(objects(one("ALTER INDEX i RENAME TO j")), "index:i:alter ");
  EXPECT_EQ(objects(one("COPY t TO STDOUT")), "table:t:read ");
}

TEST(PostgresqlFacts, Options) {
  const Statement index = one("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON s.t (a, lower(b))");
  EXPECT_TRUE(index.unique && index.concurrently && index.if_exists && index.needs_no_transaction);
  EXPECT_EQ(index.target, (ObjectName{"s", "t"}));
  ASSERT_EQ(index.columns.size(), 2u);
  EXPECT_EQ(index.columns[0].name, "a");
  EXPECT_EQ(index.columns[1].name, "");
  EXPECT_TRUE(one("DROP TABLE IF EXISTS a, b CASCADE").cascade);
  EXPECT_EQ(one("DROP TABLE a, s.b").targets, (std::vector<ObjectName>{{"", "a"}, {"s", "b"}}));
  EXPECT_TRUE(one("VACUUM (FULL) t").full);
  EXPECT_FALSE(one("VACUUM (FULL off) t").full);
  EXPECT_EQ(one("ANALYZE t").kind, StatementKind::analyze);
  EXPECT_TRUE(one("REINDEX (CONCURRENTLY) TABLE t").concurrently);
  EXPECT_FALSE(one("REINDEX (CONCURRENTLY off) TABLE t").concurrently);
  EXPECT_TRUE(one("REINDEX DATABASE d").needs_no_transaction);
  EXPECT_TRUE(one("CREATE DATABASE d").needs_no_transaction);
  EXPECT_FALSE(one("CREATE INDEX i ON t (a)").needs_no_transaction);
  EXPECT_TRUE(one("INSERT INTO t (a) VALUES (1)").has_column_list);
  EXPECT_TRUE(one("INSERT INTO t VALUES (1)").selects_values);
  EXPECT_FALSE(one("INSERT INTO t SELECT 1").selects_values);
  const Statement set = one("SET LOCAL Lock_Timeout = '2s'");
  EXPECT_EQ(set.setting, "lock_timeout");
  EXPECT_EQ(set.setting_value, "2s");
  EXPECT_TRUE(set.set_local);
  EXPECT_TRUE(one("ALTER SYSTEM SET work_mem = 1").server_wide);
  EXPECT_EQ(one("ROLLBACK TO SAVEPOINT x").transaction_command, "rollback_to");
  EXPECT_EQ(one("START TRANSACTION").transaction_command, "begin");
  EXPECT_EQ(one("DO $$ body $$").nested_sql, (std::vector<std::string>{" body "}));
  EXPECT_EQ(one("CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'").nested_sql,
            (std::vector<std::string>{"select 1"}));
  EXPECT_EQ(one("REVOKE ALL ON t FROM x").kind, StatementKind::revoke);
}

TEST(PostgresqlFacts, ConstraintTextKeepsItsPlaceInTheFile) {
  const ParsedSql parsed =
      pg("SELECT 'é'; -- (x)\nALTER TABLE t ADD CONSTRAINT c CHECK ((a > 0) AND b <> ')') NOT VALID");
  ASSERT_EQ(parsed.statements.size(), 2u);
  EXPECT_EQ(parsed.statements[1].actions[0].constraint.expression, "(a > 0) AND b <> ')'");
}

}  // namespace
}  // namespace dbw::sqlparse::test
