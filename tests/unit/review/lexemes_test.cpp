#include "review/lexemes.hpp"

#include <gtest/gtest.h>

namespace dbw::review {
namespace {

using Kind = Lexeme::Kind;

std::string listed(Engine engine, std::string_view sql) {
  const Lexemes lexemes(engine, sql);
  std::string out;
  for (std::size_t i = 0; i < lexemes.size(); ++i) out += (i == 0 ? "" : " ") + std::string(lexemes[i].text);
  return out;
}

TEST(Lexemes, CommentsAndBlanksAreLeftOut) {
  EXPECT_EQ(listed(Engine::postgresql, "SELECT /* x */ a -- b\n FROM t"), "SELECT a FROM t");
  EXPECT_EQ(listed(Engine::mysql, "SELECT a # b\n FROM t"), "SELECT a FROM t");
  EXPECT_EQ(listed(Engine::sqlite, ""), "");
}

TEST(Lexemes, MarksAreTakenWhole) {
  EXPECT_EQ(listed(Engine::postgresql, "a<>b AND c>=1::int"), "a <> b AND c >= 1 :: int");
  EXPECT_EQ(listed(Engine::mysql, "a<=>b"), "a <=> b");
}

TEST(Lexemes, QuotesOfEachEngine) {
  EXPECT_TRUE(Lexemes(Engine::postgresql, "\"A\"").is_kind(0, Kind::name));
  EXPECT_TRUE(Lexemes(Engine::mysql, "\"A\"").is_kind(0, Kind::string));
  EXPECT_TRUE(Lexemes(Engine::mysql, "`A`").is_kind(0, Kind::name));
  EXPECT_TRUE(Lexemes(Engine::sqlite, "[A]").is_kind(0, Kind::name));
  EXPECT_TRUE(Lexemes(Engine::postgresql, "$$ x $$").is_kind(0, Kind::string));
}

TEST(Lexemes, DoubledQuotesStayInOneLiteral) {
  const Lexemes lexemes(Engine::postgresql, "'it''s' 'x'");
  ASSERT_EQ(lexemes.size(), 2u);
  EXPECT_EQ(lexemes[0].text, "'it''s'");
}

TEST(Lexemes, NamesAreFoldedAsTheEngineDoes) {
  EXPECT_EQ(Lexemes(Engine::postgresql, "ABC").name(0), "abc");
  EXPECT_EQ(Lexemes(Engine::postgresql, "\"ABC\"").name(0), "ABC");
  EXPECT_EQ(Lexemes(Engine::mysql, "`ABC`").name(0), "abc");
  EXPECT_EQ(Lexemes(Engine::postgresql, "'ABC'").name(0), "");
}

TEST(Lexemes, QuotedWordsAreNoKeywords) {
  EXPECT_TRUE(Lexemes(Engine::postgresql, "WHERE").is(0, "where"));
  EXPECT_FALSE(Lexemes(Engine::postgresql, "\"where\"").is(0, "where"));
  EXPECT_FALSE(Lexemes(Engine::postgresql, "where").is(7, "where"));
}

TEST(Lexemes, DepthAndGroups) {
  const Lexemes lexemes(Engine::postgresql, "a (b (c) d) e");
  EXPECT_EQ(lexemes[1].depth, 0u);  // (
  EXPECT_EQ(lexemes[2].depth, 1u);  // b
  EXPECT_EQ(lexemes[4].depth, 2u);  // c
  EXPECT_EQ(lexemes[7].depth, 0u);  // )
  EXPECT_EQ(lexemes.behind_group(1), 8u);
  EXPECT_EQ(lexemes.next(1), 8u);
  EXPECT_EQ(lexemes.next(2), 3u);
  EXPECT_EQ(lexemes.find(0, {"e"}), 8u);
  EXPECT_EQ(lexemes.find(0, {"c"}), lexemes.size());
  EXPECT_EQ(lexemes.find(3, {"e"}), lexemes.size()) << "it does not leave its group";
}

TEST(Lexemes, WhatIsNotClosedEndsSomewhere) {
  for (const std::string_view sql : {"'", "\"", "a ((", "))", "/*", "$$", "`", "[", "$x$"}) {
    for (const Engine engine : {Engine::postgresql, Engine::mysql, Engine::sqlite}) {
      const Lexemes lexemes(engine, sql);
      for (std::size_t i = 0; i < lexemes.size(); ++i) {
        lexemes.name(i);
        EXPECT_LE(lexemes.behind_group(i), lexemes.size());
      }
    }
  }
}

}  // namespace
}  // namespace dbw::review
