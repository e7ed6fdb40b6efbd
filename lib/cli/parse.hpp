#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"

/// Command lines to values. No output, no decisions: an answer to --help is the caller's work.
namespace dbw::cli {

/// What every command accepts, in front of its name and behind it.
struct Globals {
  std::string repo = ".";
  std::string format = "text";
  std::string color = "auto";
  std::string explain;  ///< an error id; only in front of a command
  bool quiet = false;
  bool help = false;
  bool version = false;  ///< only in front of a command
};

/// The options of every command, bound to `globals`; `root` adds those that stand only before a command.
std::vector<Option> global_options(Globals& globals, bool root);

struct Invocation {
  Globals globals;
  std::vector<const Command*> path;  ///< outermost first; empty where no command was named
};

/// Fills `invocation` and the targets of the chosen command. Throws Error{bad_usage}; then what had been understood by
/// that point is in `invocation`. With --help, --version or --explain nothing is required.
void parse_arguments(const Tool& tool, const std::vector<std::string>& arguments, Invocation& invocation);

/// "dbw-sign root sign".
std::string command_line_name(const Tool& tool, const std::vector<const Command*>& path);

/// "dbw-sign approve [options] REQUEST".
std::string usage_line(const Tool& tool, const std::vector<const Command*>& path);

/// "-d,--database" as {"-d", "--database"}.
std::vector<std::string> option_names(const Option& option);

}  // namespace dbw::cli
