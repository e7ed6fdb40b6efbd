#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using Kind = ParseProblem::Kind;

struct Row {
  std::string_view sql;
  Kind kind;
  std::string_view message_part;
};

void expect_problem(const ParsedSql& parsed, const Row& row) {
  SCOPED_TRACE(row.sql);
  ASSERT_FALSE(parsed.problems.empty());
  EXPECT_EQ(static_cast<int>(parsed.problems[0].kind), static_cast<int>(row.kind)) << parsed.problems[0].message;
  EXPECT_NE(parsed.problems[0].message.find(row.message_part), std::string::npos) << parsed.problems[0].message;
  EXPECT_EQ(parsed.strongest(), StatementClass::opaque);
}

TEST(Problems, PostgresqlNamesWhatIsNotSql) {
  for (const Row& row : {
           Row{"\\copy t from 'x'", Kind::client_command, "psql meta-command \\copy"},
           Row{"SELECT 1;\n\\! rm -rf x\nSELECT 2;", Kind::client_command, "psql meta-command"},
           Row{"SELECT 1 \\gset", Kind::client_command, "psql meta-command \\gset"},
           Row{"\\i other.sql", Kind::client_command, "\\i"},
           Row{"SELECT :name", Kind::client_command, "psql variable :name"},
           Row{"SELECT :'name'", Kind::client_command, "psql variable"},
           Row{"DELIMITER //\nSELECT 1//", Kind::client_command, "DELIMITER"},
           Row{"COPY t FROM STDIN;\n1\t'\n\\.\nSELECT 1;", Kind::copy_data, "COPY ... FROM STDIN"},
           Row{"SELECT * FROM {{ table }}", Kind::template_braces, "template braces"},
           Row{"SELECT * FROM ${table}", Kind::template_braces, "template braces"},
           Row{"SELECT * FROM t WHERE {% if x %}", Kind::template_braces, "template braces"},
           Row{"SELEC 1", Kind::syntax, "syntax error at or near \"SELEC\""},
           Row{"SELECT 1 FROM", Kind::cut_off, "at end of input"},
       }) {
    expect_problem(pg(row.sql), row);
  }
}

TEST(Problems, NewerPostgresqlGrammarIsNamed) {
  for (const Row& row : {
           Row{"SELECT * FROM JSON_TABLE(a, '$' COLUMNS (c int))", Kind::newer_grammar,
               "PostgreSQL 17 syntax: JSON_TABLE"},
           Row{"SELECT 1_000", Kind::newer_grammar, "PostgreSQL 16 syntax"},
           Row{"SELECT 0x1F", Kind::newer_grammar, "PostgreSQL 16 syntax"},
           Row{"SELECT a IS JSON FROM t", Kind::newer_grammar, "PostgreSQL 16 syntax: IS JSON"},
           Row{"MERGE INTO t USING s ON t.id=s.id WHEN MATCHED THEN DELETE RETURNING *", Kind::newer_grammar,
               "MERGE ... RETURNING"},
           Row{"MERGE INTO t USING s ON t.id=s.id WHEN NOT MATCHED BY SOURCE THEN DELETE", Kind::newer_grammar,
               "BY SOURCE"},
           Row{"ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID", Kind::newer_grammar, "PostgreSQL 18 syntax"},
           Row{"ALTER TABLE t ADD CHECK (a > 0) NOT ENFORCED", Kind::newer_grammar, "NOT ENFORCED"},
           Row{"CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a) VIRTUAL)", Kind::newer_grammar,
               "PostgreSQL 18 syntax: virtual"},
           Row{"CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a))", Kind::newer_grammar,
               "PostgreSQL 18 syntax: virtual"},
           Row{"CREATE TABLE t (a int, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))", Kind::newer_grammar,
               "WITHOUT OVERLAPS"},
           Row{"GRANT a TO b WITH INHERIT TRUE", Kind::newer_grammar, "PostgreSQL 16 syntax"},
           Row{"ALTER TABLE t ALTER a SET EXPRESSION AS (b)", Kind::newer_grammar, "PostgreSQL 17 syntax"},
       }) {
    expect_problem(pg(row.sql), row);
  }
}

TEST(Problems, PositionsCountBytes) {
  const std::string_view sql = "SELECT 'é';\nSELECT 'é' FROM FROM;";
  const ParsedSql parsed = pg(sql);
  ASSERT_EQ(parsed.problems.size(), 1u);
  EXPECT_EQ(sql.substr(parsed.problems[0].range.start), "FROM;");
  const LineColumn at = line_column(sql, parsed.problems[0].range.start);
  EXPECT_EQ(at.line, 2);
  EXPECT_EQ(at.column, 18);
}

TEST(Problems, OthersKeepTheirFactsBesideCopyData) {
  const ParsedSql parsed = pg("DROP TABLE a;\nCOPY t FROM STDIN;\nit's;\t1\n\\.\nDROP TABLE b;");
  ASSERT_EQ(parsed.statements.size(), 4u);
  EXPECT_EQ(parsed.statements[0].target.name, "a");
  EXPECT_EQ(parsed.statements[1].kind, StatementKind::copy);
  EXPECT_EQ(parsed.statements[2].kind, StatementKind::unreadable);
  EXPECT_EQ(parsed.statements[3].target.name, "b");
  EXPECT_EQ(parsed.sql.find("it's"), parsed.statements[2].range.start);
}

TEST(Problems, RangesStayApartAroundClientCommands) {
  for (const std::string_view sql :
       {"SELECT 1\n\\x\nFROM t;", "SELECT (1\n\\x\n); DROP TABLE t", "\\a\n\\b\nSELECT 1", "SELECT 1 \\g\nSELECT 2"}) {
    const ParsedSql parsed = pg(sql);
    EXPECT_EQ(parsed.strongest(), StatementClass::opaque) << sql;
    EXPECT_EQ(parsed.sql, sql);
    std::size_t end = 0;
    for (const Statement& statement : parsed.statements) {
      EXPECT_LE(end, statement.range.start) << sql;
      end = statement.range.end;
    }
  }
}

TEST(Problems, Sqlite) {
  for (const Row& row : {
           Row{".read x", Kind::client_command, "sqlite3 shell"},
           Row{"SELECT ?1", Kind::client_command, "parameter ?1 has no value"},
           Row{"DELETE FROM t WHERE a = :a", Kind::client_command, "parameter :a"},
           Row{"SELECT * FROM {{ t }}", Kind::template_braces, "template braces"},
           Row{"SELEC 1", Kind::syntax, "syntax error"},
           Row{"CREATE TRIGGER x; DROP TABLE y; ; END", Kind::syntax, "syntax error"},
       }) {
    expect_problem(lite(row.sql), row);
  }
}

}  // namespace
}  // namespace dbw::sqlparse::test
