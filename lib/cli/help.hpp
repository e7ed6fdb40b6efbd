#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"

/// Everything a tool says about itself, generated from its command data.
namespace dbw::cli {

/// --help of the tool (empty path), of a group of commands, or of a command.
std::string help_text(const Tool& tool, const std::vector<const Command*>& path);
/// The manual page in roff, all commands of the tool on one page.
std::string manual_page(const Tool& tool);
/// A completion script for "bash", "zsh" or "fish"; throws Error{bad_usage} for another shell.
std::string completion_script(const Tool& tool, const std::string& shell);
/// --explain; accepts "DBW-E0312", "E0312", "312" and the error's name; throws Error{bad_usage}.
std::string explain_error(const std::string& id, bool json);

/// Every exit status of the tools with its meaning.
const std::vector<std::pair<ExitStatus, std::string>>& exit_status_table();

}  // namespace dbw::cli
