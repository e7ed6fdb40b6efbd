#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using C = StatementClass;
using Kind = ParseProblem::Kind;

std::vector<std::string> texts(const ParsedSql& parsed) {
  std::vector<std::string> out;
  for (const Statement& statement : parsed.statements)
    out.push_back(parsed.sql.substr(statement.range.start, statement.range.end - statement.range.start));
  return out;
}

using Texts = std::vector<std::string>;

TEST(MysqlLexer, Boundaries) {
  const struct {
    std::string_view sql;
    Texts expected;
  } rows[] = {
      {"SELECT 5--1; DROP TABLE x", {"SELECT 5--1", "DROP TABLE x"}},
      {"SELECT 5-- 1; DROP TABLE x", {"SELECT 5"}},
      {"SELECT 5--\n1; DROP TABLE x", {"SELECT 5--\n1", "DROP TABLE x"}},
      {"SELECT 1--", {"SELECT 1"}},
      {"SELECT 1 #; x\n; SELECT 2", {"SELECT 1", "SELECT 2"}},
      {"SELECT 1 /* ; */; SELECT 2", {"SELECT 1", "SELECT 2"}},
      {"SELECT ';', `;`; SELECT 2", {"SELECT ';', `;`", "SELECT 2"}},
      {"SELECT 'it''s;', `a``;`; SELECT 2", {"SELECT 'it''s;', `a``;`", "SELECT 2"}},
      {"SELECT X'3b', N';', _utf8';'; SELECT 2", {"SELECT X'3b', N';', _utf8';'", "SELECT 2"}},
      {"SELECT @';', @`;`; SELECT 2", {"SELECT @';', @`;`", "SELECT 2"}},
      {";;SELECT 1;;;", {"SELECT 1"}},
      {"/* only */", {}},
      {"SELECT 1e5a, 1a.b, t.1a, .5e3, 0xg FROM 1a; SELECT 2",
       {"SELECT 1e5a, 1a.b, t.1a, .5e3, 0xg FROM 1a", "SELECT 2"}},
  };
  for (const auto& row : rows) {
    const ParsedSql parsed = maria(row.sql);
    EXPECT_EQ(texts(parsed), row.expected) << row.sql;
    EXPECT_TRUE(parsed.problems.empty()) << row.sql << parsed.problems[0].message;
  }
}

TEST(MysqlLexer, BodiesStayWhole) {
  const std::string_view bodies[] = {
      "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END",
      "CREATE PROCEDURE p(IN a INT, OUT b VARCHAR(10)) NOT DETERMINISTIC COMMENT 'x' BEGIN IF a THEN SELECT 1; ELSEIF "
      "b "
      "THEN SELECT 2; ELSE SELECT 3; END IF; END",
      "CREATE PROCEDURE p() l: LOOP IF x THEN LEAVE l; END IF; END LOOP l",
      "CREATE PROCEDURE p() BEGIN REPEAT SELECT 1; UNTIL x END REPEAT; WHILE x DO SELECT 1; END WHILE; END",
      "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE; SELECT CASE WHEN 1 THEN 2 END; "
      "END",
      "CREATE PROCEDURE p() BEGIN SELECT IF(a, 1, 2), REPEAT('a', 3) FROM t; DROP TABLE IF EXISTS t; END",
      "CREATE PROCEDURE p() BEGIN DECLARE x INT DEFAULT 0; DECLARE c CURSOR FOR SELECT 1; DECLARE EXIT HANDLER FOR "
      "SQLSTATE '23000', NOT FOUND BEGIN SELECT 1; END; SELECT 2; END",
      "CREATE PROCEDURE p() BEGIN DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET x = 1; BEGIN END; SELECT 1; END",
      "CREATE FUNCTION f(a INT) RETURNS DECIMAL(10,2) UNSIGNED DETERMINISTIC READS SQL DATA BEGIN DECLARE r INT; "
      "RETURN CASE WHEN a THEN 1 ELSE 2 END; END",
      "CREATE FUNCTION f() RETURNS CHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin BEGIN RETURN 'x'; END",
      "CREATE DEFINER='a'@'b' TRIGGER g AFTER UPDATE ON t FOR EACH ROW FOLLOWS h BEGIN SELECT 1; SELECT 2; END",
      "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW IF NEW.a THEN SET NEW.a = 1; SET NEW.b = 2; END IF",
      "CREATE EVENT e ON SCHEDULE EVERY 1 DAY ENDS NOW() COMMENT 'x' DO BEGIN SELECT 1; SELECT 2; END",
      "ALTER EVENT e DO BEGIN SELECT 1; SELECT 2; END",
      "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
      "IF 1 THEN SELECT 1; SELECT 2; END IF",
      "FOR i IN 1..3 DO SELECT i; SELECT 2; END FOR",
      "SET STATEMENT max_statement_time=1 FOR BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
  };
  for (const std::string_view body : bodies) {
    const std::string sql = std::string(body) + "; DROP TABLE x";
    const ParsedSql parsed = maria(sql);
    ASSERT_EQ(parsed.statements.size(), 2u) << sql;
    EXPECT_EQ(texts(parsed)[0], body);
    EXPECT_EQ(parsed.statements[1].kind, StatementKind::drop) << sql;
    EXPECT_NE(parsed.statements[0].statement_class, C::read) << sql;
    EXPECT_NE(parsed.statements[0].statement_class, C::opaque) << sql << parsed.statements[0].reason;
  }
}

TEST(MysqlLexer, WhatBeginsNoBodySplits) {
  for (const std::string_view sql :
       {"BEGIN; SELECT 1", "SELECT IF(a, 1, 2); SELECT 1", "SELECT CASE WHEN 1 THEN 2 END; SELECT 1",
        "CREATE TABLE begin (a INT); SELECT 1", "SELECT 1 AS begin; SELECT 1",
        "CREATE PROCEDURE p() SELECT 1; SELECT 1",
        "CREATE EVENT IF NOT EXISTS e ON SCHEDULE EVERY 1 DAY DO DELETE FROM t; SELECT 1",
        "CREATE INDEX i ON t (a); SELECT 1", "DROP PROCEDURE IF EXISTS p; SELECT 1", "COMMIT; SELECT 1"}) {
    EXPECT_EQ(maria(sql).statements.size(), 2u) << sql;
  }
}

TEST(MysqlLexer, OpenBodiesAreOpaque) {
  for (const std::string_view sql :
       {"CREATE PROCEDURE p() BEGIN SELECT 1; DROP TABLE x", "BEGIN NOT ATOMIC SELECT 1",
        "IF 1 THEN SELECT 1; SELECT 2", "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW BEGIN DELETE FROM u"}) {
    const ParsedSql parsed = maria(sql);
    ASSERT_FALSE(parsed.problems.empty()) << sql;
    EXPECT_EQ(parsed.problems.back().kind, Kind::cut_off) << sql;
    EXPECT_EQ(parsed.strongest(), C::opaque) << sql;
    EXPECT_FALSE(parsed.read_only()) << sql;
  }
  // Closed by the wrong word: no read either.
  const ParsedSql other = maria("WHILE 1 DO SELECT 1; END");
  EXPECT_NE(other.strongest(), C::read);
  EXPECT_FALSE(other.read_only());
}

struct Refused {
  std::string_view sql;
  Kind kind;
  std::string_view message;  ///< part of it
};

void expect_refused(const ParsedSql& parsed, const Refused& row) {
  SCOPED_TRACE(row.sql);
  ASSERT_FALSE(parsed.problems.empty());
  bool found = false;
  for (const ParseProblem& problem : parsed.problems)
    found = found || (problem.kind == row.kind && problem.message.find(row.message) != std::string::npos);
  EXPECT_TRUE(found) << parsed.problems[0].message;
  EXPECT_EQ(parsed.strongest(), C::opaque);
  EXPECT_FALSE(parsed.read_only());
}

/// What one server reads as one statement and another as two, or as another one.
TEST(MysqlLexer, ModesThatDisagreeAreRefused) {
  const Refused rows[] = {
      {"SELECT 'a\\'; DROP TABLE x; -- '", Kind::ambiguous, "NO_BACKSLASH_ESCAPES"},
      {"SELECT 'it\\'s'", Kind::ambiguous, "NO_BACKSLASH_ESCAPES"},
      {"SELECT \"a\\\"; DROP TABLE x; -- \"", Kind::ambiguous, "sql_mode"},
      {"SELECT \"f\"(1)", Kind::ambiguous, "ANSI_QUOTES"},
      {"DELETE FROM \"t\" WHERE a = 1", Kind::ambiguous, "ANSI_QUOTES"},
      {"SELECT * FROM t JOIN \"u\"", Kind::ambiguous, "ANSI_QUOTES"},
      {"SELECT \"`\" ; DELETE FROM t; SELECT \"`\\\"`\"", Kind::ambiguous, "sql_mode"},
      {"/*!50000 DROP TABLE x */", Kind::ambiguous, "version"},
      {"SELECT 1 /*!50000 INTO OUTFILE 'x' */", Kind::ambiguous, "version"},
      {"/*!80000 DROP*/ TABLE x", Kind::ambiguous, "version"},
      {"SELECT 1 /*! ; DROP TABLE x */", Kind::ambiguous, "semicolon inside an executable comment"},
      {"SELECT 1; /*! DELETE FROM t */", Kind::ambiguous, "version"},
      {"SELECT /*M!100100 mine(1), */ 2", Kind::ambiguous, "version"},
      {"SELECT /*!50000 f */ (1)", Kind::ambiguous, "version"},
      {"SELECT f /*!50000 + */ /*!99999 (1)*/", Kind::ambiguous, "version"},
      {"SELECT /*!50000 1, /* x */ 5, */ 2", Kind::ambiguous, "comment inside an executable comment"},
      {"SELECT /*!99999 1, /*!10000 5, */ 7, */ 2", Kind::ambiguous, "comment inside an executable comment"},
      {"SELECT /*!50000 1 -- */\n, 2", Kind::ambiguous, "comment inside an executable comment"},
      {"SELECT /*!50000 'a */ b', */ 3", Kind::ambiguous, "literal with */"},
      {"SELECT 1 /*!1234567 + 1 */", Kind::ambiguous, "digits of version"},
      {"SELECT 1 /*!1 + 1 */ /*!10001 +1*/ /*!10002 +1*/ /*!10003 +1*/ /*!10004 +1*/", Kind::too_large, "kinds of"},
      {"SELECT /*+ QB_NAME(`*/) */ 1", Kind::ambiguous, "optimizer hint with an open quote"},
      {"SELECT 1 /* x", Kind::cut_off, "comment is not closed"},
      {"SELECT 1 /*! + 1", Kind::cut_off, "executable comment is not closed"},
      {"SELECT 'x", Kind::cut_off, "literal is not closed"},
      {"SELECT `x", Kind::cut_off, "quoted name is not closed"},
      {"SELECT 1 \\G", Kind::client_command, "backslash"},
      {"\\. file.sql", Kind::client_command, "backslash"},
      {"DELIMITER //", Kind::client_command, "delimiter is a command of the mysql client"},
      {"source x.sql", Kind::client_command, "source is a command"},
      {"SELECT ?", Kind::client_command, "parameter"},
      {"SELECT {{ x }}", Kind::template_braces, "template"},
      {"SELECT ${x}", Kind::template_braces, "template"},
      {"SELECT \xd0\xb0 FROM t", Kind::forbidden_character, "homoglyph"},
  };
  for (const Refused& row : rows) expect_refused(maria(row.sql), row);
  expect_refused(my("SELECT 1 /*!100100 + 1 */"), {"six digits", Kind::ambiguous, "6 digits of version"});
  EXPECT_TRUE(maria("SELECT 1 /*!100100 + 1 */").problems.empty());
}

TEST(MysqlLexer, ModesThatAgreeAreRead) {
  for (const std::string_view sql :
       {"SELECT \"a\", 'b\\\\c', 'd\\n', '\\%'", "SELECT 1 /*!50000 + 1 */ /*!80000 + 2 */",
        "SELECT /*!40001 SQL_NO_CACHE */ a FROM t", "SELECT /* plain */ 1 /*M plain */", "SELECT '/*!50000'",
        "SELECT \"it''s\""}) {
    const ParsedSql parsed = maria(sql);
    ASSERT_TRUE(parsed.problems.empty()) << sql << " " << parsed.problems[0].message;
    EXPECT_TRUE(parsed.read_only()) << sql;
  }
}

TEST(MysqlLexer, RangesHoldTheExecutableComment) {
  const ParsedSql parsed = maria("CREATE TABLE t (a INT) /*!50100 PARTITION BY HASH (a) */; SELECT 1");
  ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
  EXPECT_EQ(texts(parsed), (Texts{"CREATE TABLE t (a INT) /*!50100 PARTITION BY HASH (a) */", "SELECT 1"}));
}

TEST(MysqlLexer, CharacterSetsThatHideQuotesAreOpaque) {
  for (const std::string_view sql :
       {"SET NAMES gbk", "SET NAMES 'sjis'", "SET CHARACTER SET big5", "SET NAMES @x", "SET character_set_client = gbk",
        "SET sql_mode = 'ORACLE'", "SET sql_mode = 'ORA' 'CLE'", "SET sql_mode = @x", "SET sql_mode = 512",
        "SET sql_mode = CONCAT('ORA', 'CLE')"}) {
    EXPECT_EQ(maria(sql).strongest(), C::opaque) << sql;
  }
}

TEST(MysqlLexer, BlankBeforeTheParenthesisMayCallAStoredFunction) {
  EXPECT_TRUE(my("SELECT COUNT(*) FROM t").read_only());
  for (const std::string_view sql : {"SELECT COUNT (*) FROM t", "SELECT now ()", "SELECT max/**/(a) FROM t"})
    EXPECT_EQ(my(sql).strongest(), C::procedural) << sql;
  EXPECT_TRUE(my("SELECT abs (1)").read_only());  // natives that need no adjacency
}

}  // namespace
}  // namespace dbw::sqlparse::test
