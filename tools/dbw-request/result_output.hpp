#pragma once

#include <string>

#include "cli/command.hpp"

namespace dbw::tool {

/// The bytes as they are, or line by line and made safe where standard output is a terminal.
void print_result(const cli::Context& context, const std::string& plain);

}  // namespace dbw::tool
