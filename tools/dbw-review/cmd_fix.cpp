#include <fmt/format.h>

#include <memory>

#include "base/text.hpp"
#include "commands.hpp"
#include "plain_arguments.hpp"
#include "sqlparse/statement.hpp"
#include "workflow/fix.hpp"

namespace dbw::tool {
namespace {

struct Arguments : PlainArguments {
  bool diff = false;
  bool apply = false;
};

std::string place_of(const model::Finding& finding, const report::SqlFiles& files) {
  const sqlparse::LineColumn at = sqlparse::line_column(files.at(finding.file), finding.range.start);
  return fmt::format("{}:{}:{}: {}", printable(finding.file), at.line, at.column, finding.rule);
}

void require_one_output(const Arguments& arguments, const cli::Context& context) {
  if (arguments.diff && (arguments.apply || context.json))
    throw Error(ErrorCode::bad_usage, "--diff prints a patch and nothing else",
                "Leave out --diff, or --apply and --format json.");
  if (!arguments.diff && !arguments.apply && !context.json)
    throw Error(ErrorCode::bad_usage, "fix changes no file by itself",
                "Add --diff, and give what it prints to git apply; or --apply to write the files, or --format json.");
}

void note_findings(const workflow::PlainFix& fix, const cli::Context& context) {
  for (const model::Finding& finding : fix.fixed) context.note(place_of(finding, fix.files) + ": fixed\n");
  for (const review::Unfixed& unfixed : fix.unfixed) {
    const std::string reason = unfixed.reason.empty() ? "" : ": " + printable(unfixed.reason);
    context.note(place_of(unfixed.finding, fix.files) + ": no mechanical fix" + reason + "\n");
  }
  for (const std::string& condition : fix.conditions) context.note("condition: " + printable(condition) + "\n");
}

ExitStatus run(const Arguments& arguments, const cli::Context& context) {
  require_one_output(arguments, context);
  cli::end_at_first_signal();
  const workflow::PlainFix fix = workflow::fix_plain(arguments.plain_options(context), context.clock.now());
  for (const std::string& note : fix.notes) context.note(note + "\n");
  if (!context.json) note_findings(fix, context);
  const std::vector<std::string> written = arguments.apply ? workflow::apply_fix(fix) : std::vector<std::string>();
  if (context.json)
    context.out(workflow::fix_json(fix) + "\n");
  else if (arguments.diff)
    context.out(fix.diff);
  else
    for (const std::string& path : written) context.out(path + "\n");
  const bool proposes = !fix.changes.empty() && !arguments.apply;
  return !proposes && !fix.fails() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

cli::Command fix_command() {
  auto arguments = std::make_shared<Arguments>();
  cli::Command command;
  command.name = "fix";
  command.summary = "Propose the SQL that `check` asks for, as a patch, or write it";
  command.description =
      "Where the safe way is mechanical (CONCURRENTLY, NOT VALID with VALIDATE in a later step, lock_timeout, online "
      "clauses of MySQL and MariaDB, backfills in batches by a key of --schema) prints a unified diff that writes it, "
      "or with --apply writes the files, all or none of them. What needs another transaction, or none, goes to files "
      "of "
      "its own: 0042_orders.step02.sql runs behind 0042_orders.sql and before the next file; the first line of each "
      "says how, and dbw-request new reads it. A proposal is parsed and reviewed again, and made only where the "
      "finding "
      "is gone and nothing of level warning or above has come. What has no mechanical fix is named on standard error. "
      "--format json: files, steps, findings and conditions (schemas/fix.schema.json); it may go with --apply. "
      "Exit status 0: nothing is proposed, or it was written, and no finding of the level of --fail-on stays; 1: "
      "something is proposed, or such a finding stays; else as check. Files and settings are those of check.";
  command.examples = {"dbw-review fix --diff migrations/0042_orders.sql | git apply",
                      "dbw-review fix --apply --in-transaction --schema shop.json --since origin/main migrations"};
  command.options = arguments->options();
  command.options.insert(command.options.begin(),
                         {{"--diff", "", "print the proposal as a patch for git apply or patch -p1", &arguments->diff},
                          {"--apply", "", "write the proposal into the files and new files beside them, and name them",
                           &arguments->apply}});
  command.positionals = {{"FILE", "SQL files and folders", &arguments->files}};
  command.run = [arguments](const cli::Context& context) { return run(*arguments, context); };
  return command;
}

}  // namespace dbw::tool
