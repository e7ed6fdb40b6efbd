#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"
#include "report/findings.hpp"

/// Findings in the forms that CI systems read. Nothing is left out. Waived findings are notes: they do not block.
namespace dbw::report {

/// GitLab Code Quality: one array; paths without "./", severities info, minor, major, blocker.
std::string findings_gitlab(const model::Review& review, const SqlFiles& files);
/// GitHub workflow commands, the worst first, because a run shows ten of each level.
std::string findings_github(const model::Review& review, const SqlFiles& files);
/// reviewdog's rdjson: columns from 1 in bytes, ends exclusive.
std::string findings_rdjson(const model::Review& review, const SqlFiles& files);

/// JUnit XML: one test suite for each file, one test case for each finding, and one that passes for a file without any.
/// Test cases fail from `fail_on` on, as the command does; milder findings pass and are told in system-out, waived ones
/// count as skipped.
std::string findings_junit(const model::Review& review, const SqlFiles& files, model::Severity fail_on);

/// What SARIF's readers show of a rule, and its severity in force.
struct RuleText {
  std::string_view id;
  std::string_view category;
  std::string_view summary;
  std::string_view why;
  std::string_view instead;
  model::Severity severity = model::Severity::warning;
};
/// SARIF 2.1.0: the rules that findings name (those without a text in `rules` by their id alone), every file that was
/// read, columns and offsets in Unicode code points, fingerprints as "dbw/v1". Relative paths have the base %SRCROOT%.
/// Waived findings carry a suppression; a wish for a waiver stays in the message, because some readers hide whatever
/// has a suppression.
std::string findings_sarif(const model::Review& review, const SqlFiles& files, const std::vector<RuleText>& rules);

/// One for each finding, in their order, unique in the report: of rule, path, object, the statement's text in lower
/// case with single blanks, and the number among equal ones. A statement that moves to other lines keeps its own. 32
/// hexadecimal digits; no signature, and no protection against those who choose the SQL.
std::vector<std::string> fingerprints(const model::Review& review, const SqlFiles& files);

}  // namespace dbw::report
