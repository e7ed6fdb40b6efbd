#pragma once

#include <string_view>

#include "base/sql_types.hpp"
#include "cli/command.hpp"

namespace dbw::tool {

cli::Command check_command();
cli::Command fix_command();
cli::Command classify_command();
cli::Command rules_command();
cli::Command explain_command();

/// Throws Error{bad_usage} for a name that is no engine, and for engines that this version cannot read.
Engine require_engine(std::string_view name);

}  // namespace dbw::tool
