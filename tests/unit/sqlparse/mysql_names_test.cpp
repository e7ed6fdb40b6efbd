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

}  // namespace
}  // namespace dbw::sqlparse
