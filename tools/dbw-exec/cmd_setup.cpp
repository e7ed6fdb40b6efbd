#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "commands.hpp"
#include "db/setup.hpp"
#include "workflow/target.hpp"

namespace dbw::tool {
namespace {

struct Options : PlaceOptions {
  std::string admin, admin_password;
  bool apply = false;
};

bool is_mysql(const workflow::TargetConfig& target) {
  return target.engine == Engine::mysql || target.engine == Engine::mariadb;
}

/// Who runs the statements: guard, or the administrator named on the command line.
workflow::TargetConfig applied_by(workflow::TargetConfig target, const Options& options) {
  if (options.admin.empty()) {
    if (!options.admin_password.empty())
      throw Error(ErrorCode::bad_usage, "--admin-password goes with --admin", "Name the account.");
    if (is_mysql(target))
      throw Error(ErrorCode::config_invalid, "on MySQL and MariaDB guard cannot give itself what it needs",
                  "Name an administrator with --admin, or let one run what is printed without --apply.");
    return target;
  }
  if (target.engine == Engine::sqlite)
    throw Error(ErrorCode::bad_usage, "SQLite has no accounts", "Leave --admin out.");
  target.guard = {options.admin, {}};
  if (!options.admin_password.empty()) {
    target.guard.password.source = workflow::Credential::Source::file;
    target.guard.password.file = options.admin_password;
  }
  return target;
}

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
    if (!options.admin.empty())
      throw Error(ErrorCode::bad_usage, "--admin goes with --apply", "Without it nothing is run.");
    context.out(db::setup_sql(target->engine, roles));
    return ExitStatus::done;
  }
  const auto session = workflow::connect_target(applied_by(*target, options), workflow::DatabaseRole::guard,
                                                executor_options(context, options, environment).credentials,
                                                {.application_name = "dbw setup"});
  db::apply_setup(*session, roles);
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
  command.summary = "the least-privilege SQL of a target: print it, or run it";
  command.description =
      "Prints the statements that make the ledger (schema dbw; database dbw_<dbname> on MySQL and MariaDB; tables "
      "dbw_* "
      "on SQLite) and grant each role the least it needs, for a database administrator to read and run. "
      "With --apply it runs them: as the guard role, which must be allowed to create a schema, or as the administrator "
      "named by --admin, which MySQL and MariaDB need.";
  command.examples = {"dbw-exec setup -d shop -e production > setup.sql", "dbw-exec setup -d shop -e staging --apply",
                      "dbw-exec setup -d shop -e production --apply --admin root --admin-password root.password"};
  command.options = options->options();
  command.options.push_back({"--apply", "", "run it", &options->apply});
  command.options.push_back({"--admin", "USER", "with --apply: run it as this account", &options->admin});
  command.options.push_back(
      {"--admin-password", "FILE", "its password, the first line of a file of mode 0600", &options->admin_password});
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
