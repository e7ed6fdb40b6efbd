#include <memory>

#include "base/text.hpp"
#include "commands.hpp"
#include "outputs.hpp"
#include "watch.hpp"
#include "workflow/plain_review.hpp"

namespace dbw::tool {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::string engine;
  std::string server_version;
  std::string environment;
  bool in_transaction = false;
  bool markdown = false;
  std::string output;
  std::string fail_on;
  std::string since;
  std::string schema;
  std::string config;
  bool no_config = false;
  bool watch = false;
};

std::optional<model::Severity> fail_on(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const auto severity = model::parse_severity(name);
  if (!severity || *severity == model::Severity::off)
    throw Error(ErrorCode::bad_usage, "--fail-on: \"" + printable(name) + "\" is not a level",
                "Use info, warning, error or block.");
  return severity;
}

review::FileSettings settings(const Arguments& arguments) {
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
  return out;
}

workflow::PlainOptions plain_options(const Arguments& arguments, const cli::Context& context) {
  if (arguments.no_config && !arguments.config.empty())
    throw Error(ErrorCode::bad_usage, "--config and --no-config exclude each other", "Leave one of the two out.");
  workflow::PlainOptions out;
  out.paths = arguments.files;
  out.folder = context.repo;
  if (!arguments.config.empty()) out.config = arguments.config;
  out.no_config = arguments.no_config;
  out.settings = settings(arguments);
  out.environment = arguments.environment;
  out.fail_on = fail_on(arguments.fail_on);
  out.since = arguments.since;
  out.schema = arguments.schema;
  return out;
}

ExitStatus run(const Arguments& arguments, const cli::Context& context) {
  const Output output = require_output(arguments.output, arguments.markdown, context.json);
  if (arguments.watch) {
    const bool stdin_named = std::find(arguments.files.begin(), arguments.files.end(), "-") != arguments.files.end();
    if (output != Output::text || stdin_named)
      throw Error(ErrorCode::bad_usage, "--watch writes text for people, about files",
                  "Leave out --output, --markdown, --format json and -.");
    return watch(plain_options(arguments, context), context);
  }
  const workflow::PlainReview result = workflow::review_plain(plain_options(arguments, context), context.clock.now());
  for (const std::string& note : result.notes) context.note(note + "\n");
  context.out(write_output(output, result, context.color));
  return result.fails() ? ExitStatus::refused : ExitStatus::done;
}

}  // namespace

cli::Command check_command() {
  auto arguments = std::make_shared<Arguments>();
  cli::Command command;
  command.name = "check";
  command.summary = "Report what would hurt production, and what to do instead";
  command.description =
      "Reads plain SQL files, in the order in which they run, as one change; of a folder every *.sql below it, sorted. "
      "Exit status 0: no finding of the level of --fail-on or above; 1: there is one; 2: wrong usage; 3: input that is "
      "too large or malformed; 4: a file that cannot be read. Settings that a repository shares stand in "
      "dbw-review.yaml, in the current folder or above it up to the root of the Git working tree; options go before "
      "it. `-- dbw:allow <rule> <reason> [until YYYY-MM-DD]` beside a statement shows a wish for a waiver; it does not "
      "change the answer unless dbw-review.yaml says allow_comments: true.";
  command.examples = {"dbw-review check migrations/0042_orders.sql",
                      "dbw-review check --since origin/main --output sarif migrations > review.sarif",
                      "dbw-review check --in-transaction --server-version 14 up.sql",
                      "git show HEAD:fix.sql | dbw-review check --markdown -"};
  command.options = {
      {"--engine", "NAME", "postgresql (default), mysql, mariadb or sqlite", &arguments->engine},
      {"--server-version", "VERSION", "version of the server, for example 15 (default)", &arguments->server_version},
      {"--environment", "NAME", "environment that the SQL is for; production and prod are held to stricter bounds",
       &arguments->environment},
      {"--schema", "FILE", "schema that the SQL will meet, as dbw-exec snapshot wrote it: sizes, types, keys, counters",
       &arguments->schema},
      {"--in-transaction", "", "each file is run in one transaction (psql -1 and most migration tools)",
       &arguments->in_transaction},
      {"--since", "REV", "only files that this branch changed since its merge base with REV, for example origin/main",
       &arguments->since},
      {"--fail-on", "LEVEL", "exit status 1 from this level on: info, warning, error (default) or block",
       &arguments->fail_on},
      {"--config", "FILE", "settings, instead of the dbw-review.yaml that is found", &arguments->config},
      {"--no-config", "", "read no dbw-review.yaml", &arguments->no_config},
      {"--watch", "", "review again whenever a file or dbw-review.yaml is saved, until Ctrl-C", &arguments->watch},
      {"--markdown", "", "write a comment for a merge request", &arguments->markdown},
      {"--output", "NAME",
       "write for a CI system: sarif (SARIF 2.1.0), junit, gitlab (Code Quality), github (annotations) or rdjson "
       "(reviewdog)",
       &arguments->output}};
  command.positionals = {{"FILE", "SQL files and folders; - is standard input", &arguments->files}};
  command.run = [arguments](const cli::Context& context) { return run(*arguments, context); };
  return command;
}

}  // namespace dbw::tool
