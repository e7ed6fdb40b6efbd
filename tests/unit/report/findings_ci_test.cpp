#include "report/findings_ci.hpp"

#include <set>

namespace dbw::report {
namespace {

using model::Severity;

model::Finding finding_at(std::size_t start, std::size_t end, Severity severity = Severity::block) {
  model::Finding finding;
  finding.rule = "drop-table";
  finding.severity = severity;
  finding.file = "./db/a.sql";
  finding.range = {start, end};
  finding.message = "table \"t\" is destroyed";
  finding.object = "t";
  return finding;
}

model::Review review_of(std::vector<model::Finding> findings) {
  model::Review review;
  review.findings = std::move(findings);
  return review;
}

const SqlFiles k_files = {{"./db/a.sql", "SELECT 1;\nDROP TABLE t;\n"}};

TEST(Gitlab, OneIssueForEachFinding) {
  EXPECT_EQ(findings_gitlab(review_of({}), k_files), "[]");
  const model::Review review = review_of({finding_at(10, 22)});
  EXPECT_EQ(findings_gitlab(review, k_files), fmt::format(R"([
  {{
    "description": "table \"t\" is destroyed",
    "check_name": "drop-table",
    "fingerprint": "{}",
    "severity": "blocker",
    "location": {{
      "path": "db/a.sql",
      "lines": {{
        "begin": 2
      }}
    }}
  }}
])",
                                                          fingerprints(review, k_files).front()));
}

TEST(Github, WorstFirstAndNothingBreaksOut) {
  model::Finding hostile = finding_at(0, 8, Severity::warning);
  hostile.file = "a,b:c%.sql";
  hostile.message = "100%\n::error::owned\r\x1b[31m";
  model::Finding waived = finding_at(10, 22);
  waived.waived = true;
  waived.waiver = "by bob";
  EXPECT_EQ(
      findings_github(review_of({hostile, waived, finding_at(10, 22)}), k_files),
      "::error file=db/a.sql,line=2,endLine=2,title=drop-table::table \"t\" is destroyed\n"
      "::warning file=a%2Cb%3Ac%25.sql,line=1,endLine=1,title=drop-table::100%25\\x0a::error::owned\\x0d\\x1b[31m\n"
      "::notice file=db/a.sql,line=2,endLine=2,title=drop-table::table \"t\" is destroyed (waived: by bob)\n");
}

TEST(Rdjson, RangesAreOneBasedWithExclusiveEnds) {
  const std::string text = findings_rdjson(review_of({finding_at(10, 22, Severity::error)}), k_files);
  for (const std::string_view part : {R"("name": "dbw-review")", R"("severity": "ERROR")", R"("value": "drop-table")",
                                      R"("path": "db/a.sql")", R"("column": 1
)",
                                      R"("column": 13
)",
                                      R"("line": 2)"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(Fingerprints, SurviveMovedLinesAndStayUnique) {
  const std::vector<std::string> here = fingerprints(review_of({finding_at(10, 22)}), k_files);
  const SqlFiles moved = {{"./db/a.sql", "\n\n-- a comment\nDROP\n  table t;"}};
  EXPECT_EQ(fingerprints(review_of({finding_at(15, 29)}), moved), here);
  EXPECT_NE(fingerprints(review_of({finding_at(0, 8)}), k_files), here);
  const std::vector<std::string> many =
      fingerprints(review_of({finding_at(10, 22), finding_at(10, 22), finding_at(0, 8)}), k_files);
  EXPECT_EQ(std::set<std::string>(many.begin(), many.end()).size(), 3u);
  EXPECT_EQ(many.front(), here.front());
  EXPECT_EQ(here.front().size(), 32u);
}

// A finding of a file that is not at hand has no place; it is reported all the same.
TEST(Outputs, NeverLeaveAFindingOut) {
  const model::Review review = review_of({finding_at(0, 1), finding_at(5, 9)});
  EXPECT_EQ(fingerprints(review, {}).size(), 2u);
  const std::string github = findings_github(review, {});
  EXPECT_EQ(std::count(github.begin(), github.end(), '\n'), 2);
  EXPECT_NE(findings_gitlab(review, {}).find("\"begin\": 1"), std::string::npos);
}

}  // namespace
}  // namespace dbw::report
