#pragma once

#include <cstdint>
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

struct Span {
  Place start, end;
};
/// Where a finding stands; the file's start where the file is not at hand.
Span span_of(const model::Finding& finding, const LinesOf& files);
/// A file's path without "./", safe to print.
std::string path_of(std::string_view file);
/// What CI systems are told: waived findings are notes.
model::Severity severity_of(const model::Finding& finding);
/// The message, and the waiver or the wish for one.
std::string message_of(const model::Finding& finding);

/// A count or place as codec::Value holds it.
inline std::int64_t number(std::size_t value) { return static_cast<std::int64_t>(value); }
/// "1 error", "2 errors".
std::string plural(std::size_t count, std::string_view what);
/// Those that are not waived.
std::size_t count_findings(const model::Review& review, model::Severity severity);

}  // namespace dbw::report
