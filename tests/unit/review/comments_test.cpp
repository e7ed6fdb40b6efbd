#include "review/comments.hpp"

#include "support.hpp"

namespace dbw::review {
namespace {

using test::find;

AllowComment comment_of(const std::string& text) {
  const std::vector<AllowComment> found =
      find_allow_comments(Engine::postgresql, "-- dbw:allow " + text + "\nSELECT 1;");
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? AllowComment{} : found.front();
}

TEST(AllowComment, MayEndOnADay) {
  struct Case {
    const char* text;
    const char* reason;
    const char* until;
  };
  const Case cases[] = {
      {"drop-table empty until 2027-01-31", "empty", "2027-01-31"},
      {"drop-table empty\tuntil\t2027-01-31", "empty", "2027-01-31"},
      {"drop-table until 2027-01-31", "", "2027-01-31"},
      {"drop-table kept until Friday", "kept until Friday", ""},
      {"drop-table not before until", "not before until", ""},
      {"drop-table kept until 2027-13-01", "kept", "2027-13-01"},
      {"drop-table fuel until 5", "fuel", "5"},
      {"drop-table see runtil 2027-01-31", "see runtil 2027-01-31", ""},
      {"drop-table 2027-01-31", "2027-01-31", ""},
  };
  for (const Case& it : cases) {
    const AllowComment comment = comment_of(it.text);
    EXPECT_EQ(comment.reason, it.reason) << it.text;
    EXPECT_EQ(comment.until, it.until) << it.text;
  }
}

TEST(AllowComment, StandsInACommentOfAnyForm) {
  for (const char* sql : {"-- dbw:allow drop-table empty\nSELECT 1;", "/* dbw:allow drop-table empty */ SELECT 1;",
                          "-- DBW:ALLOW drop-table empty\r\nSELECT 1;", "# Dbw:Allow: drop-table empty\nSELECT 1;"}) {
    const std::vector<AllowComment> found = find_allow_comments(Engine::mysql, sql);
    ASSERT_EQ(found.size(), 1u) << sql;
    EXPECT_EQ(found[0].rule, "drop-table") << sql;
    EXPECT_EQ(found[0].reason, "empty") << sql;
  }
  EXPECT_TRUE(find_allow_comments(Engine::postgresql, "SELECT 'dbw:allow x y', \"-- dbw:allow x y\";").empty());
}

TEST(AllowComment, DaysAreThoseOfTheCalendar) {
  for (const char* good : {"2027-01-31", "2028-02-29"}) EXPECT_TRUE(is_date(good)) << good;
  for (const char* bad : {"", "2027-02-29", "2027-1-31", "27-01-31", "2027-01-31T", "20270131"})
    EXPECT_FALSE(is_date(bad)) << bad;
}

/// Plain files, in the middle of 2027-01-31, where comments may waive.
ReviewInput plain(std::string_view sql) {
  ReviewInput input = test::input_of(sql);
  input.executor = false;
  input.comments_lift = true;
  input.now = Timestamp::parse("2027-01-31T12:00:00Z");
  return input;
}

TEST(PlainFiles, AJustifiedCommentWaives) {
  const model::Review review =
      review_sql(plain("DROP TABLE a; -- dbw:allow drop-table empty until 2027-01-31\nDROP TABLE b;"));
  ASSERT_EQ(test::count(review, "drop-table"), 2u);
  EXPECT_TRUE(review.findings.front().waived);
  EXPECT_TRUE(review.findings.front().by_comment);
  EXPECT_EQ(review.findings.front().waiver, "allowed by a comment: empty (until 2027-01-31)");
  EXPECT_FALSE(review.findings.back().waived);
  EXPECT_EQ(find(review, "suppression-unjustified"), nullptr);
}

TEST(PlainFiles, WithoutPermissionACommentIsAWish) {
  ReviewInput input = plain("DROP TABLE a; -- dbw:allow drop-table empty");
  input.comments_lift = false;
  const model::Review review = review_sql(input);
  EXPECT_FALSE(find(review, "drop-table")->waived);
  EXPECT_EQ(find(review, "drop-table")->waiver, "asked for by a comment: empty");
}

TEST(PlainFiles, ACommentThatIsNotInOrderWaivesNothing) {
  struct Case {
    const char* sql;
    const char* problem;
  };
  const Case cases[] = {
      {"DROP TABLE a; -- dbw:allow drop-table empty until 2027-01-30", "dbw:allow drop-table ended with 2027-01-30"},
      {"DROP TABLE a; -- dbw:allow drop-table empty until 2027-02-30",
       "dbw:allow drop-table: \"until 2027-02-30\" names no day; write YYYY-MM-DD"},
      {"DROP TABLE a; -- dbw:allow drop-table until 2027-02-28", "dbw:allow drop-table gives no reason"},
      {"DROP TABLE a; -- dbw:allow drop-tables empty",
       "dbw:allow names the rule \"drop-tables\", which does not exist"},
      {"SELEC 1; -- dbw:allow syntax-error sure", "dbw:allow names the rule syntax-error, which cannot be waived"},
      {"SELECT 1; -- dbw:allow drop-table empty",
       "dbw:allow drop-table is not needed: the rule did not fire on this statement"},
  };
  for (const Case& it : cases) {
    const model::Review review = review_sql(plain(it.sql));
    const model::Finding* problem = find(review, "suppression-unjustified");
    ASSERT_NE(problem, nullptr) << it.sql;
    EXPECT_EQ(problem->message, it.problem);
    for (const model::Finding& finding : review.findings) EXPECT_FALSE(finding.waived) << it.sql;
  }
}

TEST(PlainFiles, AnEndedCommentDoesNotShadowOneInForce) {
  const model::Review review =
      review_sql(plain("-- dbw:allow drop-table old until 2020-01-01\n-- dbw:allow drop-table empty\nDROP TABLE a;"));
  EXPECT_TRUE(find(review, "drop-table")->waived);
  EXPECT_EQ(test::count(review, "suppression-unjustified"), 1u);
}

// A change repository's verdict must neither change by a comment nor by the day.
TEST(ChangeRepositories, ACommentWaivesNothingAndNeverEnds) {
  ReviewInput input = plain("DROP TABLE a; -- dbw:allow drop-table empty until 2020-01-01");
  input.executor = true;
  const model::Review review = review_sql(input);
  EXPECT_FALSE(find(review, "drop-table")->waived);
  EXPECT_EQ(find(review, "drop-table")->waiver, "asked for by a comment: empty (until 2020-01-01)");
  EXPECT_EQ(find(review, "suppression-unjustified"), nullptr);
}

}  // namespace
}  // namespace dbw::review
