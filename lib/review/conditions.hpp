#pragma once

#include <string>
#include <vector>

namespace dbw::review {

/// What the parts of a conjunction say, in lower case and without quotes and outer parentheses: "((name IS NOT NULL))"
/// is "name is not null". The whole where AND may join something else than what the condition demands.
std::vector<std::string> conjuncts(const std::string& expression);

}  // namespace dbw::review
