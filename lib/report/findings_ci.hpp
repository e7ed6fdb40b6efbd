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

/// One for each finding, in their order, unique in the report: of rule, path, object, the statement's text in lower
/// case with single blanks, and the number among equal ones. A statement that moves to other lines keeps its own. 32
/// hexadecimal digits; no signature, and no protection against those who choose the SQL.
std::vector<std::string> fingerprints(const model::Review& review, const SqlFiles& files);

}  // namespace dbw::report
