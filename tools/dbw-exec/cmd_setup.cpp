#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "commands.hpp"
#include "db/setup.hpp"
#include "workflow/target.hpp"

namespace dbw::tool {
namespace {

struct Options : PlaceOptions {
  bool apply = false;
};

ExitStatus run(const cli::Context& context, const Options& options, const Environment& environment) {
  const workflow::ExecutorConfig config = load_host(options, environment);
  const workflow::TargetConfig* target = config.find(options.place);
  if (target == nullptr) {
    throw Error(ErrorCode::target_not_configured,
                fmt::format("{} has no target for {}", options.config, options.place.text()));
  }
  if (!config.capabilities.permits(options.place.database, options.place.environment)) {
    throw Error(ErrorCode::capability_exceeded,
                fmt::format("{} is beyond the capabilities of {}", options.place.text(), config.machine));
  }
  const db::Roles roles{target->guard.user, target->change.user, target->read.user, target->database};
  if (!options.apply) {
    context.out(db::setup_sql(target->engine, roles));
    return ExitStatus::done;
  }
  if (target->engine == Engine::mysql || target->engine == Engine::mariadb) {
    throw Error(ErrorCode::config_invalid, "on MySQL and MariaDB guard cannot give itself what it needs",
                "Print the statements without --apply, and let an administrator run them.");
  }
  const auto guard = workflow::connect_target(*target, workflow::DatabaseRole::guard,
                                              executor_options(context, options, environment).credentials,
                                              {.application_name = "dbw setup"});
  db::apply_setup(*guard, roles);
  context.out(fmt::format("{} is set up; next: dbw-exec adopt -d {} -e {}{}\n", options.place.text(),
                          options.place.database, options.place.environment,
                          options.place.member.empty() ? "" : " --member " + options.place.member));
  return ExitStatus::done;
}

}  // namespace

cli::Command setup_command(const Environment& environment) {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "setup";
  command.summary = "the least-privilege SQL of a target: print it, or run it as guard";
  command.description =
      "Prints the statements that make the ledger (schema dbw; database dbw_<dbname> on MySQL and MariaDB; tables "
      "dbw_* "
      "on SQLite) and grant each role the least it needs, for a database administrator to read and run. "
      "With --apply it runs them as the guard role, which must be allowed to create a schema; not on MySQL and "
      "MariaDB.";
  command.examples = {"dbw-exec setup -d shop -e production > setup.sql", "dbw-exec setup -d shop -e staging --apply"};
  command.options = options->options();
  command.options.push_back({"--apply", "", "run it", &options->apply});
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
