#pragma once

#include "cli/command.hpp"

namespace dbw::tool {

cli::Command init_command();
cli::Command new_command();
cli::Command update_command();
cli::Command check_command();
cli::Command list_command();
cli::Command show_command();
cli::Command wait_command();
cli::Command result_command();
cli::Command seal_key_command();
cli::Command cancel_command();
cli::Command bundle_command();
cli::Command migrate_command();

}  // namespace dbw::tool
