#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using K = StatementKind;
using A = AlterAction::Kind;

Statement only(std::string_view sql) {
  const ParsedSql parsed = maria(sql);
  EXPECT_TRUE(parsed.problems.empty()) << sql << ": " << parsed.problems[0].message;
  EXPECT_EQ(parsed.statements.size(), 1u) << sql;
  EXPECT_NE(parsed.statements[0].statement_class, StatementClass::opaque) << sql << parsed.statements[0].reason;
  return parsed.statements[0];
}

std::string objects(const Statement& statement) {
  std::string out;
  for (const ObjectUse& use : statement.objects) {
    out += std::string(out.empty() ? "" : ", ") + std::string(access_name(use.access)) + " " +
           std::string(object_kind_name(use.kind)) + " " + use.name.text();
  }
  return out;
}

TEST(MysqlFacts, Objects) {
  const struct {
    std::string_view sql;
    std::string_view expected;
  } rows[] = {
      {"SELECT * FROM a, d.b AS x, `c` WHERE y IN (SELECT z FROM e)",
       "read table a, read table d.b, read table c, read table e"},
      {"WITH w AS (SELECT * FROM a) SELECT * FROM w JOIN b USING (id)", "read table a, read table w, read table b"},
      {"SELECT * FROM (a JOIN b ON a.id = b.id), c", "read table a, read table b, read table c"},
      {"SELECT EXTRACT(YEAR FROM ts) FROM a", "read table a"},
      {"SELECT 1 FROM dual", ""},
      {"SELECT 1 FROM a JOIN b ON percentile_cont(0.5) WITHIN GROUP (ORDER BY 1) OVER (PARTITION BY 1), d.c",
       "read table a, read table b, read table d.c"},
      {"SELECT LASTVAL(d.s), PREVIOUS VALUE FOR r", "read sequence d.s, read sequence r"},
      {"TABLE a UNION TABLE b", "read table a, read table b"},
      {"INSERT INTO d.t (a) SELECT a FROM u ON DUPLICATE KEY UPDATE a = 1, b = 2", "write table d.t, read table u"},
      {"UPDATE a JOIN b ON a.id = b.id, c SET a.x = 1", "write table a, write table b, write table c"},
      {"DELETE FROM t WHERE a IN (SELECT a FROM u)", "write table t, read table u"},
      {"DELETE a FROM a JOIN b ON a.id = b.id", "write table a, read table a, read table b"},
      {"CREATE TABLE t AS SELECT * FROM u", "create table t, read table u"},
      {"CREATE VIEW v AS SELECT * FROM u", "create view v, read table u"},
      {"CREATE INDEX i ON t (a)", "alter table t, create index i"},
      {"DROP INDEX i ON t", "drop index i, alter table t"},
      {"DROP TABLE a, d.b", "drop table a, drop table d.b"},
      {"TRUNCATE d.t", "write table d.t"},
      {"RENAME TABLE a TO b", "alter table a, create table b"},
      {"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1", "create trigger g, alter table t"},
      {"GRANT SELECT ON d.t TO u", "alter table d.t"},
      {"DESC t a", "read table t"},
      {"LOCK TABLES a READ, b WRITE", "read table a, read table b"},
  };
  for (const auto& row : rows) EXPECT_EQ(objects(only(row.sql)), row.expected) << row.sql;
}

TEST(MysqlFacts, Restrictions) {
  const struct {
    std::string_view sql;
    Restriction expected;
  } rows[] = {
      {"DELETE FROM t", Restriction::none},
      {"DELETE FROM t LIMIT 5", Restriction::none},
      {"DELETE FROM t WHERE 1", Restriction::always_true},
      {"DELETE FROM t WHERE 1 = 1", Restriction::always_true},
      {"DELETE FROM t WHERE '1'", Restriction::always_true},
      {"DELETE FROM t WHERE id = 7 OR TRUE", Restriction::always_true},
      {"DELETE FROM t WHERE id = 7 || 1", Restriction::always_true},
      {"DELETE FROM t WHERE NOT (1 <> 1)", Restriction::always_true},
      {"DELETE FROM t WHERE `id` = id", Restriction::always_true},
      {"DELETE FROM t WHERE id <=> id", Restriction::always_true},
      {"DELETE FROM t WHERE (((TRUE)))", Restriction::always_true},
      {"DELETE FROM t WHERE 1 AND 2 > 1", Restriction::always_true},
      {"DELETE FROM t WHERE id = 7", Restriction::some},
      {"DELETE FROM t WHERE 'a' = 'b'", Restriction::some},
      {"DELETE FROM t WHERE NOT NOT a", Restriction::some},
      {"DELETE FROM t WHERE NOT 0", Restriction::always_true},
      {"DELETE FROM t WHERE a BETWEEN 1 AND 2 AND b", Restriction::some},
      {"UPDATE t SET a = 1", Restriction::none},
      {"UPDATE t SET a = 1 WHERE id IN (1, 2) ORDER BY id LIMIT 1", Restriction::some},
      {"UPDATE a JOIN b ON a.id = b.id SET a.x = 1", Restriction::some},
      {"UPDATE a JOIN b ON 1 = 1 SET a.x = 1", Restriction::none},
      {"UPDATE a LEFT JOIN b ON a.id = b.id SET a.x = 1", Restriction::none},
      {"UPDATE a, b SET a.x = 1", Restriction::none},
      {"DELETE a FROM a JOIN b USING (id)", Restriction::some},
      {"DELETE FROM t WHERE a = 1 RETURNING a", Restriction::some},
      {"SELECT 1", Restriction::not_applicable},
  };
  for (const auto& row : rows) EXPECT_EQ(only(row.sql).restriction, row.expected) << row.sql;
}

TEST(MysqlFacts, CreateTable) {
  const Statement statement = only(
      "CREATE TABLE IF NOT EXISTS shop.orders (\n"
      "  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'key',\n"
      "  total DECIMAL(10, 2) DEFAULT 0.00 NOT NULL,\n"
      "  note VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,\n"
      "  at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),\n"
      "  twice INT GENERATED ALWAYS AS (total * 2) STORED, half INT AS (total / 2) VIRTUAL,\n"
      "  owner INT REFERENCES users (id) ON DELETE CASCADE, kind ENUM('a', 'b') UNIQUE CHECK (kind <> 'c'),\n"
      "  CONSTRAINT pk PRIMARY KEY (id), UNIQUE KEY u (note(10), total DESC), KEY (at), FULLTEXT INDEX f (note),\n"
      "  CONSTRAINT fk FOREIGN KEY (owner) REFERENCES shop.users (id) ON DELETE SET NULL, CHECK (total > 0)\n"
      ") ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARACTER SET = utf8mb4 COMMENT='x'");
  EXPECT_EQ(statement.kind, K::create_table);
  EXPECT_EQ(statement.target, (ObjectName{"shop", "orders"}));
  EXPECT_TRUE(statement.if_exists);
  ASSERT_EQ(statement.columns.size(), 8u);
  const auto& c = statement.columns;
  EXPECT_EQ(c[0].type, "bigint");
  EXPECT_TRUE(c[0].not_null && c[0].auto_increment);
  EXPECT_EQ(c[1].type_arguments, (std::vector<std::string>{"10", "2"}));
  EXPECT_TRUE(c[1].has_default && c[1].not_null && !c[1].default_null);
  EXPECT_TRUE(c[2].has_default && c[2].default_null);
  EXPECT_TRUE(c[3].has_default && c[3].default_volatile);
  EXPECT_TRUE(c[4].generated_stored && c[5].generated_virtual);
  ASSERT_EQ(c[6].constraints.size(), 1u);
  EXPECT_EQ(c[6].constraints[0].on_delete, "cascade");
  EXPECT_EQ(c[6].constraints[0].references.name, "users");
  ASSERT_EQ(c[7].constraints.size(), 2u);
  EXPECT_EQ(c[7].constraints[0].columns, std::vector<std::string>{"kind"});
  ASSERT_EQ(statement.constraints.size(), 4u);
  EXPECT_EQ(statement.constraints[0].kind, ConstraintKind::primary_key);
  EXPECT_EQ(statement.constraints[1].columns, (std::vector<std::string>{"note", "total"}));
  EXPECT_EQ(statement.constraints[2].references, (ObjectName{"shop", "users"}));
  EXPECT_EQ(statement.constraints[2].on_delete, "set null");
  EXPECT_EQ(statement.constraints[3].expression, "total > 0");
}

TEST(MysqlFacts, AlterTable) {
  const struct {
    std::string_view sql;
    std::vector<A> expected;
  } rows[] = {
      {"ALTER TABLE t ADD a INT NOT NULL", {A::add_column}},
      {"ALTER TABLE t ADD COLUMN IF NOT EXISTS a INT FIRST, ADD b INT AFTER a", {A::add_column, A::add_column}},
      {"ALTER TABLE t ADD (a INT, b INT)", {A::add_column, A::add_column}},
      {"ALTER TABLE t ADD UNIQUE INDEX i (a)", {A::add_constraint}},
      {"ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES u (id)", {A::add_constraint}},
      {"ALTER TABLE t ADD INDEX i (a)", {A::add_index}},
      {"ALTER TABLE t DROP COLUMN a, DROP b", {A::drop_column, A::drop_column}},
      {"ALTER TABLE t DROP PRIMARY KEY, DROP FOREIGN KEY f, DROP CHECK c, DROP CONSTRAINT d",
       {A::drop_constraint, A::drop_constraint, A::drop_constraint, A::drop_constraint}},
      {"ALTER TABLE t DROP INDEX i", {A::drop_index}},
      {"ALTER TABLE t MODIFY COLUMN a INT NOT NULL", {A::set_not_null, A::alter_type}},
      {"ALTER TABLE t CHANGE a b INT", {A::rename_column, A::alter_type}},
      {"ALTER TABLE t CHANGE a a BIGINT", {A::alter_type}},
      {"ALTER TABLE t ALTER a SET DEFAULT 5, ALTER COLUMN b DROP DEFAULT", {A::set_default, A::drop_default}},
      {"ALTER TABLE t RENAME COLUMN a TO b, RENAME INDEX i TO j", {A::rename_column, A::rename_other}},
      {"ALTER TABLE t RENAME TO u", {A::rename_table}},
      {"ALTER TABLE t ENGINE=InnoDB, ROW_FORMAT=DYNAMIC, COMMENT='x'",
       {A::storage_rewrite, A::storage_rewrite, A::set_options}},
      {"ALTER TABLE t ADD a INT, ALGORITHM=INSTANT, LOCK=NONE", {A::add_column, A::set_options, A::set_options}},
      {"ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", {A::storage_rewrite}},
  };
  for (const auto& row : rows) {
    const Statement statement = only(row.sql);
    EXPECT_EQ(statement.target.name, "t");
    std::vector<A> kinds;
    for (const AlterAction& action : statement.actions) kinds.push_back(action.kind);
    EXPECT_EQ(kinds, row.expected) << row.sql;
  }
}

TEST(MysqlFacts, Redefinitions) {
  const Statement modify = only("ALTER TABLE t MODIFY a INT UNSIGNED CHARACTER SET latin1 COMMENT 'x' AFTER b");
  ASSERT_EQ(modify.actions.size(), 1u);
  EXPECT_TRUE(modify.actions[0].redefines && modify.actions[0].positioned && !modify.actions[0].changes);
  EXPECT_TRUE(modify.actions[0].column.is_unsigned && modify.actions[0].column.has_comment);
  EXPECT_EQ(modify.actions[0].column.charset, "latin1");
  const Statement change = only("ALTER TABLE t CHANGE a a INT");
  EXPECT_TRUE(change.actions[0].changes && !change.actions[0].positioned && !change.actions[0].column.is_unsigned);
}

TEST(MysqlFacts, DefaultExpressions) {
  const Statement statement = only(
      "CREATE TABLE t (a INT DEFAULT 1, b INT DEFAULT (a + 1), c DATETIME DEFAULT NOW(), d CHAR(36) DEFAULT (uuid()))");
  ASSERT_EQ(statement.columns.size(), 4u);
  EXPECT_FALSE(statement.columns[0].default_expression || statement.columns[2].default_expression);
  EXPECT_TRUE(statement.columns[1].default_expression && statement.columns[3].default_expression);
}

TEST(MysqlFacts, Indexes) {
  const Statement table = only("CREATE TABLE t (a TEXT, b INT, KEY k (b, a(10)), FULLTEXT INDEX (a), UNIQUE u (b))");
  ASSERT_EQ(table.indexes.size(), 2u);
  EXPECT_EQ(table.indexes[0].name, "k");
  EXPECT_EQ(table.indexes[0].columns, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(table.indexes[1].kind, "fulltext");
  const Statement index = only("CREATE SPATIAL INDEX i ON t (p) ALGORITHM=INPLACE LOCK=SHARED");
  ASSERT_EQ(index.indexes.size(), 1u);
  EXPECT_EQ(index.indexes[0].kind, "spatial");
  EXPECT_EQ(index.indexes[0].name, "i");
  const Statement alter = only("ALTER TABLE t ADD FULLTEXT f (a)");
  EXPECT_EQ(alter.actions[0].index.kind, "fulltext");
  EXPECT_EQ(alter.actions[0].index.columns, std::vector<std::string>{"a"});
}

TEST(MysqlFacts, Options) {
  const struct {
    std::string_view sql;
    std::string_view expected;
  } rows[] = {
      {"CREATE TABLE t (a INT) ENGINE = 'InnoDB' DEFAULT CHARACTER SET=utf8mb4 COMMENT='x'",
       "engine=innodb charset=utf8mb4 comment=x"},
      {"ALTER TABLE t ADD a INT, ALGORITHM=INPLACE, LOCK=NONE", "algorithm=inplace lock=none"},
      {"ALTER TABLE t CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_bin", "convert=utf8mb4 collate=utf8mb4_bin"},
      {"ALTER TABLE t FORCE", "force="},
      {"ALTER TABLE t ORDER BY a, b", "order by="},
      {"ALTER TABLE t PARTITION BY HASH (a) PARTITIONS 4", "partition by="},
      {"ALTER TABLE t REMOVE PARTITIONING", "remove partitioning="},
      {"ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", "exchange partition="},
      {"CREATE INDEX i ON t (a) ALGORITHM=COPY LOCK=EXCLUSIVE", "algorithm=copy lock=exclusive"},
      {"DROP INDEX i ON t LOCK=NONE", "lock=none"},
  };
  for (const auto& row : rows) {
    std::string found;
    for (const Option& option : only(row.sql).options)
      found += (found.empty() ? "" : " ") + option.name + "=" + option.value;
    EXPECT_EQ(found, row.expected) << row.sql;
  }
  EXPECT_EQ(only("ALTER TABLE t DROP PARTITION p").actions[0].option.name, "drop partition");
  const Statement check = my("ALTER TABLE t ALTER CHECK c NOT ENFORCED").statements.at(0);
  EXPECT_EQ(check.actions[0].option.value, "not enforced");
  EXPECT_EQ(check.actions[0].name, "c");
}

TEST(MysqlFacts, ReplaceReplaces) {
  EXPECT_TRUE(only("REPLACE INTO t (a) VALUES (1)").or_replace);
  EXPECT_FALSE(only("INSERT INTO t (a) VALUES (1)").or_replace);
}

TEST(MysqlFacts, LeftoverTokensAreOpaque) {
  for (const std::string_view sql : {"DROP TABLE a b",
                                     "TRUNCATE a b",
                                     "RENAME TABLE a TO b c",
                                     "DROP INDEX i ON t x",
                                     "ALTER TABLE t FROB a",
                                     "ALTER TABLE t ADD a INT b",
                                     "CREATE TABLE t (a INT b)",
                                     "CREATE TABLE t (a)",
                                     "CREATE TABLE t (a INT) x",
                                     "INSERT INTO t (a) VALUES (1) x",
                                     "INSERT INTO t (f(1)) VALUES (1)",
                                     "DELETE FROM t a b",
                                     "UPDATE t WHERE a = 1",
                                     "SET x",
                                     "USE a b",
                                     "BEGIN x",
                                     "HELP 'a' 'b'",
                                     "CHECKSUM TABLE t x",
                                     "DESC t a b",
                                     "CREATE VIEW v AS DELETE FROM t",
                                     "CREATE FROB x",
                                     "DROP FROB x",
                                     "ALTER FROB x",
                                     "SHOW FROB",
                                     "SELECT (HANDLER t OPEN)",
                                     "SELECT * FROM (XA START 'a') q",
                                     "SELECT (DO 1)"}) {
    EXPECT_EQ(maria(sql).strongest(), StatementClass::opaque) << sql;
  }
}

TEST(MysqlFacts, InsertsSettingsAndBodies) {
  EXPECT_FALSE(only("INSERT INTO t VALUES (1)").has_column_list);
  EXPECT_TRUE(only("INSERT INTO t VALUES (1)").selects_values);
  EXPECT_TRUE(only("INSERT INTO t (a) SELECT 1").has_column_list);
  EXPECT_TRUE(only("INSERT INTO t SET a = 1").has_column_list);
  const Statement set = only("SET GLOBAL Foreign_Key_Checks = 0");
  EXPECT_EQ(set.setting, "foreign_key_checks");
  EXPECT_EQ(set.setting_value, "0");
  EXPECT_TRUE(set.server_wide);
  EXPECT_EQ(only("ROLLBACK TO a").transaction_command, "rollback_to");
  EXPECT_EQ(only("START TRANSACTION").transaction_command, "begin");
  const Statement body = only(
      "CREATE PROCEDURE p() BEGIN DECLARE x INT; l: LOOP IF x THEN DELETE FROM t; LEAVE l; END IF; SET x = 1; END "
      "LOOP; "
      "END");
  EXPECT_EQ(body.nested_sql, (std::vector<std::string>{"DELETE FROM t", "SET x = 1"}));
  EXPECT_EQ(only("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW DELETE FROM u").nested_sql,
            (std::vector<std::string>{"DELETE FROM u"}));
}

TEST(MysqlFacts, MaintenanceHistoryAndSwaps) {
  EXPECT_EQ(objects(only("OPTIMIZE LOCAL TABLE a, b.c")), "alter table a, alter table b.c");
  EXPECT_EQ(objects(only("REPAIR TABLE a QUICK")), "alter table a");
  const Statement history = only("DELETE HISTORY FROM a.t PARTITION (p) BEFORE SYSTEM_TIME now()");
  EXPECT_EQ(objects(history), "write table a.t");
  EXPECT_EQ(history.restriction, Restriction::some);
  EXPECT_EQ(only("DELETE HISTORY FROM t").restriction, Restriction::none);
  for (const std::string_view sql : {"DELETE HISTORY FROM t WHERE a = 1", "DELETE HISTORY FROM t BEFORE SYSTEM_TIME",
                                     "DELETE HISTORY FROM t BEFORE SYSTEM_TIME now() LIMIT 1"})
    EXPECT_EQ(maria(sql).strongest(), StatementClass::opaque) << sql;
  const Statement swap = only("RENAME TABLE a TO b, x.c TO a");
  ASSERT_EQ(swap.actions.size(), 2u);
  EXPECT_EQ(swap.actions[1].other_table.text(), "x.c");
  EXPECT_EQ(only("ALTER TABLE t ADD PARTITION IF NOT EXISTS PARTITIONS 2").actions[0].option.value, "partitions");
  EXPECT_EQ(only("ALTER TABLE t ADD PARTITION (PARTITION p VALUES LESS THAN (1))").actions[0].option.value, "");
}

TEST(MysqlFacts, Histograms) {
  for (const std::string_view sql :
       {"ANALYZE TABLE t UPDATE HISTOGRAM ON a, b", "ANALYZE LOCAL TABLE t UPDATE HISTOGRAM ON a WITH 16 BUCKETS",
        "ANALYZE TABLE t UPDATE HISTOGRAM ON a USING DATA '{}'", "ANALYZE TABLE t DROP HISTOGRAM ON a",
        "ANALYZE TABLE t UPDATE HISTOGRAM ON a WITH 16 BUCKETS AUTO UPDATE"}) {
    EXPECT_EQ(parse(Engine::mysql, sql, {.bytes_max = 1000}).strongest(), StatementClass::admin) << sql;
    EXPECT_EQ(maria(sql).strongest(), StatementClass::opaque) << sql;
  }
  for (const std::string_view sql : {"ANALYZE TABLE t UPDATE HISTOGRAM ON", "ANALYZE TABLE t DROP HISTOGRAM ON a b",
                                     "ANALYZE TABLE t UPDATE HISTOGRAM ON a WITH 16 BUCKETS DROP TABLE t"})
    EXPECT_EQ(parse(Engine::mysql, sql, {.bytes_max = 1000}).strongest(), StatementClass::opaque) << sql;
}

}  // namespace
}  // namespace dbw::sqlparse::test
