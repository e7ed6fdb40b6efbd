#include <ctime>

#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using C = StatementClass;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

TEST(MysqlHostile, LongChainsAndDeepNesting) {
  EXPECT_TRUE(my("SELECT 1" + repeat("+1", 25'000)).read_only());
  EXPECT_TRUE(my("SELECT 1" + repeat("+1", 400'000)).read_only());
  EXPECT_EQ(my("SELECT 1" + repeat("+1", 25'000) + "; DELETE FROM t").strongest(), C::dml);
  for (const std::size_t depth : {std::size_t{1'000}, std::size_t{200'000}}) {
    EXPECT_TRUE(my("SELECT " + repeat("(", depth) + "1" + repeat(")", depth)).read_only());
    EXPECT_TRUE(my("SELECT " + repeat("abs(", depth) + "1" + repeat(")", depth)).read_only());
    EXPECT_EQ(my("SELECT " + repeat("(", depth)).strongest(), C::opaque);
    EXPECT_EQ(my("SELECT " + repeat(")", depth)).strongest(), C::opaque);
    EXPECT_EQ(my("DELETE FROM t WHERE " + repeat("(", depth) + "1" + repeat(")", depth)).statements[0].restriction,
              Restriction::always_true);
    EXPECT_EQ(my("DELETE FROM t WHERE " + repeat("NOT ", depth) + "a").strongest(), C::dml);
    EXPECT_NE(maria(repeat("EXPLAIN ", depth) + "SELECT 1").strongest(), C::read);
    EXPECT_NE(maria(repeat("BEGIN NOT ATOMIC ", depth)).strongest(), C::read);
    EXPECT_FALSE(maria("CREATE PROCEDURE p() BEGIN SELECT " + repeat("CASE WHEN 1 THEN ", depth / 10)).read_only());
    EXPECT_EQ(my("SELECT 1 " + repeat("/*!", depth)).strongest(), C::opaque);
    EXPECT_EQ(
        my("SELECT * FROM " + repeat("(SELECT * FROM ", depth / 20) + "t" + repeat(") q", depth / 20)).strongest(),
        C::read);
  }
}

TEST(MysqlHostile, SizeLimits) {
  const std::string big = "SELECT '" + std::string(k_statement_bytes_max, 'x') + "'";
  const ParsedSql one = my(big + "; DELETE FROM t");
  ASSERT_EQ(one.statements.size(), 2u);
  EXPECT_EQ(one.problems.at(0).kind, ParseProblem::Kind::too_large);
  EXPECT_EQ(one.statements[1].statement_class, C::dml);
  EXPECT_EQ(my(repeat("SELECT 1;", k_statements_max)).problems.size(), 0u);
  const ParsedSql many = my(repeat("SELECT 1;", k_statements_max + 1));
  EXPECT_EQ(many.problems.at(0).message, "more than 10000 statements");
  const ParsedSql whole = my(std::string(k_sql_bytes_max - 1, 'x') + ";");
  EXPECT_EQ(whole.problems.at(0).kind, ParseProblem::Kind::too_large);
  EXPECT_EQ(my(std::string(k_sql_bytes_max + 1, ' ')).problems.at(0).kind, ParseProblem::Kind::too_large);
}

/// A million rows in many statements: the time grows with the text, not with its square.
TEST(MysqlHostile, ManyRowsAreLinear) {
  const std::string rows = "INSERT INTO t VALUES (1, 'abcdefghij')" + repeat(", (12345, 'abcdefghij')", 20'000) + ";\n";
  const auto measure = [&](std::size_t copies) {
    const std::string sql = repeat(rows, copies);
    const double start = cpu_seconds();
    const ParsedSql parsed = my(sql);
    EXPECT_EQ(parsed.strongest(), C::dml);
    EXPECT_EQ(parsed.statements.size(), copies);
    return cpu_seconds() - start;
  };
  const double small = measure(4);
  const double large = measure(16);
  EXPECT_LT(large, small * 20 + 0.5);
}

TEST(MysqlHostile, ForbiddenBytes) {
  const std::string_view texts[] = {std::string_view("SELECT 1\0; DROP TABLE t", 23),
                                    "SELECT '\xff'",
                                    "SELECT 1\r",
                                    "SELECT '\xe2\x80\xae'",
                                    "SELECT '\xc0\xaf'",
                                    "SELECT \x1b[0m"};
  for (const std::string_view sql : texts) {
    const ParsedSql parsed = my(sql);
    ASSERT_FALSE(parsed.problems.empty()) << sql;
    EXPECT_EQ(parsed.problems[0].kind, ParseProblem::Kind::forbidden_character);
    EXPECT_EQ(parsed.strongest(), C::opaque);
  }
}

TEST(MysqlHostile, AMegabyteOfAnything) {
  for (const std::string_view unit :
       {";", "'", "\"\\", "/*", "/*!1 */", "`", "(", "@", "1e", "a.", "-- ", "BEGIN ", "CREATE PROCEDURE ", "{{"}) {
    const ParsedSql parsed = my(repeat(unit, k_sql_bytes_max / unit.size() / 16));
    EXPECT_FALSE(parsed.read_only()) << unit;
  }
}

}  // namespace
}  // namespace dbw::sqlparse::test
