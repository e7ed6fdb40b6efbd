#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "report/characters.hpp"
#include "report/findings_ci.hpp"

namespace dbw::report {
namespace {

using model::Severity;
using nlohmann::json;

model::Finding finding_at(std::size_t start, std::size_t end, std::string_view rule = "drop-table",
                          const std::string& file = "./db/a.sql") {
  model::Finding finding;
  finding.rule = rule;
  finding.severity = Severity::block;
  finding.file = file;
  finding.range = {start, end};
  finding.message = "table is destroyed";
  return finding;
}

const SqlFiles k_files = {{"./db/a.sql", "SELECT 1;\n/* \xc3\xa4\xf0\x9f\x92\xa5 */ DROP TABLE t;\n"}, {"b c.sql", ""}};
const std::vector<RuleText> k_rules = {
    {"drop-table", "destructive", "It drops.", "Rows go.", "Rename it.", Severity::block},
    {"never-found", "hygiene", "Nothing.", "Nothing.", "Nothing.", Severity::info}};

json run_of(std::vector<model::Finding> findings, const SqlFiles& files = k_files) {
  model::Review review;
  review.findings = std::move(findings);
  const json log = json::parse(findings_sarif(review, files, k_rules));
  EXPECT_EQ(log.at("version"), "2.1.0");
  EXPECT_EQ(log.at("runs").size(), 1u);
  return log.at("runs").at(0);
}

TEST(Sarif, ARunWithoutFindingsNamesTheFilesThatWereRead) {
  const json run = run_of({});
  EXPECT_EQ(run.at("results"), json::array());
  EXPECT_EQ(run.at("tool").at("driver").at("name"), "dbw-review");
  EXPECT_EQ(run.at("tool").at("driver").at("rules"), json::array());
  ASSERT_EQ(run.at("artifacts").size(), 2u);
  EXPECT_EQ(run.at("artifacts")[0].at("location"),
            (json{{"uri", "db/a.sql"}, {"uriBaseId", "%SRCROOT%"}, {"index", 0}}));
  EXPECT_EQ(run.at("artifacts")[1].at("location").at("uri"), "b%20c.sql");
}

TEST(Sarif, RegionsCountCharactersAndSayBytesToo) {
  const json run = run_of({finding_at(23, 35)});
  EXPECT_EQ(run.at("columnKind"), "unicodeCodePoints");
  const json location = run.at("results")[0].at("locations")[0].at("physicalLocation");
  EXPECT_EQ(location.at("artifactLocation").at("index"), 0);
  EXPECT_EQ(location.at("region"), (json{{"startLine", 2},
                                         {"startColumn", 10},
                                         {"endLine", 2},
                                         {"endColumn", 22},
                                         {"charOffset", 19},
                                         {"charLength", 12},
                                         {"byteOffset", 23},
                                         {"byteLength", 12}}));
}

TEST(Sarif, ResultsPointAtTheirRule) {
  const json run = run_of({finding_at(0, 8, "unknown-to-the-table"), finding_at(23, 35)});
  const json& rules = run.at("tool").at("driver").at("rules");
  ASSERT_EQ(rules.size(), 2u) << "only rules that findings name";
  for (const json& result : run.at("results"))
    EXPECT_EQ(rules.at(result.at("ruleIndex").get<std::size_t>()).at("id"), result.at("ruleId"));
  EXPECT_EQ(rules[0].at("shortDescription").at("text"), "It drops.");
  EXPECT_EQ(rules[0].at("defaultConfiguration").at("level"), "error");
  EXPECT_EQ(run.at("results")[1].at("partialFingerprints").at("dbw/v1").get<std::string>().size(), 32u);
}

TEST(Sarif, LevelsFollowSeverities) {
  for (const auto& [severity, level] : {std::pair{Severity::block, "error"},
                                        {Severity::error, "error"},
                                        {Severity::warning, "warning"},
                                        {Severity::info, "note"}}) {
    model::Finding finding = finding_at(0, 8);
    finding.severity = severity;
    EXPECT_EQ(run_of({finding}).at("results")[0].at("level"), level);
  }
}

TEST(Sarif, WaivedFindingsAreSuppressedAndWishesAreNot) {
  model::Finding by_policy = finding_at(0, 8), by_comment = finding_at(0, 8), wish = finding_at(0, 8);
  by_policy.waived = by_comment.waived = by_comment.by_comment = wish.by_comment = true;
  by_policy.waiver = by_comment.waiver = wish.waiver = "a reason";
  const json results = run_of({by_policy, by_comment, wish}).at("results");
  EXPECT_EQ(results[0].at("suppressions"),
            json::array({{{"kind", "external"}, {"status", "accepted"}, {"justification", "a reason"}}}));
  EXPECT_EQ(results[1].at("suppressions")[0].at("kind"), "inSource");
  EXPECT_FALSE(results[2].contains("suppressions"));
  EXPECT_EQ(results[2].at("message").at("text"), "table is destroyed (wish: a reason)");
}

// Links and placeholders of SARIF messages, addresses with a scheme of their own, and what JSON alone would let
// through.
TEST(Sarif, HostileTextStaysText) {
  model::Finding hostile = finding_at(0, 8, "drop-table", "javascript:x\x1b\xff.sql");
  hostile.message = "[click](https://evil.example) {0} \x1b[31m\xe2\x80\xae";
  const json result = run_of({hostile}).at("results")[0];
  EXPECT_EQ(result.at("message").at("text"), "\\[click\\](https://evil.example) {{0}} \\x1b\\[31m\\u202e");
  EXPECT_EQ(result.at("locations")[0].at("physicalLocation").at("artifactLocation").at("uri"),
            "javascript%3Ax%1B%FF.sql");
  hostile.message = "type int[] stays readable";
  EXPECT_EQ(run_of({hostile}).at("results")[0].at("message").at("text"), hostile.message);
}

TEST(Sarif, AbsolutePathsHaveNoBase) {
  const json run = run_of({}, {{"/srv/a.sql", ""}});
  EXPECT_EQ(run.at("artifacts")[0].at("location"), (json{{"uri", "file:///srv/a.sql"}, {"index", 0}}));
}

// A finding of a file that is not at hand has no region; ranges beyond the end are cut to it.
TEST(Sarif, NeverLeavesAFindingOut) {
  const json run = run_of({finding_at(900, 950), finding_at(0, 1, "drop-table", "missing.sql")});
  ASSERT_EQ(run.at("results").size(), 2u);
  EXPECT_EQ(run.at("results")[0].at("locations")[0].at("physicalLocation").at("region").at("byteLength"), 0);
  EXPECT_FALSE(run.at("results")[1].at("locations")[0].at("physicalLocation").contains("region"));
  EXPECT_EQ(run.at("artifacts").size(), 3u);
}

TEST(Characters, AreCountedAcrossBlocks) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "\xc3\xa4";
  const Characters characters(text);
  for (const std::size_t at : {0u, 1u, 511u, 1023u, 1024u, 1025u, 2999u})
    EXPECT_EQ(characters.before(2 * at), at) << at;
  EXPECT_EQ(characters.before(1'000'000), 3000u);
  EXPECT_EQ(Characters("").before(5), 0u);
}

}  // namespace
}  // namespace dbw::report
