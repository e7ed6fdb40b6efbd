#include "plain_arguments.hpp"

#include "base/text.hpp"
#include "commands.hpp"

namespace dbw::tool {
namespace {

std::optional<model::Severity> parse_fail_on(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const auto severity = model::parse_severity(name);
  if (!severity || *severity == model::Severity::off)
    throw Error(ErrorCode::bad_usage, "--fail-on: \"" + printable(name) + "\" is not a level",
                "Use info, warning, error or block.");
  return severity;
}

review::FileSettings settings(const PlainArguments& arguments) {
  review::FileSettings out;
  if (!arguments.engine.empty()) out.engine = require_engine(arguments.engine);
  if (!arguments.server_version.empty()) {
    if (!review::is_server_version(arguments.server_version))
      throw Error(ErrorCode::bad_usage,
                  "--server-version: \"" + printable(arguments.server_version) + "\" is not a version",
                  "Write a number such as 15 or 15.4.");
    out.server_version = arguments.server_version;
  }
  if (arguments.in_transaction) out.in_transaction = true;
  if (arguments.step_lines) out.step_lines = true;
  if (!arguments.tool.empty()) {
    out.tool = review::parse_migration_tool(arguments.tool);
    if (!out.tool)
      throw Error(ErrorCode::bad_usage, "--tool: \"" + printable(arguments.tool) + "\" is not a tool that dbw knows",
                  "Use one of " + join(review::migration_tool_names(), ", ") + ".");
  }
  return out;
}

}  // namespace

std::vector<cli::Option> PlainArguments::options() {
  return {
      {"--engine", "NAME", "postgresql (default), mysql, mariadb or sqlite", &engine},
      {"--server-version", "VERSION",
       "version of the server, for example 16 (default: 15; MySQL 8.4, MariaDB 10.11, SQLite 3.40)", &server_version},
      {"--environment", "NAME", "environment that the SQL is for; production and prod are held to stricter bounds",
       &environment},
      {"--schema", "FILE", "schema that the SQL will meet, as dbw-exec snapshot wrote it: sizes, types, keys, counters",
       &schema},
      {"--in-transaction", "", "each file is run in one transaction (psql -1 and most migration tools)",
       &in_transaction},
      {"--step-lines", "",
       "a first line `-- dbw:step` says how its file is run, because the files become steps of requests", &step_lines},
      {"--tool", "NAME",
       "what runs the files: goose, dbmate, sql-migrate or golang-migrate; their ways back are read as rollbacks, and "
       "their own lines say what runs in a transaction",
       &tool},
      {"--since", "REV", "only files that this branch changed since its merge base with REV, for example origin/main",
       &since},
      {"--fail-on", "LEVEL", "exit status 1 from this level on: info, warning, error (default) or block", &fail_on},
      {"--config", "FILE", "settings, instead of the dbw-review.yaml that is found", &config},
      {"--no-config", "", "read no dbw-review.yaml", &no_config}};
}

workflow::PlainOptions PlainArguments::plain_options(const cli::Context& context) const {
  if (no_config && !config.empty())
    throw Error(ErrorCode::bad_usage, "--config and --no-config exclude each other", "Leave one of the two out.");
  workflow::PlainOptions out;
  out.paths = files;
  out.folder = context.repo;
  if (!config.empty()) out.config = config;
  out.no_config = no_config;
  out.settings = settings(*this);
  out.environment = environment;
  out.fail_on = parse_fail_on(fail_on);
  out.since = since;
  out.schema = schema;
  return out;
}

}  // namespace dbw::tool
