#include <memory>

#include <fmt/format.h>

#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/post_review.hpp"

namespace dbw::tool {
namespace {

struct Options {
  std::string request, comment;
  bool yes = false;
};

void show(const cli::Context& context, const workflow::PostReviewDraft& draft) {
  const model::Request& request = draft.subject.request.request;
  context.note(fmt::format("{}  {}\n  {} on {} in {}, asked for by {}, workflow {}\n  reason: {}\n  {}\n",
                           request.id.text(), printable(request.title), model::mode_name(request.mode),
                           request.database, request.environment, request.requester, draft.subject.workflow,
                           printable(request.reason), draft.outcome));
  for (const auto& [path, bytes] : draft.files) context.note("--- " + path + "\n" + printable(bytes, true) + "\n");
  context.note("you sign:\n");
  for (const std::string_view line : split_lines(draft.message)) context.note(fmt::format("  {}\n", printable(line)));
}

ExitStatus run(const cli::Context& context, const Options& options) {
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  const workflow::PostReviewDraft draft =
      workflow::draft_post_review(workspace, RequestId(options.request), options.comment);
  show(context, draft);
  if (!options.yes) {
    const std::string answer = context.ask(fmt::format("reviewed {}? [y/N]", options.request), "--yes");
    if (answer != "y" && answer != "Y" && answer != "yes") {
      context.note("nothing was signed\n");
      return ExitStatus::refused;
    }
  }
  const Digest payload = workflow::sign_post_review(workspace, draft);
  if (context.json) {
    codec::Value value;
    value.set("request", options.request).set("decision", "post-review").set("payload_sha256", payload.text());
    context.out(codec::emit_json_pretty(value) + "\n");
  } else {
    context.out(fmt::format("post-review {}: {}\n", options.request, payload.text()));
  }
  return ExitStatus::done;
}

}  // namespace

cli::Command post_review_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "post-review";
  command.summary = "sign that you looked at what a break-glass request did";
  command.description =
      "Shows the newest break-glass result of the request from the executor's log with the SQL that ran, and signs "
      "your look at it; it covers the results of that request before it too. The executor takes it into its log with "
      "its next run. Once a review is overdue, the workflow runs no further break-glass requests.";
  command.examples = {"dbw-sign post-review REQ-20261120-K7QF --comment 'index was the right one'"};
  command.options = {{"--comment", "TEXT", "one line that everybody will see", &options->comment},
                     {"-y,--yes", "", "do not ask", &options->yes}};
  command.positionals = {{"REQUEST", "its id", &options->request}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
