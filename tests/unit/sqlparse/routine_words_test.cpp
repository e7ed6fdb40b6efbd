#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlparse/postgresql/routine_words.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST(RoutineWords, NamesAreFoundAsTheServerFoldsThem) {
  const RoutineWords text = routine_words(R"(SELECT Lower("B""q") , t.evil /* f(1) */ FROM app . "T")");
  EXPECT_THAT(text.words, ElementsAre("B\"q", "T", "app", "evil", "from", "lower", "select", "t"));
  EXPECT_THAT(text.calls, ElementsAre("lower"));
  EXPECT_THAT(text.members, ElementsAre("T", "evil"));
  EXPECT_FALSE(text.unclear);
}

TEST(RoutineWords, CommentsAndBlanksDoNotHideACall) {
  EXPECT_THAT(routine_words("BEGIN RETURN evil -- )\n /* ( */ (1); END").calls, ElementsAre("evil"));
  EXPECT_THAT(routine_words("SELECT \"evil\"\n(1)").calls, ElementsAre("evil"));
}

TEST(RoutineWords, StringsHoldNoNames) {
  const RoutineWords text = routine_words("SELECT 'evil(1) <!>', $$evil(1)$$, E'\\' evil(1)'");
  EXPECT_THAT(text.words, ElementsAre("select"));
  EXPECT_THAT(text.operators, IsEmpty());
}

TEST(RoutineWords, EveryPieceOfARunMayBeAnOperator) {
  const RoutineWords text = routine_words("SELECT a<!>-b, c * d");
  for (const char* each : {"<", "<!>", "<!>-", "-", "*"}) EXPECT_THAT(text.operators, Contains(each));
  EXPECT_THAT(text.operators, Not(Contains("-*")));
}

TEST(RoutineWords, WhatIsNotTakenApartIsSaid) {
  EXPECT_TRUE(routine_words("BEGIN Execute x; END").unclear);
  EXPECT_TRUE(routine_words(R"(SELECT U&"\0065vil"(1))").unclear);
  EXPECT_TRUE(routine_words("SELECT 'open").unclear);
  EXPECT_TRUE(routine_words("SELECT 1 " + std::string(17, '+') + " 1").unclear);
  EXPECT_TRUE(routine_words("SELECT " + std::string(64, 'x') + "(1)").unclear);
  EXPECT_FALSE(routine_words("SELECT 'execute'").unclear);
}

}  // namespace
}  // namespace dbw::sqlparse::postgresql
