#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using C = StatementClass;

struct Row {
  std::string_view sql;
  StatementClass expected;
};

TEST(Sqlite, Classes) {
  for (const Row& row : {
           Row{"SELECT 1", C::read},
           Row{"VALUES (1)", C::read},
           Row{"WITH x(a) AS (SELECT 1) SELECT * FROM x", C::read},
           Row{"SELECT count(*) FILTER (WHERE a > 1), row_number() OVER (PARTITION BY b), CAST(a AS decimal(10,2)) "
               "FROM t",
               C::read},
           Row{"SELECT * FROM json_each('[1]') JOIN pragma_table_info('t')", C::read},
           Row{"EXPLAIN DELETE FROM t", C::read},
           Row{"EXPLAIN QUERY PLAN SELECT 1", C::read},
           Row{"PRAGMA table_info(t)", C::read},
           Row{"PRAGMA main.user_version", C::read},
           Row{"PRAGMA user_version = 5", C::admin},
           Row{"PRAGMA foreign_keys(1)", C::admin},
           Row{"PRAGMA writable_schema", C::admin},
           Row{"EXPLAIN PRAGMA foreign_keys = ON", C::admin},
           Row{"WITH x AS (SELECT 1) DELETE FROM t", C::dml},
           Row{"WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", C::dml},
           Row{"REPLACE INTO t VALUES (1)", C::dml},
           Row{"SELECT replace('a', 'b', 'c')", C::read},
           Row{"CREATE TABLE t (a decimal(10,2))", C::ddl},
           Row{"CREATE TABLE t (a DEFAULT (mine(1)))", C::procedural},
           Row{"ALTER TABLE t ADD COLUMN a decimal(10,2)", C::ddl},
           Row{"REINDEX", C::ddl},
           Row{"ANALYZE", C::ddl},
           Row{"BEGIN", C::transaction},
           Row{"END", C::transaction},
           Row{"SAVEPOINT x", C::transaction},
           Row{"VACUUM", C::admin},
           Row{"DETACH x", C::admin},
           Row{"VACUUM INTO 'x'", C::file_or_program},
           Row{"VACUUM main INTO 'x'", C::file_or_program},
           Row{"ATTACH 'x' AS y", C::file_or_program},
           Row{"SELECT load_extension('x')", C::file_or_program},
           Row{"SELECT \"load_extension\"('x')", C::file_or_program},
           Row{"SELECT [writefile] ('x', 1)", C::file_or_program},
           Row{"SELECT * FROM fsdir('.')", C::file_or_program},
           Row{"CREATE VIRTUAL TABLE x USING csv(filename='a')", C::file_or_program},
           Row{"CREATE VIRTUAL TABLE x USING fts5(a)", C::ddl},
           Row{"SELECT mine(1)", C::procedural},
           Row{"UPDATE t SET a = mine(1) WHERE id = 1", C::procedural},
           Row{"CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT load_extension('x'); END", C::file_or_program},
       }) {
    const ParsedSql parsed = lite(row.sql);
    SCOPED_TRACE(row.sql);
    ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
    EXPECT_EQ(parsed.strongest(), row.expected) << parsed.statements[0].reason;
    EXPECT_EQ(parsed.read_only(), row.expected == C::read);
  }
}

TEST(Sqlite, TriggerBodiesStayWhole) {
  const ParsedSql parsed = lite(
      "CREATE TEMP TRIGGER IF NOT EXISTS g AFTER UPDATE OF a ON t WHEN new.a > 1 BEGIN\n"
      " UPDATE u SET a = CASE WHEN 1 THEN 2 ELSE 3 END WHERE id = 1;\n INSERT INTO w VALUES (1); END; DROP TABLE x");
  ASSERT_EQ(parsed.statements.size(), 2u);
  EXPECT_EQ(parsed.statements[0].kind, StatementKind::create_trigger);
  EXPECT_EQ(parsed.statements[0].nested_sql,
            (std::vector<std::string>{"UPDATE u SET a = CASE WHEN 1 THEN 2 ELSE 3 END WHERE id = 1",
                                      "INSERT INTO w VALUES (1)"}));
  EXPECT_EQ(parsed.statements[1].kind, StatementKind::drop);
}

TEST(Sqlite, TriggerBodiesThatAreNoneAreOpaque) {
  for (const std::string_view sql : {"CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE u",
                                     "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; SET t; x",
                                     "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; DROP TABLE t; END",
                                     "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; COMMIT; SELECT 2; END"}) {
    EXPECT_EQ(lite(sql).strongest(), C::opaque) << sql;
  }
}

TEST(Sqlite, CreateTable) {
  const ParsedSql parsed = lite(
      "CREATE TABLE IF NOT EXISTS main.t (id INTEGER PRIMARY KEY AUTOINCREMENT, a varchar(10) NOT NULL DEFAULT 'x', b "
      "decimal(10, 2) CHECK (b > (0)),"
      " c int REFERENCES u(id) ON DELETE CASCADE, d int DEFAULT NULL, e AS (a || b) STORED, f DEFAULT (random()), g "
      "int GENERATED ALWAYS AS (1),"
      " CONSTRAINT k UNIQUE (a, b), FOREIGN KEY (c) REFERENCES v(x) ON DELETE SET NULL) STRICT");
  ASSERT_EQ(parsed.statements.size(), 1u);
  const Statement& statement = parsed.statements[0];
  EXPECT_EQ(statement.target, (ObjectName{"main", "t"}));
  EXPECT_TRUE(statement.if_exists);
  ASSERT_EQ(statement.columns.size(), 8u);
  EXPECT_TRUE(statement.columns[0].auto_increment);
  EXPECT_EQ(statement.columns[0].constraints[0].kind, ConstraintKind::primary_key);
  EXPECT_EQ(statement.columns[1].type, "varchar");
  EXPECT_EQ(statement.columns[1].type_arguments, (std::vector<std::string>{"10"}));
  EXPECT_TRUE(statement.columns[1].not_null && statement.columns[1].has_default);
  EXPECT_EQ(statement.columns[2].type_arguments, (std::vector<std::string>{"10", "2"}));
  EXPECT_EQ(statement.columns[2].constraints[0].expression, "b > (0)");
  EXPECT_EQ(statement.columns[3].constraints[0].on_delete, "cascade");
  EXPECT_TRUE(statement.columns[4].default_null);
  EXPECT_TRUE(statement.columns[5].generated_stored);
  EXPECT_TRUE(statement.columns[6].default_volatile);
  EXPECT_TRUE(statement.columns[7].generated_virtual);
  ASSERT_EQ(statement.constraints.size(), 2u);
  EXPECT_EQ(statement.constraints[0].name, "k");
  EXPECT_EQ(statement.constraints[1].on_delete, "set null");
}

TEST(Sqlite, AlterTable) {
  EXPECT_EQ(lite("ALTER TABLE t RENAME TO u").statements[0].actions[0].kind, AlterAction::Kind::rename_table);
  EXPECT_EQ(lite("ALTER TABLE t RENAME a TO b").statements[0].actions[0].new_name, "b");
  EXPECT_EQ(lite("ALTER TABLE t DROP COLUMN a").statements[0].actions[0].kind, AlterAction::Kind::drop_column);
  const AlterAction add = lite("ALTER TABLE t ADD a int NOT NULL DEFAULT 5").statements[0].actions[0];
  EXPECT_EQ(add.kind, AlterAction::Kind::add_column);
  EXPECT_TRUE(add.column.not_null && add.column.has_default);
}

TEST(Sqlite, DefaultsThatAlterTableTakes) {
  const auto constant = [](const std::string& value) {
    const ParsedSql parsed = parse(Engine::sqlite, "CREATE TABLE t (a DEFAULT " + value + ")", {.bytes_max = 1000});
    return !parsed.statements.at(0).columns.at(0).default_expression;
  };
  for (const char* value : {"1", "-1", "'x'", "NULL", "true", "(1)", "((-1))", "('x')", "(NULL)", "(true)", "(x'00')",
                            "(CAST('1' AS INTEGER))"})
    EXPECT_TRUE(constant(value)) << value;
  for (const char* value : {"CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "(1 + 1)", "(random())",
                            "(CURRENT_TIMESTAMP)", "('a' || 'b')", "(NOT 1)", "(abs(-1))"})
    EXPECT_FALSE(constant(value)) << value;
}

TEST(Sqlite, Restriction) {
  using R = Restriction;
  const auto of = [](std::string_view sql) { return lite(sql).statements[0].restriction; };
  EXPECT_EQ(of("SELECT 1"), R::not_applicable);
  EXPECT_EQ(of("DELETE FROM t"), R::none);
  EXPECT_EQ(of("DELETE FROM t WHERE id = 1"), R::some);
  EXPECT_EQ(of("DELETE FROM t WHERE 1"), R::always_true);
  EXPECT_EQ(of("DELETE FROM t WHERE 1=1 RETURNING *"), R::always_true);
  EXPECT_EQ(of("DELETE FROM t WHERE ((id = id))"), R::always_true);
  EXPECT_EQ(of("DELETE FROM t WHERE id = 5 OR true"), R::always_true);
  EXPECT_EQ(of("DELETE FROM t WHERE id BETWEEN 1 AND 2"), R::some);
  EXPECT_EQ(of("DELETE FROM t WHERE id = 5 AND 1"), R::some);
  EXPECT_EQ(of("UPDATE t SET a = (SELECT 1 WHERE 0)"), R::none);
  EXPECT_EQ(of("UPDATE t SET a = 1 WHERE NOT 0"), R::always_true);
  EXPECT_EQ(of("DELETE FROM t WHERE 1=2"), R::some);
}

TEST(Sqlite, SchemaLetsTheAuthorizerSeeTriggers) {
  const ParseOptions options{k_sql_bytes_max,
                             "CREATE TABLE t (a); CREATE TABLE log (a); CREATE TRIGGER g AFTER INSERT ON t BEGIN "
                             "INSERT INTO log VALUES (new.a); END;"};
  const ParsedSql parsed = parse(Engine::sqlite, "INSERT INTO t VALUES (1)", options);
  ASSERT_EQ(parsed.statements.size(), 1u);
  bool found = false;
  for (const ObjectUse& use : parsed.statements[0].objects)
    found = found || (use.name.name == "log" && use.access == Access::write);
  EXPECT_TRUE(found);
  EXPECT_TRUE(parse(Engine::sqlite, "SELECT a FROM t", options).read_only());
  EXPECT_TRUE(parse(Engine::sqlite, "SELECT a FROM unknown", options).read_only());
}

TEST(Sqlite, HostileSchemaSqlDoesNothing) {
  const ParseOptions options{
      k_sql_bytes_max,
      "ATTACH '/nonexistent/x' AS y; PRAGMA writable_schema = 1; SELECT load_extension('x');"
      "CREATE TABLE r AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n FROM c) SELECT * FROM c; SELEC; ;;"};
  EXPECT_TRUE(parse(Engine::sqlite, "SELECT 1", options).read_only());
}

TEST(Sqlite, LaterStatementsSeeEarlierDdl) {
  const ParsedSql parsed = lite("CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t; SELECT * FROM v; DROP TABLE t");
  ASSERT_EQ(parsed.statements.size(), 4u);
  EXPECT_TRUE(parsed.problems.empty());
  EXPECT_TRUE(parsed.statements[2].read_only);
}

TEST(Sqlite, PragmasAsTablesReadOnlyWhereThePragmaDoes) {
  for (const std::string_view sql :
       {"SELECT * FROM pragma_optimize", "SELECT * FROM main.PRAGMA_optimize",
        "SELECT 1 FROM t JOIN \"pragma_optimize\"", "SELECT (SELECT 1 FROM pragma_optimize WHERE arg = 65534)",
        "SELECT * FROM pragma_journal_mode",
        "SELECT * FROM pragma_optimize, (WITH pragma_optimize AS (SELECT 1) SELECT * FROM pragma_optimize)"}) {
    EXPECT_FALSE(lite(sql).read_only()) << sql;
    EXPECT_EQ(lite(sql).strongest(), StatementClass::procedural) << sql;
  }
  for (const std::string_view sql : {"SELECT * FROM pragma_table_list", "SELECT name FROM pragma_table_info('t')",
                                     "SELECT current_timestamp, current_date, current_time"}) {
    EXPECT_TRUE(lite(sql).read_only()) << sql;
  }
}

/// `count` definitions, each of which names the one before twice.
std::string doubling(int count, std::string_view end) {
  std::string out = "WITH c0 AS (SELECT 1 AS x)";
  for (int i = 1; i <= count; ++i) out += fmt::format(", \"c{0}\"(x) AS (SELECT p.x FROM c{1} p, [C{1}] q)", i, i - 1);
  return out + fmt::format(" SELECT x FROM c{} {}", count, end);
}

/// Views likewise, the last one first.
std::string doubling_views(int count) {
  std::string out;
  for (int i = count; i > 0; --i)
    out += fmt::format("CREATE VIEW v{0} AS SELECT p.x FROM v{1} p, main.v{1} q;\n", i, i - 1);
  return out + "CREATE VIEW v0 AS SELECT 1 AS x;\n";
}

TEST(Sqlite, CopiesOfNamesAreBounded) {
  using Kind = ParseProblem::Kind;
  const auto problems = [](const std::string& sql) {
    std::vector<Kind> out;
    for (const ParseProblem& problem : lite(sql).problems) out.push_back(problem.kind);
    return out;
  };
  const auto too_deep = testing::ElementsAre(Kind::too_deep);
  EXPECT_THAT(problems(doubling(5, "")), testing::IsEmpty());
  EXPECT_THAT(problems(doubling(60, "")), too_deep);
  EXPECT_THAT(problems("INSERT INTO t " + doubling(60, "")), too_deep);
  EXPECT_THAT(problems("CREATE TABLE t AS " + doubling(60, "")), too_deep);
  EXPECT_THAT(problems("SELECT (" + doubling(60, "") + ")"), too_deep);
  EXPECT_THAT(problems(doubling_views(5) + "SELECT x FROM v5;"), testing::IsEmpty());
  EXPECT_THAT(problems(doubling_views(60) + "SELECT x FROM \"V60\";").back(), Kind::too_deep);
  EXPECT_THAT(problems("CREATE TABLE t (x);" + doubling_views(60) + "ALTER TABLE t RENAME x TO y;").back(),
              Kind::too_deep);
  EXPECT_THAT(problems("CREATE TABLE t (x); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT x FROM v60; END;" +
                       doubling_views(60) + "INSERT INTO t VALUES (1);")
                  .back(),
              Kind::too_deep);
  // Names that are columns, aliases and qualifiers as well.
  EXPECT_THAT(
      problems("WITH a AS (SELECT 1 AS x), b AS (SELECT a.x, a.x + 1 AS y FROM a), c AS (SELECT b.x, b.y, b.x AS "
               "z FROM b), d AS (SELECT c.x, c.y, c.z FROM c) SELECT d.x, d.y, d.z FROM d"),
      testing::IsEmpty());
}

TEST(Sqlite, CountingCopiesIsCheap) {
  std::string chain = "WITH c0 AS (SELECT 1 AS x)";
  for (int i = 1; i < 20'000; ++i) chain += fmt::format(", c{} AS (SELECT x FROM c{})", i, i - 1);
  EXPECT_FALSE(lite(chain + " SELECT x FROM c19999").problems.empty());
  std::string views;
  for (int i = 0; i < 5'000; ++i) views += fmt::format("CREATE VIEW v{} AS SELECT * FROM v{};\n", i, i + 1);
  EXPECT_EQ(lite(views).statements.size(), 5'000u);
}

}  // namespace
}  // namespace dbw::sqlparse::test
