#pragma once

#include <string>

#include "workflow/plain_review.hpp"

namespace dbw::tool {

/// The forms that `check` writes.
enum class Output { text, json, markdown, gitlab, github, rdjson, sarif, junit };

/// The one form that --output, --markdown and --format json ask for. Throws Error{bad_usage} for an unknown name and
/// for several forms at once.
Output require_output(const std::string& name, bool markdown, bool json);
std::string write_output(Output output, const workflow::PlainReview& result, bool color);

}  // namespace dbw::tool
