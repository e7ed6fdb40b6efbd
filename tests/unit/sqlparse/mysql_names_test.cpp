#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlparse/mysql_names.hpp"

namespace dbw::sqlparse {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

MysqlNames names(std::string_view sql) { return mysql_names(Engine::mariadb, sql); }

TEST(MysqlNames, TakesEachWordAndEachTwoWithADot) {
  EXPECT_THAT(names("SELECT `a b` . c FROM .t").relations,
              ElementsAre(ObjectName{"", "FROM"}, ObjectName{"", "SELECT"}, ObjectName{"", "a b"}, ObjectName{"", "c"},
                          ObjectName{"", "t"}, ObjectName{"FROM", "t"}, ObjectName{"a b", "c"}));
}

TEST(MysqlNames, TakesNothingOfLiteralsAndComments) {
  EXPECT_THAT(names("'a' /* b */ -- c\n @d @@e.f 1.5 0x10 _utf8mb4'g'").relations,
              ElementsAre(ObjectName{"", "_utf8mb4"}));
}

TEST(MysqlNames, TakesWhatOneServerReads) {
  // ANSI_QUOTES makes a name of the first; the second is text, a comment, or neither.
  const MysqlNames found = names("SELECT \"a\", 'x\\' /*!99999 FROM b */ y'");
  EXPECT_THAT(found.relations, Contains(ObjectName{"", "a"}));
  EXPECT_THAT(found.relations, Contains(ObjectName{"", "b"}));
  EXPECT_THAT(names("SELECT 1 /*!99999 FROM b */").relations, Contains(ObjectName{"", "b"}));
}

TEST(MysqlNames, KnowsWhatIsCalled) {
  const MysqlNames found = names("SELECT f (1), `g`(2), n.h(3), i FROM t");
  EXPECT_THAT(found.called,
              ElementsAre(ObjectName{"", "f"}, ObjectName{"", "g"}, ObjectName{"", "h"}, ObjectName{"n", "h"}));
  EXPECT_THAT(found.called, Not(Contains(ObjectName{"", "i"})));
}

TEST(MysqlNames, OfWithAreKnownWhereTheyAreDefined) {
  const auto of_with = [](std::string_view sql) { return names_of_with(Engine::mariadb, sql); };
  EXPECT_THAT(of_with("with a as (select 1 AS `x`), b (`y`) as (select x from a) select y from b"),
              ElementsAre("a", "b"));
  EXPECT_THAT(of_with("with recursive n as (select 1 union select n.i from n) select i from n"), ElementsAre("n"));
  EXPECT_THAT(of_with("with recursive n as (select 1 union select n.i from n) select i from n order by i"),
              ElementsAre("n"));
  EXPECT_THAT(of_with("with a as (select `t`.`a` AS `a` from `s`.`t`) select `a`.`a` AS `a` from `a`"),
              ElementsAre("a"));
  // A window, a name of an inner query, one inside its own definition, one that comes later.
  EXPECT_THAT(of_with("select x from w window w as (order by x)"), testing::IsEmpty());
  EXPECT_THAT(of_with("select x from w join (with w as (select 1) select 1 from w) q"), testing::IsEmpty());
  EXPECT_THAT(of_with("with w as (select x from w) select x from w"), testing::IsEmpty());
  EXPECT_THAT(of_with("with a as (select x from w), w as (select 1) select x from a"), ElementsAre("a"));
  EXPECT_THAT(of_with("with w as (select 1) select s.w, w.x from w"), ElementsAre("w"));
  EXPECT_THAT(of_with("with w as (select 1) select x from w join .w"), ElementsAre("w"));
  EXPECT_THAT(of_with("with w as (select x from .w) select x from w"), testing::IsEmpty());
  EXPECT_THAT(of_with("with w as (select x from(.w)) select x from w"), testing::IsEmpty());
  // Where servers have ways of their own.
  EXPECT_THAT(of_with("with recursive a as (select 1 union select 2 order by (select max(n) from a)) select n from a"),
              testing::IsEmpty());
  EXPECT_THAT(of_with("with a as (select 7) select n from (with z as (select n from a) select n from z) q"),
              testing::IsEmpty());
}

TEST(MysqlNames, TextsThatMayBeReadOtherwise) {
  const auto otherwise = [](std::string_view sql) { return may_read_otherwise(Engine::mariadb, sql); };
  EXPECT_FALSE(otherwise("with a as (select 'x' AS `y`) select `a`.`y` AS `y` from a"));
  EXPECT_FALSE(otherwise("select cast(`t`.`a` as char charset utf8mb4) AS `b` from `s`.`t`"));
  EXPECT_FALSE(otherwise("select 'known as (alias)' AS `x` from `s`.`t`"));
  EXPECT_TRUE(otherwise("with a as (select ' as (select 1 AS x) select z from b"));
  EXPECT_TRUE(otherwise("with a as (select q from t /* as (select '*/ from b) select 1"));
  EXPECT_TRUE(otherwise("with a as (select 1) select z from a -- as (select 1 AS x) select 1"));
  EXPECT_TRUE(otherwise("with a as (select polygon(/*!999999 1 */)) select 1"));
  EXPECT_TRUE(otherwise("select 1 # x"));
}

}  // namespace
}  // namespace dbw::sqlparse
