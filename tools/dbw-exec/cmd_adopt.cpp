#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "commands.hpp"
#include "workflow/fleet.hpp"

namespace dbw::tool {
namespace {

struct Options : PlaceOptions {
  std::string reason;
  bool replace = false;
};

/// The named one; all of a fleet where none is named.
std::vector<std::string> members_to_adopt(const trust::Authority& authority, const workflow::Place& place) {
  const model::EnvironmentEntry& entry = authority.environment(place.database, place.environment);
  return place.member.empty() ? workflow::members_of(entry, {}) : std::vector{place.member};
}

ExitStatus run(const cli::Context& context, const Options& options, const Environment& environment) {
  if (options.replace && options.reason.empty())
    throw Error(ErrorCode::bad_usage, "--replace needs a --reason: it is logged");
  const workflow::ExecutorConfig config = load_host(options, environment);
  workflow::Executor executor(config, executor_options(context, options, environment), context.clock);
  const workflow::Place& place = options.place;
  const std::string reason = options.reason.empty() ? "first adoption" : options.reason;
  for (const std::string& member : members_to_adopt(executor.authority(), place)) {
    const workflow::Place each{place.database, place.environment, member};
    try {
      executor.adopt(each, options.replace, reason);
    } catch (const Error& error) {
      // The whole of a fleet: those that joined since.
      if (member == place.member || options.replace || error.code() != ErrorCode::db_already_adopted) throw;
      context.note(fmt::format("{} is adopted already\n", each.text()));
      continue;
    }
    context.out(fmt::format("{} is the target {}\n", each.text(), workflow::target_id(executor.authority(), each)));
  }
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
      "--replace, after somebody compared the data with the log. Of a fleet: the named member, or each that is not "
      "adopted yet.";
  command.examples = {
      "dbw-exec adopt -d shop -e production",
      "dbw-exec adopt -d shop -e production --replace --reason 'restored backup of 2026-11-19, INC-4800'"};
  command.options = options->options();
  command.options.push_back({"--replace", "", "the database was adopted as another target before", &options->replace});
  command.options.push_back({"--reason", "TEXT", "why, for the log", &options->reason});
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
