#include <memory>

#include "codec/json.hpp"
#include "commands.hpp"
#include "preflight.hpp"
#include "wish_options.hpp"
#include "workflow/describe.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {
namespace {

struct Options : WishOptions {
  std::string request;
};

ExitStatus check_stored(const cli::Context& context, const workflow::Workspace& workspace, const RequestId& id) {
  auto assessment = workflow::assess_draft(workspace, id);
  if (!assessment) assessment = workspace.assess(id);
  if (!assessment) throw Error(ErrorCode::request_unknown, "there is no request " + id.text());
  context.out(context.json
                  ? codec::emit_json_pretty(workflow::assessment_value(*assessment, workspace.authority())) + "\n"
                  : workflow::describe_assessment(*assessment, workspace.authority(), context.color));
  warn_about(context, workspace.authority(), assessment->content.match.workflow.name);
  const bool fine = assessment->request && assessment->content.refusals.empty();
  return fine ? ExitStatus::done : ExitStatus::refused;
}

ExitStatus run(const cli::Context& context, Options& options) {
  const workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  if (!options.request.empty()) return check_stored(context, workspace, RequestId(options.request));
  const workflow::Draft draft = workflow::draft_request(workspace, options.wish(context, false));
  print_preflight(context, workspace, draft, "not signed, nothing was written");
  warn_about(context, workspace.authority(), draft.content.match.workflow.name);
  return draft.content.refusals.empty() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

cli::Command check_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "check";
  command.summary = "preflight: findings, risk, the matching workflow, who can approve";
  command.description =
      "Judges SQL files, or a request that exists, exactly as approvers and the executor will. Writes and pushes "
      "nothing. Exit status 1 where it would be refused.";
  command.examples = {"dbw-request check -d shop -e production fix.sql",
                      "dbw-request check --request REQ-20261120-K7QF --format json"};
  command.options = options->options();
  command.options.push_back({"--request", "ID", "an existing request or draft instead of files", &options->request});
  command.positionals = {options->positional()};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
