#include <cstdlib>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <unistd.h>

#include "base/allocator.hpp"
#include "base/clock.hpp"
#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "cli/parse.hpp"
#include "cli/signals.hpp"
#include "cli/status_line.hpp"

namespace dbw::cli {
namespace {

/// Errors in the command line itself must already have the form that was asked for.
bool asks_for_json(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--") return false;
    if (arguments[i] == "--format=json") return true;
    if (arguments[i] == "--format" && i + 1 < arguments.size() && arguments[i + 1] == "json") return true;
  }
  return false;
}

bool wants_color(const Globals& globals) {
  if (globals.color != "auto") return globals.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
         (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
}

/// `completion` and `man`, which every tool has. `shell` holds the argument of the first.
void add_own_commands(Tool& tool, std::string& shell) {
  Command completion;
  completion.name = "completion";
  completion.summary = "print a completion script";
  completion.examples = {fmt::format("source <({} completion bash)", tool.name)};
  completion.positionals = {{"SHELL", "bash, zsh or fish", &shell}};
  completion.hidden = true;
  Command manual;
  manual.name = "man";
  manual.summary = "print the manual page (roff)";
  manual.examples = {fmt::format("{} man | man -l -", tool.name)};
  manual.hidden = true;
  // A command sees the tool as it is when it runs, its own entry included.
  completion.run = [&tool, &shell](const Context& context) {
    context.out(completion_script(tool, shell));
    return ExitStatus::done;
  };
  manual.run = [&tool](const Context& context) {
    context.out(manual_page(tool));
    return ExitStatus::done;
  };
  tool.commands.push_back(std::move(completion));
  tool.commands.push_back(std::move(manual));
}

ExitStatus answer(const Tool& tool, const Invocation& invocation) {
  const Globals& globals = invocation.globals;
  const SystemClock clock;
  Context context{clock};
  context.repo = globals.repo;
  context.json = globals.format == "json";
  context.quiet = globals.quiet;
  context.color = wants_color(globals);
  if (globals.help) {
    context.out(help_text(tool, invocation.path));
  } else if (globals.version) {
    context.out(fmt::format("{} {}\n", tool.name, DBW_VERSION));
  } else if (!globals.explain.empty()) {
    context.out(explain_error(globals.explain, context.json));
  } else {
    return invocation.path.back()->run(context);
  }
  return ExitStatus::done;
}

/// A lost result turns success into failure; it never hides a status that says more.
ExitStatus finish(ExitStatus status) {
  StatusLine::standard().clear();
  try {
    Output::standard().flush();
  } catch (const Error&) {
    if (status == ExitStatus::done) throw;
  }
  return status;
}

int report(std::string_view tool, const Error& error, bool json) {
  try {
    Output::standard().flush();
  } catch (const Error&) {
    // The first error is the one to report.
  }
  // Whoever closed the pipe has seen enough; a message would only clutter `tool | head`.
  if (error.code() != ErrorCode::output_closed) write_error_stream(format_error(tool, error, json));
  return static_cast<int>(error.status());
}

}  // namespace

int run_main(Tool tool, int argc, char** argv) {
  tune_allocator();
  claim_standard_descriptors();
  install_signal_handlers();
  Output::standard().start();
  StatusLine::standard().start();
  bool json = false;
  try {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    json = asks_for_json(arguments);
    std::string shell;
    add_own_commands(tool, shell);
    Invocation invocation;
    parse_arguments(tool, arguments, invocation);
    return static_cast<int>(finish(answer(tool, invocation)));
  } catch (const Error& error) {
    return report(tool.name, error, json);
  } catch (const std::bad_alloc&) {
    return report(tool.name, Error(ErrorCode::out_of_memory, "not enough memory"), json);
  } catch (const std::exception& error) {
    return report(tool.name, Error(ErrorCode::internal_bug, error.what()), json);
  } catch (...) {
    return report(tool.name, Error(ErrorCode::internal_bug, "an exception of unknown type"), json);
  }
}

}  // namespace dbw::cli
