#pragma once

#include <map>
#include <string>
#include <string_view>

#include "model/verdict.hpp"
#include "report/excerpt.hpp"
#include "report/findings.hpp"

namespace dbw::report {

/// The lines of each file of a review, by its path.
using LinesOf = std::map<std::string_view, Lines>;
LinesOf lines_of(const SqlFiles& files);

/// "1 error", "2 errors".
std::string plural(std::size_t count, std::string_view what);
/// Those that are not waived.
std::size_t count_findings(const model::Review& review, model::Severity severity);

}  // namespace dbw::report
