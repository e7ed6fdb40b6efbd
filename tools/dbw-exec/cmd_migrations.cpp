#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli/table.hpp"
#include "codec/json.hpp"
#include "commands.hpp"

namespace dbw::tool {
namespace {

struct Options : PlaceOptions {
  std::string import, folder, settle, as, reason;
};

db::MigrationTable table_of(const std::string& name) {
  if (name == "dbmate") return db::MigrationTable::dbmate;
  if (name == "flyway") return db::MigrationTable::flyway;
  throw Error(ErrorCode::bad_usage, fmt::format("--import {}: no such tool", printable(name)),
              "Tools: dbmate, flyway.");
}

void print(const cli::Context& context, const std::vector<db::AppliedMigration>& migrations) {
  cli::Table table({"VERSION", "NAME", "STATE", "AT", "REQUEST", "RUN"});
  codec::Value::List values;
  for (const db::AppliedMigration& each : migrations) {
    const std::string state = each.run.empty()                              ? "imported"
                              : each.run.starts_with(db::k_settled_applied) ? "settled as applied"
                              : each.state == db::ClaimState::done          ? "applied"
                              : each.state == db::ClaimState::abandoned     ? "stopped half-way"
                                                                            : "running";
    table.add({each.version, printable(each.name), state, each.at, each.request.empty() ? "-" : each.request,
               each.run.empty() ? "-" : each.run});
    codec::Value value;
    value.set("version", each.version).set("name", each.name).set("state", state).set("checksum", each.checksum);
    if (!each.run.empty()) value.set("request", each.request).set("run", each.run);
    values.push_back(value.set("at", each.at));
  }
  if (context.json) {
    codec::Value value;
    value.set("migrations", values);
    context.out(codec::emit_json_pretty(value) + "\n");
  } else if (table.empty()) {
    context.note("no migrations\n");
  } else {
    context.out(table.text());
  }
}

bool is_applied(const std::string& as) {
  if (as == "applied" || as == "not-applied") return as == "applied";
  throw Error(ErrorCode::bad_usage, fmt::format("--as {}: no such word", printable(as)),
              "Look at the database, then say --as applied or --as not-applied.");
}

void require_usage(const Options& options) {
  const bool settles = !options.settle.empty();
  if (options.import.empty() != options.folder.empty() || settles != !options.as.empty() ||
      (settles && !options.import.empty()) || (settles || !options.import.empty()) == options.reason.empty())
    throw Error(ErrorCode::bad_usage, "options that do not go together",
                "Give --import, --folder and --reason; or --settle, --as and --reason; or none of them.");
}

std::vector<db::AppliedMigration> migrations(workflow::Executor& executor, const Options& options) {
  if (!options.settle.empty())
    return executor.settle_migration(options.place, options.settle, is_applied(options.as), options.reason);
  if (options.import.empty()) return executor.migrations(options.place);
  return executor.import_migrations(options.place, table_of(options.import), workflow::read_migrations(options.folder),
                                    options.reason);
}

ExitStatus run(const cli::Context& context, const Options& options, const Environment& environment) {
  require_usage(options);
  const workflow::ExecutorConfig config = load_host(options, environment);
  workflow::Executor executor(config, executor_options(context, options, environment), context.clock);
  print(context, migrations(executor, options));
  return ExitStatus::done;
}

}  // namespace

cli::Command migrations_command(const Environment& environment) {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "migrations";
  command.summary = "the migrations that a database has; takes over another tool's, settles one that stopped";
  command.description =
      "Lists what is applied, with the request and the run that did it. --import reads what dbmate or Flyway applied "
      "and "
      "takes it over with the checksums of the files in --folder. --settle is a person's word on a migration that "
      "stopped half-way or was lost, after looking at the database: it counts as applied, or its version may be "
      "proposed again; its run can never be resumed. An adopt entry in the log says so.";
  command.examples = {"dbw-exec migrations -d shop -e production",
                      "dbw-exec migrations -d shop -e production --import dbmate --folder db/migrations --reason "
                      "'moved from dbmate, INC-4712'",
                      "dbw-exec migrations -d shop -e production --settle 20261102 --as not-applied --reason "
                      "'looked after the failover, INC-4713'"};
  command.options = options->options();
  command.options.push_back({"--import", "dbmate|flyway", "take over the migrations of that tool", &options->import});
  command.options.push_back({"--folder", "FOLDER", "with --import: its files", &options->folder});
  command.options.push_back({"--settle", "VERSION", "settle a migration that stopped half-way", &options->settle});
  command.options.push_back({"--as", "applied|not-applied", "with --settle: what the database shows", &options->as});
  command.options.push_back({"--reason", "TEXT", "with --import or --settle: why, for the log", &options->reason});
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
