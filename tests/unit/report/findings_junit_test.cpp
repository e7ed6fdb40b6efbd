#include <gtest/gtest.h>

#include "report/findings_ci.hpp"

namespace dbw::report {
namespace {

using model::Severity;

model::Finding finding_of(Severity severity, const std::string& file = "./db/a.sql") {
  model::Finding finding;
  finding.rule = "drop-table";
  finding.severity = severity;
  finding.file = file;
  finding.range = {10, 22};
  finding.message = "table is destroyed";
  finding.why = "Rows are gone.";
  return finding;
}

const SqlFiles k_files = {{"./db/a.sql", "SELECT 1;\nDROP TABLE t;\n"}, {"b.sql", "SELECT 1;\n"}};

std::string junit(std::vector<model::Finding> findings, Severity fail_on = Severity::error) {
  model::Review review;
  review.findings = std::move(findings);
  return findings_junit(review, k_files, fail_on);
}

TEST(Junit, OneSuiteForEachFileAndOneCaseForEachFinding) {
  model::Finding waived = finding_of(Severity::block);
  waived.waived = true;
  waived.waiver = "by bob";
  EXPECT_EQ(junit({finding_of(Severity::block), finding_of(Severity::warning), waived}),
            R"xml(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="dbw-review" tests="4" failures="1" errors="0" skipped="1">
  <testsuite name="db/a.sql" tests="3" failures="1" errors="0" skipped="1">
    <testcase name="drop-table at 2:1" classname="db/a.sql" file="db/a.sql" line="2">
      <failure message="table is destroyed" type="block">db/a.sql:2:1: block[drop-table]: table is destroyed
why: Rows are gone.
</failure>
    </testcase>
    <testcase name="drop-table at 2:1" classname="db/a.sql" file="db/a.sql" line="2">
      <system-out>db/a.sql:2:1: warning[drop-table]: table is destroyed
why: Rows are gone.
</system-out>
    </testcase>
    <testcase name="drop-table at 2:1" classname="db/a.sql" file="db/a.sql" line="2">
      <skipped message="table is destroyed (waived: by bob)"/>
    </testcase>
  </testsuite>
  <testsuite name="b.sql" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="no findings" classname="b.sql" file="b.sql"/>
  </testsuite>
</testsuites>
)xml");
}

TEST(Junit, FailsFromTheLevelThatTheCommandFailsFrom) {
  EXPECT_NE(junit({finding_of(Severity::warning)}, Severity::warning).find("<failure"), std::string::npos);
  EXPECT_EQ(junit({finding_of(Severity::error)}, Severity::block).find("<failure"), std::string::npos);
}

// XML 1.0 holds no control characters, no invalid UTF-8 and neither U+FFFE nor U+FFFF.
TEST(Junit, HostileTextStaysText) {
  model::Finding hostile = finding_of(Severity::block, "a\"<b>.sql");
  hostile.message = "\"]]></failure><x a='&'>\x01\xff\xef\xbf\xbe\xef\xbf\xbf\n\xe2\x80\xae";
  hostile.why = "first\nsecond <b>";
  const std::string text = junit({hostile});
  EXPECT_NE(
      text.find("message=\"&quot;]]&gt;&lt;/failure&gt;&lt;x a='&amp;'&gt;\\x01\\xff\\ufffe\\uffff\\x0a\\u202e\""),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("why: first\nsecond &lt;b&gt;"), std::string::npos) << text;
  EXPECT_NE(text.find("name=\"a&quot;&lt;b&gt;.sql\""), std::string::npos) << text;
  EXPECT_EQ(text.find("<x"), std::string::npos);
}

}  // namespace
}  // namespace dbw::report
