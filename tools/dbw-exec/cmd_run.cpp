#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "git/library.hpp"
#include "workflow/run_summary.hpp"

namespace dbw::tool {
namespace {

struct Options : RunnerOptions {
  std::vector<std::string> requests;
  std::string bundle, summary;
  bool due = false;
  bool retry = false;
  bool trace = false;
};

constexpr std::size_t k_summary_bytes_max = 16 * 1024 * 1024;

/// CI jobs hand one file from step to step: what stands there stays.
void append_summary(const std::string& file, const std::vector<workflow::StepOutcome>& outcomes) {
  const std::string before = std::filesystem::exists(file) ? read_file(file, k_summary_bytes_max) : std::string();
  write_file_atomic(file, before + workflow::run_summary(outcomes), 0644);
}

ExitStatus run(const cli::Context& context, const Options& options, const Environment& environment) {
  if (!options.bundle.empty() && options.due)
    throw Error(ErrorCode::bad_usage, "--bundle and --due exclude each other", "A bundle names its requests itself.");
  if (options.bundle.empty() && options.due == !options.requests.empty()) {
    throw Error(ErrorCode::bad_usage,
                options.due ? "--due goes without request ids" : "nothing says which requests are meant",
                "Name requests by their ids, or give --due for everything that is due.");
  }
  std::vector<RequestId> ids;
  for (const std::string& text : options.requests) ids.emplace_back(text);
  const std::future<void> library = git::start_library();
  const workflow::ExecutorConfig config = load_host(options, environment);
  workflow::ExecutorOptions executor_wishes = executor_options(context, options, environment);
  add_tokens(executor_wishes, options.tokens, environment);
  executor_wishes.connects_early = true;
  executor_wishes.retry = options.retry;
  executor_wishes.shard = options.chosen();
  if (!options.bundle.empty()) {
    if (!std::filesystem::exists(options.bundle))
      throw Error(ErrorCode::file_missing, fmt::format("there is no file {}", printable(options.bundle)));
    executor_wishes.bundle = std::filesystem::absolute(options.bundle);
  }
  codec::Value::List traces;
  const auto note = [&](std::string_view text) { context.note(text); };
  if (options.trace) executor_wishes.trace = workflow::trace_to(note, context.json ? &traces : nullptr);
  workflow::Executor executor(config, executor_wishes, context.clock);
  std::vector<workflow::StepOutcome> outcomes;
  if (options.due) outcomes = executor.run_due();
  if (!options.bundle.empty() && ids.empty()) ids = executor.bundled_requests();
  for (const RequestId& id : ids) {
    try {
      for (workflow::StepOutcome& outcome : executor.run_request(id)) outcomes.push_back(std::move(outcome));
    } catch (const Error& error) {
      // What ran already must be reported, whatever happened afterwards.
      workflow::StepOutcome outcome;
      outcome.request = id;
      outcome.outcome = "refused";
      outcome.status = error.status();
      outcome.refusals.push_back(error.refusal());
      outcomes.push_back(std::move(outcome));
    }
  }
  if (outcomes.empty()) context.note("nothing is due\n");
  if (!options.summary.empty()) append_summary(options.summary, outcomes);
  return report_outcomes(context, outcomes, options.trace ? &traces : nullptr);
}

}  // namespace

cli::Command run_command(const Environment& environment) {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "run";
  command.summary = "run what is approved";
  command.description =
      "Settles first what an earlier crash left behind, then runs every approved, unexecuted request of this executor "
      "that is in its window (--due), or the named ones. "
      "Nothing due is success. Execution tokens and CI tokens are read from --tokens, or DBW_TOKEN and DBW_CI_TOKEN, "
      "one "
      "a line.";
  command.examples = {"dbw-exec run --due", "dbw-exec run --bundle emergency.bundle",
                      "dbw-exec run REQ-20261120-K7QF --tokens tokens.txt", "sudo -n -u dbw dbw-exec run --due",
                      "dbw-exec run --due --canary && dbw-exec run --due --shard 2/8"};
  command.options = options->options();
  command.options.push_back({"--due", "", "everything that is due", &options->due});
  command.options.push_back(
      {"--bundle", "FILE", "run break-glass requests from this bundle, without the repository", &options->bundle});
  command.options.push_back({"--retry", "", "also what failed before and changed nothing", &options->retry});
  command.options.push_back(
      {"--summary", "FILE", "append a page of Markdown, as for a CI job's summary", &options->summary});
  command.options.push_back({"--trace", "", "every check with its inputs", &options->trace});
  command.positionals = {{"REQUEST", "ids", &options->requests, false}};
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
