#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

/// cli is what every tool shares: arguments, exit statuses, terminal-safe printing. It knows no workflow.
namespace dbw::cli {

/// Where an option's value goes. A flag sets true; a vector collects repetitions.
using Target = std::variant<bool*, std::string*, std::vector<std::string>*, std::int64_t*>;

/// "-d,--database" or "--push". `value` names the placeholder in the help ("NAME"); flags have none.
struct Option {
  std::string names;
  std::string value;
  std::string help;
  Target target;
  bool required = false;
};

/// An argument by position; a vector target takes all that remain.
struct Positional {
  std::string name;
  std::string help;
  Target target;
  bool required = true;
};

/// What every command is given besides its own options.
struct Context {
  const Clock& clock;
  std::string repo = ".";  ///< -C/--repo
  bool json = false;       ///< --format json
  bool quiet = false;
  bool color = false;  ///< decided: --color, NO_COLOR, terminal
  /// Result: standard output, nothing else goes there. Throws Error{output_closed} when the reader is gone.
  void out(std::string_view text) const;
  /// Hands what out() holds back (up to 64 KiB, unless standard output is a terminal) to the reader: for lines
  /// somebody waits for. note(), ask() and the end of the command do it by themselves.
  void flush() const;
  /// Progress and messages: standard error; silent under --quiet.
  void note(std::string_view text) const;
  /// How far long work is, one line without its end: on a terminal in place of the one before, elsewhere every few
  /// seconds; empty: it is done. Silent under --quiet. May be called from any thread.
  void status(std::string_view text) const;
  /// A question on the terminal; throws Error{bad_usage} naming `flag` where standard input is no terminal.
  std::string ask(std::string_view question, std::string_view flag) const;
  bool interactive() const;  ///< standard input and error are terminals
};

struct Command {
  std::string name;
  std::string summary;                ///< one line
  std::string description;            ///< paragraphs
  std::vector<std::string> examples;  ///< whole command lines
  std::vector<Option> options;
  std::vector<Positional> positionals;
  std::function<ExitStatus(const Context&)> run;  ///< empty where there are subcommands
  std::vector<Command> subcommands;
  bool hidden = false;
};

struct Tool {
  std::string name;  ///< "dbw-sign"
  std::string summary;
  std::string description;
  std::vector<Command> commands;
};

/// Parses, runs, reports: the whole of a tool's main. Catches everything: dbw::Error -> "dbw-sign: error[DBW-E0312]:
/// message" + hint and its exit status; any other exception -> a bug report, 70. Ignores SIGPIPE; SIGINT and SIGTERM
/// set interrupted(). Also provides --version, --help, --explain ERROR-ID, hidden `completion bash|zsh|fish` and `man`
/// commands generated from the same data.
int run_main(Tool tool, int argc, char** argv);

/// True once SIGINT or SIGTERM arrived; long waits look at it (no system call is restarted). The third such signal
/// ends the process at once, for the case that nobody looks.
bool interrupted();

/// From here on SIGINT and SIGTERM end the process at once: for commands that read and print, and have nothing to put
/// in order. Ignored ones stay ignored.
void end_at_first_signal();

/// Prints refusals the same way everywhere: "  DBW-E0612 message" and "    -> hint".
std::string format_refusals(const std::vector<Refusal>& refusals);

}  // namespace dbw::cli
