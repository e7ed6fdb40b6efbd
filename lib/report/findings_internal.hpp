#pragma once

#include <string>
#include <string_view>

#include "model/verdict.hpp"

namespace dbw::report {

/// "1 error", "2 errors".
std::string plural(std::size_t count, std::string_view what);
/// Those that are not waived.
std::size_t count_findings(const model::Review& review, model::Severity severity);

}  // namespace dbw::report
