#include "harness.hpp"

#include <csignal>
#include <ctime>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace {

using cli::Command;
using cli::Context;

struct Values {
  bool push = false;
  std::string database;
  std::vector<std::string> labels;
  std::int64_t count = 0;
  std::string request;
  std::vector<std::string> files;
  std::string text;
};

Values& values() {
  static Values k_values;
  return k_values;
}

Command show() {
  Command command;
  command.name = "show";
  command.summary = "show what was understood";
  command.description = "Prints every value.\n\nA second paragraph.";
  command.examples = {"dbw-demo show -d shop REQ-1"};
  Values& v = values();
  command.options = {{"-d,--database", "NAME", "The database.", &v.database, true},
                     {"--push", "", "Push at once.", &v.push},
                     {"-l,--label", "TEXT", "A label; may be repeated.", &v.labels},
                     {"--count", "N", "How many.", &v.count}};
  command.positionals = {{"REQUEST", "the request", &v.request}, {"FILE", "files", &v.files, false}};
  command.run = [&v](const Context& context) {
    context.out(
        fmt::format("repo={} json={} quiet={} color={} database={} push={} labels={} count={} request={} files={}\n",
                    context.repo, context.json, context.quiet, context.color, v.database, v.push, join(v.labels, "+"),
                    v.count, v.request, join(v.files, "+")));
    context.note("a note\n");
    return ExitStatus::done;
  };
  return command;
}

Command simple(std::string name, std::function<ExitStatus(const Context&)> run) {
  Command command;
  command.name = std::move(name);
  command.summary = "do " + command.name;
  command.run = std::move(run);
  return command;
}

Command group() {
  Command command = simple("root", nullptr);
  command.subcommands.push_back(simple("sign", [](const Context& context) {
    context.out("signed in " + context.repo + "\n");
    return ExitStatus::done;
  }));
  return command;
}

std::vector<Command> failing_commands() {
  std::vector<Command> out;
  out.push_back(simple("fail", [](const Context& context) -> ExitStatus {
    context.out("before\n");
    throw Error(ErrorCode::file_missing, "no \"file\"\x1b[31m here\n::error::forged ##[command]x", "Look\tagain.");
  }));
  out.push_back(simple("progress", [](const Context& context) -> ExitStatus {
    context.status("1 row");
    throw Error(ErrorCode::file_missing, "no file");
  }));
  out.push_back(simple("crash", [](const Context&) -> ExitStatus { throw std::runtime_error("index out of range"); }));
  out.push_back(simple("memory", [](const Context&) -> ExitStatus { throw std::bad_alloc(); }));
  out.push_back(simple("odd", [](const Context&) -> ExitStatus { throw 7; }));
  out.push_back(simple("refuse", [](const Context& context) {
    context.out("no\n");
    return ExitStatus::refused;
  }));
  out.push_back(simple("flood", [](const Context& context) {
    for (int i = 0; i < 100'000; ++i) context.out("a line of output that fills the pipe\n");
    return ExitStatus::done;
  }));
  return out;
}

std::vector<Command> waiting_commands() {
  std::vector<Command> out;
  out.push_back(simple("ask", [](const Context& context) {
    context.out(context.ask("Which one?", "--which NAME") + "\n");
    return ExitStatus::done;
  }));
  out.push_back(simple("signal", [](const Context& context) -> ExitStatus {
    ::raise(SIGTERM);
    if (!cli::interrupted()) return ExitStatus::bug;
    context.out("told\n");
    throw Error(ErrorCode::interrupted, "interrupted while waiting");
  }));
  out.push_back(simple("deaf", [](const Context&) {
    for (int i = 0; i < 3; ++i) ::raise(SIGINT);
    return ExitStatus::done;
  }));
  out.push_back(simple("reader", [](const Context&) {
    cli::end_at_first_signal();
    ::raise(SIGTERM);
    return ExitStatus::done;
  }));
  out.push_back(simple("wait", [](const Context&) {
    int ends[2];
    if (::pipe(ends) != 0) return ExitStatus::bug;
    // The second signal is for the case that the first came before read() began; a third would kill.
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGINT;
    timer_t timer{};
    const itimerspec times{{2, 0}, {0, 20'000'000}};
    if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 || ::timer_settime(timer, 0, &times, nullptr) != 0) {
      return ExitStatus::bug;
    }
    char byte = 0;
    const ssize_t got = ::read(ends[0], &byte, 1);
    return got < 0 && cli::interrupted() ? ExitStatus::busy : ExitStatus::bug;
  }));
  return out;
}

Outcome collect(pid_t child, const std::filesystem::path& folder) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
  }
  Outcome run;
  run.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  run.out = slurp(folder / "out");
  run.err = slurp(folder / "err");
  return run;
}

void redirect(const std::filesystem::path& file, int flags, int to) {
  const Fd fd(::open(file.c_str(), flags, 0600));
  ::dup2(fd.get(), to);
}

}  // namespace

cli::Tool demo_tool() {
  cli::Tool tool{"dbw-demo", "a tool for tests", "It shows what it is given.", {}};
  tool.commands.push_back(show());
  tool.commands.push_back(group());
  for (auto* make : {failing_commands, waiting_commands}) {
    for (Command& command : make()) tool.commands.push_back(std::move(command));
  }
  return tool;
}

Outcome run_demo(const std::vector<std::string>& arguments, const Before& before, const std::string& input) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "in", input);
  const pid_t child = ::fork();
  if (child == 0) {
    redirect(folder.path() / "in", O_RDONLY, STDIN_FILENO);
    redirect(folder.path() / "out", O_WRONLY | O_CREAT, STDOUT_FILENO);
    redirect(folder.path() / "err", O_WRONLY | O_CREAT, STDERR_FILENO);
    before();
    std::vector<std::string> words = arguments;
    words.insert(words.begin(), "dbw-demo");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    ::_exit(cli::run_main(demo_tool(), static_cast<int>(argv.size()), argv.data()));
  }
  return collect(child, folder.path());
}

}  // namespace dbw::test
