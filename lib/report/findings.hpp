#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codec/value.hpp"
#include "model/verdict.hpp"

/// report turns values into text for people and machines. It judges nothing, leaves nothing out silently, and makes
/// whatever came from a file or a server harmless for the medium it writes.
namespace dbw::report {

/// SQL of each file of a review by path; a path that is missing here gets findings without excerpts.
using SqlFiles = std::map<std::string, std::string>;

/// Bytes of a merge-request comment; forges refuse more than 65,536.
inline constexpr std::size_t k_markdown_bytes_max = 60'000;
/// Lines of one excerpt; a longer statement shows its first lines and says how many follow.
inline constexpr int k_excerpt_lines_max = 6;

/// What a review says in one line: "2 errors, 1 warning in 3 statements; risk high".
std::string summary_line(const model::Review& review);
/// For a terminal: place, severity, rule, message, excerpt with carets, why, what to do; then the summary.
std::string findings_text(const model::Review& review, const SqlFiles& files, bool color);
/// The whole review as indented JSON (docs/format/review.md): offsets in bytes, lines and columns from 1.
std::string findings_json(const model::Review& review, const SqlFiles& files);
/// The findings of such JSON, one by one.
std::vector<codec::Value> finding_values(const std::vector<model::Finding>& findings, const SqlFiles& files);
/// A comment for a merge request; begins with k_markdown_marker so that it can be found and replaced. Where it would
/// exceed k_markdown_bytes_max it says how many findings are not shown.
std::string findings_markdown(const model::Review& review, const SqlFiles& files);
inline constexpr std::string_view k_markdown_marker = "<!-- dbw-review -->";

}  // namespace dbw::report
