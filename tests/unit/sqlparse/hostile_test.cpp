#include <fmt/format.h>

#include "base/error.hpp"
#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using Kind = ParseProblem::Kind;

void expect_refused(const ParsedSql& parsed, Kind kind, std::string_view message_part) {
  ASSERT_FALSE(parsed.problems.empty()) << parsed.sql.substr(0, 100);
  EXPECT_EQ(static_cast<int>(parsed.problems[0].kind), static_cast<int>(kind)) << parsed.problems[0].message;
  EXPECT_NE(parsed.problems[0].message.find(message_part), std::string::npos) << parsed.problems[0].message;
  EXPECT_EQ(parsed.strongest(), StatementClass::opaque);
  EXPECT_FALSE(parsed.read_only());
}

// libpg_query overflows an 8 MB stack from 70,000 terms on.
TEST(Hostile, LongOperatorChains) {
  for (const std::size_t terms : {25'000u, 70'000u}) {
    const ParsedSql parsed = pg("SELECT 1" + repeat("+1", terms));
    ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
    EXPECT_TRUE(parsed.read_only());
  }
}

TEST(Hostile, ChainJustBelowTheStatementLimitIsRead) {
  const ParsedSql parsed = pg("SELECT 1" + repeat("+1", 524'280));
  ASSERT_TRUE(parsed.problems.empty()) << parsed.problems[0].message;
  EXPECT_TRUE(parsed.read_only());
}

TEST(Hostile, WriteBehindALongChainIsSeen) {
  EXPECT_EQ(pg("SELECT 1" + repeat("+1", 30'000) + "+f()").strongest(), StatementClass::procedural);
  EXPECT_EQ(pg("SELECT f()" + repeat("+1", 30'000)).strongest(), StatementClass::procedural);
}

TEST(Hostile, DeepNestingEndsPolitely) {
  for (const std::size_t depth : {1'000u, 40'000u}) {
    for (const auto& [open, close] : {std::pair{"(", ")"}, std::pair{"NOT ", ""}, std::pair{"- ", ""},
                                      std::pair{"(SELECT ", ")"}, std::pair{"CASE WHEN ", " THEN 1 END"}}) {
      const ParsedSql parsed = pg("SELECT " + repeat(open, depth) + "1" + repeat(close, depth));
      EXPECT_FALSE(parsed.statements.empty());
      if (!parsed.problems.empty()) {
        EXPECT_EQ(parsed.strongest(), StatementClass::opaque);
      }
    }
  }
}

TEST(Hostile, ManyRowsAreFast) {
  const ParsedSql parsed = pg("INSERT INTO t VALUES (1,2)" + repeat(",(1,2)", 100'000));
  ASSERT_TRUE(parsed.problems.empty());
  EXPECT_EQ(parsed.strongest(), StatementClass::dml);
}

// Each of these took minutes or hours when something was looked for again for every token, statement or problem.
TEST(Hostile, MegabytesInOneLineEndSoon) {
  const std::string tokens = repeat("a ", 450'000);
  const std::pair<std::string, Kind> cases[] = {
      {tokens, Kind::syntax},
      {"COPY t FROM STDIN; " + repeat("COPY t FROM STDIN; ", 4'000) + repeat("( ", 400'000), Kind::too_deep},
      {repeat("\\x\n", 300'000), Kind::client_command},
      {repeat("\xD0\xB5 ", 300'000), Kind::forbidden_character},
      {repeat("SELECT \xD0\xB5; ", 4'000) + "x", Kind::forbidden_character},
      {repeat("x;", 4'000), Kind::syntax},
  };
  for (const auto& [sql, kind] : cases) expect_refused(pg(sql), kind, "");
}

TEST(Hostile, ManyNamesOfWithEndSoon) {
  std::string sql = "WITH c0 AS (SELECT 1)";
  for (int i = 1; i < 5'000; ++i) sql += fmt::format(", c{} AS (SELECT * FROM c{}, t)", i, i - 1);
  const ParsedSql parsed = pg(sql + " SELECT * FROM c1");
  ASSERT_TRUE(parsed.problems.empty());
  EXPECT_EQ(std::count_if(parsed.statements[0].objects.begin(), parsed.statements[0].objects.end(),
                          [](const ObjectUse& use) { return use.name.name == "t"; }),
            4'999);
  EXPECT_EQ(parsed.statements[0].objects.size(), 4'999u);
}

TEST(Hostile, HomoglyphsBeyondThoseThatAreNamedStillCount) {
  const ParsedSql parsed = pg(repeat("SELECT 1 AS \xD0\xB5; ", 60) + "SELECT 2");
  ASSERT_EQ(parsed.problems.size(), 51u);
  EXPECT_EQ(parsed.problems.back().message, "homoglyph identifier: 10 more names with letters outside ASCII");
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(parsed.statements[i].statement_class, StatementClass::opaque) << i;
  EXPECT_TRUE(parsed.statements[60].read_only);
}

TEST(Hostile, SizeLimits) {
  expect_refused(parse(Engine::postgresql, "SELECT 1", {4}), Kind::too_large, "8 bytes of SQL; at most 4");
  expect_refused(parse(Engine::sqlite, "SELECT 1", {4}), Kind::too_large, "at most 4");
  const std::string big = "SELECT '" + repeat("x", k_statement_bytes_max) + "'";
  expect_refused(pg(big), Kind::too_large, "statement of");
  expect_refused(lite(big), Kind::too_large, "statement of");
  expect_refused(pg(repeat("SELECT 1;", k_statements_max + 1)), Kind::too_large, "10001 statements");
  expect_refused(lite(repeat("SELECT 1;", k_statements_max + 1)), Kind::too_large, "10001 statements");
  EXPECT_EQ(pg(repeat("SELECT 1;", k_statements_max)).statements.size(), k_statements_max);
}

TEST(Hostile, LargeStatementLeavesTheOthersReadable) {
  const ParsedSql parsed = pg("DELETE FROM a; SELECT '" + repeat("x", k_statement_bytes_max) + "'; DROP TABLE b");
  ASSERT_EQ(parsed.statements.size(), 3u);
  EXPECT_EQ(parsed.statements[0].kind, StatementKind::delete_);
  EXPECT_EQ(parsed.statements[1].kind, StatementKind::unreadable);
  EXPECT_EQ(parsed.statements[2].kind, StatementKind::drop);
}

TEST(Hostile, ForbiddenCharactersInBothDialects) {
  using namespace std::string_view_literals;
  for (const std::string_view sql :
       {"SELECT 1\0; DROP TABLE x"sv, "\0SELECT 1"sv, "SELECT 'a\xff'"sv, "SELECT 1 -- \xE2\x80\xAE"sv,
        "SELECT '\xE2\x80\x8B'"sv, "SELECT 1;\rSELECT 2"sv, "\xEF\xBB\xBFSELECT 1"sv, "SELECT 1 \x0B"sv}) {
    expect_refused(pg(sql), Kind::forbidden_character, "");
    expect_refused(lite(sql), Kind::forbidden_character, "");
    ASSERT_EQ(pg(sql).statements.size(), 1u);
    EXPECT_EQ(pg(sql).statements[0].kind, StatementKind::unreadable);
  }
}

TEST(Hostile, HomoglyphIdentifiers) {
  for (const std::string_view sql : {"DROP TABLE us\xD0\xB5rs", "DROP TABLE \"us\xD0\xB5rs\"", "SELECT 1 AS \xC2\xA0x",
                                     "SELECT $\xD0\xB5$x$\xD0\xB5$"}) {
    expect_refused(pg(sql), Kind::forbidden_character, "homoglyph identifier");
  }
  expect_refused(pg("DROP TABLE U&\"us\\0435rs\""), Kind::forbidden_character, "Unicode escapes");
  for (const std::string_view sql :
       {"DROP TABLE us\xD0\xB5rs", "DROP TABLE [us\xD0\xB5rs]", "DROP TABLE `us\xD0\xB5rs`"}) {
    expect_refused(lite(sql), Kind::forbidden_character, "homoglyph identifier");
  }
  const std::string_view allowed =
      "SELECT 'Gr\xC3\xB6\xC3\x9F"
      "e' -- Gr\xC3\xB6\xC3\x9F"
      "e\n";
  EXPECT_TRUE(pg(allowed).read_only());
  EXPECT_TRUE(lite(allowed).read_only());
}

TEST(Hostile, ProblemMakesItsStatementOpaque) {
  const ParsedSql parsed = pg("SELECT 1; SELECT 1 AS \xD0\xB5; SELECT 2");
  ASSERT_EQ(parsed.statements.size(), 3u);
  EXPECT_TRUE(parsed.statements[0].read_only);
  EXPECT_EQ(parsed.statements[1].statement_class, StatementClass::opaque);
  EXPECT_FALSE(parsed.statements[1].read_only);
  EXPECT_TRUE(parsed.statements[2].read_only);
}

TEST(Hostile, UnterminatedTextIsCutOff) {
  for (const std::string_view sql : {"SELECT 'x", "SELECT \"x", "SELECT E'x\\'", "SELECT $a$ x", "SELECT 1 /* x",
                                     "SELECT 1 /* /* */", "SELECT (1"}) {
    expect_refused(pg(sql), Kind::cut_off, "");
  }
  for (const std::string_view sql :
       {"SELECT 'x", "SELECT \"x", "SELECT [x", "SELECT `x", "SELECT 1 /* x", "SELECT x'00"}) {
    expect_refused(lite(sql), Kind::cut_off, "");
  }
}

TEST(Hostile, NothingIsDropped) {
  const ParsedSql parsed = pg("GARBAGE here; SELECT 1; DROP TABLE x");
  ASSERT_EQ(parsed.statements.size(), 3u);
  EXPECT_EQ(parsed.statements[0].kind, StatementKind::unreadable);
  EXPECT_TRUE(parsed.statements[1].read_only);
  EXPECT_EQ(parsed.statements[2].kind, StatementKind::drop);
  ASSERT_EQ(parsed.problems.size(), 1u);
  EXPECT_EQ(parsed.problems[0].message, "syntax error at or near \"GARBAGE\"");
  EXPECT_EQ(parsed.problems[0].range, (ByteRange{0, 7}));
}

TEST(Hostile, AtomicBodiesStayWhole) {
  const std::string_view body =
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; DELETE FROM t; END";
  for (const std::string_view rest : {"; SELECT 2", "; SELEC 2"}) {
    const ParsedSql parsed = pg(std::string(body) + std::string(rest));
    ASSERT_EQ(parsed.statements.size(), 2u) << rest;
    EXPECT_EQ(parsed.statements[0].range, (ByteRange{0, body.size()}));
    EXPECT_EQ(parsed.statements[0].kind, StatementKind::create_function);
  }
}

TEST(Hostile, EmptyTexts) {
  for (const std::string_view sql : {"", " \n\t ", ";", " ; ; ", "-- only a comment", "/* only */ /* comments */;"}) {
    for (const ParsedSql& parsed : {pg(sql), lite(sql)}) {
      EXPECT_TRUE(parsed.statements.empty()) << sql;
      EXPECT_TRUE(parsed.problems.empty()) << sql;
      EXPECT_EQ(parsed.strongest(), std::nullopt);
      EXPECT_FALSE(parsed.read_only());
    }
  }
}

TEST(Hostile, EnginesWithoutParserAreRefusedNotGuessed) {
  try {
    parse(static_cast<Engine>(99), "SELECT 1", {k_sql_bytes_max});
    FAIL() << "must throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::sql_engine_unsupported);
  }
}

}  // namespace
}  // namespace dbw::sqlparse::test
