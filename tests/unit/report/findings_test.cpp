#include "report/findings.hpp"

#include "codec/json.hpp"
#include "report/excerpt.hpp"
#include "report/markdown.hpp"

namespace dbw::report {
namespace {

using testing::HasSubstr;
using testing::Not;

model::Finding finding_at(std::size_t start, std::size_t end) {
  model::Finding finding;
  finding.rule = "drop-table";
  finding.severity = model::Severity::block;
  finding.file = "a.sql";
  finding.range = {start, end};
  finding.message = "table \"t\" is destroyed";
  finding.why = "The rows are gone.";
  finding.suggestion = "Rename it first.\nThen wait.";
  return finding;
}

model::Review review_of(std::vector<model::Finding> findings) {
  model::Review review;
  review.statements.push_back({"a.sql", {0, 12}, StatementClass::ddl, false});
  review.findings = std::move(findings);
  review.risk = model::Risk::critical;
  review.factors.push_back({"class", 20, "the strongest statement class is ddl"});
  return review;
}

TEST(Places, CountLinesAndBytes) {
  EXPECT_EQ(place_of("a\nbc\n", 0).line, 1);
  EXPECT_EQ(place_of("a\nbc\n", 3).line, 2);
  EXPECT_EQ(place_of("a\nbc\n", 3).column, 2);
  EXPECT_EQ(place_of("a\nbc\n", 5).line, 3);
  EXPECT_EQ(place_of("a", 99).column, 2);
}

TEST(Lines, BoundsOfEachLine) {
  const std::string_view text = "a\n\nbc";
  const Lines lines(text);
  ASSERT_EQ(lines.last(), 3);
  EXPECT_EQ(lines.range_of(1), (ByteRange{0, 1}));
  EXPECT_EQ(lines.range_of(2), (ByteRange{2, 2}));
  EXPECT_EQ(lines.range_of(3), (ByteRange{3, 5}));
  EXPECT_EQ(Lines("a\n").range_of(2), (ByteRange{2, 2}));
  EXPECT_EQ(Lines("").range_of(1), (ByteRange{0, 0}));
}

// A range that ends with a newline does not touch the line behind it.
TEST(Excerpt, EndsWithTheRange) {
  EXPECT_EQ(excerpt_of("a\nb\nc", {0, 2}, 6).lines.size(), 1u);
  EXPECT_EQ(excerpt_of("a\nb\nc", {0, 3}, 6).lines.size(), 2u);
  EXPECT_EQ(excerpt_of("a\nb\nc", {2, 2}, 6).lines[0].number, 2);
}

TEST(Excerpts, MarkTheRange) {
  const Excerpt excerpt = excerpt_of("SELECT 1;\nDROP TABLE t;", {10, 22}, 6);
  ASSERT_EQ(excerpt.lines.size(), 1u);
  EXPECT_EQ(excerpt.lines[0].number, 2);
  EXPECT_EQ(excerpt.lines[0].text, "DROP TABLE t;");
  EXPECT_EQ(excerpt.lines[0].marks, "^^^^^^^^^^^^");
}

TEST(Excerpts, ExpandTabsAndEscape) {
  const Excerpt excerpt = excerpt_of("\ta\x1b[31m;", {2, 3}, 6);
  EXPECT_EQ(excerpt.lines[0].text, "    a\\x1b[31m;");
  EXPECT_EQ(excerpt.lines[0].marks, "     ^^^^");
}

TEST(Excerpts, SayHowManyLinesFollow) {
  const Excerpt excerpt = excerpt_of("1\n2\n3\n4\n5", {0, 9}, 2);
  EXPECT_EQ(excerpt.lines.size(), 2u);
  EXPECT_EQ(excerpt.more, 3);
}

TEST(Excerpts, SurviveRangesOutsideTheText) {
  for (const ByteRange range : {ByteRange{0, 0}, ByteRange{5, 5}, ByteRange{99, 200}, ByteRange{3, 1}}) {
    EXPECT_GE(excerpt_of("ab\nc\n", range, 3).lines.size(), 1u);
    EXPECT_EQ(excerpt_of("", range, 3).lines.size(), 1u);
  }
}

TEST(Text, NamesPlaceRuleAndReason) {
  const std::string text =
      findings_text(review_of({finding_at(10, 22)}), {{"a.sql", "SELECT 1;\nDROP TABLE t;"}}, false);
  EXPECT_EQ(text,
            "a.sql:2:1: block[drop-table]: table \"t\" is destroyed\n"
            " 2 | DROP TABLE t;\n"
            "   | ^^^^^^^^^^^^\n"
            "   = why: The rows are gone.\n"
            "   = instead: Rename it first.\n"
            "              Then wait.\n"
            "\n"
            "1 blocking finding in 1 statement; risk critical\n");
}

TEST(Text, ExplainsARuleOnce) {
  const std::string text = findings_text(review_of({finding_at(0, 1), finding_at(2, 3)}), {}, false);
  const std::size_t first = text.find("The rows are gone.");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("The rows are gone.", first + 1), std::string::npos);
}

TEST(Text, PrintsNothingRaw) {
  model::Finding finding = finding_at(0, 3);
  finding.file = "a\x1b[2J.sql";
  finding.message = "name \x1b]0;x\x07";
  finding.waiver = "by \x9b";
  const std::string text = findings_text(review_of({finding}), {{finding.file, "\x1b[1m\xe2\x80\xae"}}, false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
}

TEST(Text, ColorsOnlyWhereAsked) {
  EXPECT_THAT(findings_text(review_of({finding_at(0, 1)}), {}, true), HasSubstr("\x1b[1;35m"));
  EXPECT_THAT(findings_text(review_of({finding_at(0, 1)}), {}, false), Not(HasSubstr("\x1b")));
}

TEST(Summary, LeavesWaivedOnesOut) {
  model::Finding waived = finding_at(0, 1);
  waived.waived = true;
  EXPECT_EQ(summary_line(review_of({waived})), "1 waived in 1 statement; risk critical");
  EXPECT_EQ(summary_line(review_of({})), "no findings in 1 statement; risk critical");
}

TEST(Json, HoldsEverything) {
  const std::string json = findings_json(review_of({finding_at(10, 22)}), {{"a.sql", "SELECT 1;\nDROP TABLE t;"}});
  const codec::Value value = codec::parse_json_relaxed(json, "test", 1 << 20);
  ASSERT_NE(value.find("findings"), nullptr);
  const codec::Value& finding = value.find("findings")->items().at(0);
  EXPECT_EQ(finding.find("line")->integer(), 2);
  EXPECT_EQ(finding.find("end_column")->integer(), 13);
  EXPECT_EQ(finding.find("severity")->text(), "block");
  EXPECT_TRUE(value.find("blocked")->boolean());
}

TEST(Json, SurvivesAnyBytes) {
  model::Finding finding = finding_at(0, 1);
  finding.message = std::string("\x00\xff\xed\xa0\x80", 5);
  EXPECT_NO_THROW(codec::parse_json_relaxed(findings_json(review_of({finding}), {}), "test", 1 << 20));
}

TEST(Markdown, BeginsWithTheMarker) { EXPECT_EQ(findings_markdown(review_of({}), {}).rfind(k_markdown_marker, 0), 0u); }

TEST(Markdown, NeutralisesText) {
  EXPECT_THAT(markdown_text("@all <img src=x> [a](http://x) **b** `c` #1 !2 | \\"), Not(HasSubstr("@all")));
  const std::string text = markdown_text("<!-- dbw-review --> @a [x](y)");
  for (const char* live : {"<", "[", "@", "!--"}) EXPECT_THAT(text, Not(HasSubstr(live))) << live;
}

TEST(Markdown, FencesAreLongerThanWhatTheyHold) {
  EXPECT_EQ(markdown_fence("a ```` b", "sql"), "`````sql\na ```` b\n`````\n");
  EXPECT_EQ(markdown_fence("a", ""), "```\na\n```\n");
}

TEST(Markdown, SaysWhatItLeavesOut) {
  std::vector<model::Finding> findings(400, finding_at(0, 12));
  for (std::size_t i = 0; i < 399; ++i) findings[i].severity = model::Severity::warning;
  findings.back().message = "the worst comes first";
  const std::string text = findings_markdown(review_of(findings), {{"a.sql", "DROP TABLE t;"}});
  EXPECT_LE(text.size(), k_markdown_bytes_max);
  EXPECT_THAT(text, HasSubstr("the worst comes first"));
  EXPECT_THAT(text, HasSubstr("of 400 findings are not shown here"));
  EXPECT_THAT(text, HasSubstr("0 of them block"));
}

}  // namespace
}  // namespace dbw::report
