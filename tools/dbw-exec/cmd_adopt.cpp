#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "commands.hpp"

namespace dbw::tool {
namespace {

struct Options : HostOptions {
  std::string database, environment, reason;
  bool replace = false;
};

ExitStatus run(const cli::Context& context, const Options& options, const Environment& environment) {
  if (options.replace && options.reason.empty())
    throw Error(ErrorCode::bad_usage, "--replace needs a --reason: it is logged");
  const workflow::ExecutorConfig config = load_host(options, environment);
  workflow::Executor executor(config, executor_options(context, options, environment), context.clock);
  executor.adopt(options.database, options.environment, options.replace,
                 options.reason.empty() ? "first adoption" : options.reason);
  context.out(fmt::format("{} in {} is the target {}\n", options.database, options.environment,
                          executor.authority().environment(options.database, options.environment).target));
  return ExitStatus::done;
}

}  // namespace

cli::Command adopt_command(const Environment& environment) {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "adopt";
  command.summary = "take a database as the target that policy names";
  command.description =
      "Writes the target id and the trust marks into the database and an adopt entry into the log. Once per database; "
      "again only for a clone or a restored backup, with "
      "--replace, after somebody compared the data with the log.";
  command.examples = {
      "dbw-exec adopt -d shop -e production",
      "dbw-exec adopt -d shop -e production --replace --reason 'restored backup of 2026-11-19, INC-4800'"};
  command.options = options->options();
  command.options.push_back({"-d,--database", "NAME", "as in policy and exec.yaml", &options->database, true});
  command.options.push_back({"-e,--environment", "NAME", "as in policy and exec.yaml", &options->environment, true});
  command.options.push_back({"--replace", "", "the database was adopted as another target before", &options->replace});
  command.options.push_back({"--reason", "TEXT", "why, for the log", &options->reason});
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
