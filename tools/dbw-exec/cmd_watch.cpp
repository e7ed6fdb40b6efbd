#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/describe.hpp"

namespace dbw::tool {
namespace {

constexpr Seconds k_interval_min{1};
constexpr Seconds k_interval_max{3600};
constexpr auto k_slice = std::chrono::milliseconds(100);

struct Options : RunnerOptions {
  std::string interval = "30s";
};

std::string error_text(const cli::Context& context, const Error& error) {
  if (!context.json) return fmt::format("error[{}]: {}\n", error_id(error.code()), printable(error.message()));
  codec::Value value;
  value.set("error", error_id(error.code())).set("message", error.message());
  return codec::emit_json(value) + "\n";
}

/// A forge, a database or a secrets server that is out of reach comes back. A host that is not safe does not, and
/// whoever looks after the service has to see it fail.
bool may_pass(const Error& error) {
  constexpr std::array k_of_the_host = {ErrorCode::file_permissions, ErrorCode::hardening_failed,
                                        ErrorCode::caller_can_read_secrets, ErrorCode::running_as_root,
                                        ErrorCode::vault_login_refused};
  const bool passing = error.status() == ExitStatus::environment || error.status() == ExitStatus::busy;
  return passing && std::find(k_of_the_host.begin(), k_of_the_host.end(), error.code()) == k_of_the_host.end();
}

/// What one round has to say: outcomes, or why there are none.
std::string round(const cli::Context& context, const Options& options, const Environment& environment) {
  const workflow::ExecutorConfig config = load_host(options, environment);
  workflow::ExecutorOptions wishes = executor_options(context, options, environment);
  add_tokens(wishes, options.tokens, environment);
  wishes.shard = options.chosen();
  workflow::Executor executor(config, wishes, context.clock);
  std::string text;
  for (const workflow::StepOutcome& outcome : executor.run_due()) {
    text +=
        context.json ? codec::emit_json(workflow::outcome_value(outcome)) + "\n" : workflow::describe_outcome(outcome);
  }
  return text;
}

void wait(Seconds interval) {
  const auto end = std::chrono::steady_clock::now() + interval;
  while (!cli::interrupted() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(k_slice);
}

ExitStatus run(const cli::Context& context, const Options& options, const Environment& environment) {
  const Seconds interval = parse_duration(options.interval);
  if (interval < k_interval_min || interval > k_interval_max)
    throw Error(ErrorCode::bad_usage, fmt::format("--interval {}: must lie between 1s and 1h", options.interval));
  if (options.tokens == "-")
    throw Error(ErrorCode::bad_usage, "--tokens -: standard input ends, and watch does not", "Name a file.");
  std::string said;
  while (!cli::interrupted()) {
    std::string text;
    try {
      text = round(context, options, environment);
    } catch (const Error& error) {
      if (!may_pass(error)) throw;
      if (error.code() != ErrorCode::interrupted) text = error_text(context, error);
    }
    // What waits for a person is said once, not in every round.
    if (!text.empty() && text != said) {
      context.out(text);
      context.flush();
    }
    said = text;
    wait(interval);
  }
  return ExitStatus::done;
}

}  // namespace

cli::Command watch_command(const Environment& environment) {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "watch";
  command.summary = "run what is approved, again and again, until SIGTERM";
  command.description =
      "As `run --due` every --interval, for a service manager; docs/guide/executor-host.md has a unit for systemd. A "
      "running statement is cancelled by SIGTERM, and the next start settles what was left. With --format json one "
      "line an outcome. Exit status 0 after a signal.";
  command.examples = {"dbw-exec watch", "dbw-exec watch --interval 10s --tokens /var/lib/dbw/tokens"};
  command.options = options->options();
  command.options.push_back({"--interval", "DURATION", "pause between two rounds (default: 30s)", &options->interval});
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
