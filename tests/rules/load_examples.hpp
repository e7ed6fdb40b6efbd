#pragma once

#include <string>
#include <vector>

#include "review/examples.hpp"

namespace dbw::test {

/// Ids of the folders of tests/rules.
std::vector<std::string> example_folders();
/// The examples of one rule, by name.
std::vector<review::Example> load_examples(const std::string& rule);

}  // namespace dbw::test
