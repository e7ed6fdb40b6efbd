#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "outputs.hpp"
#include "plain_arguments.hpp"
#include "watch.hpp"
#include "workflow/plain_review.hpp"

namespace dbw::tool {
namespace {

struct Arguments : PlainArguments {
  bool markdown = false;
  std::string output;
  bool watch = false;
};

ExitStatus run(const Arguments& arguments, const cli::Context& context) {
  const Output output = require_output(arguments.output, arguments.markdown, context.json);
  if (arguments.watch) {
    const bool stdin_named = std::find(arguments.files.begin(), arguments.files.end(), "-") != arguments.files.end();
    if (output != Output::text || stdin_named)
      throw Error(ErrorCode::bad_usage, "--watch writes text for people, about files",
                  "Leave out --output, --markdown, --format json and -.");
    return watch(arguments.plain_options(context), context);
  }
  cli::end_at_first_signal();
  const workflow::PlainReview result = workflow::review_plain(arguments.plain_options(context), context.clock.now());
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
      "What an earlier file of the change creates counts as new and empty: of a folder with old migrations give those "
      "that are still to run, or --since. "
      "Exit status 0: no finding of the level of --fail-on or above; 1: there is one; 2: wrong usage; 3: input that is "
      "too large or malformed; 4: a file that cannot be read. Settings that a repository shares stand in "
      "dbw-review.yaml, in the current folder or above it up to the root of the Git working tree; options go before "
      "it. `-- dbw:allow <rule> <reason> [until YYYY-MM-DD]` beside a statement shows a wish for a waiver; it does not "
      "change the answer unless dbw-review.yaml says allow_comments: true.";
  command.examples = {"dbw-review check migrations/0042_orders.sql",
                      "dbw-review check --since origin/main --output sarif migrations > review.sarif",
                      "dbw-review check --in-transaction --server-version 14 up.sql",
                      "git show HEAD:fix.sql | dbw-review check --markdown -"};
  command.options = arguments->options();
  const std::vector<cli::Option> own = {
      {"--watch", "", "review again whenever a file or dbw-review.yaml is saved, until Ctrl-C", &arguments->watch},
      {"--markdown", "", "write a comment for a merge request", &arguments->markdown},
      {"--output", "NAME",
       "write for a CI system: sarif (SARIF 2.1.0), junit, gitlab (Code Quality), github (annotations) or rdjson "
       "(reviewdog)",
       &arguments->output}};
  command.options.insert(command.options.end(), own.begin(), own.end());
  command.positionals = {{"FILE", "SQL files and folders; - is standard input", &arguments->files}};
  command.run = [arguments](const cli::Context& context) { return run(*arguments, context); };
  return command;
}

}  // namespace dbw::tool
