#include <memory>

#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/describe.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {
namespace {

ExitStatus run(const cli::Context& context, const std::string& request) {
  const workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  const RequestId id(request);
  auto assessment = workflow::assess_draft(workspace, id);
  if (!assessment) assessment = workspace.assess(id);
  if (!assessment) throw Error(ErrorCode::request_unknown, "there is no request " + id.text());
  if (context.json) {
    context.out(codec::emit_json_pretty(workflow::assessment_value(*assessment, workspace.authority())) + "\n");
    return ExitStatus::done;
  }
  context.out(workflow::describe_assessment(*assessment, workspace.authority(), context.color));
  for (const auto& [path, bytes] : assessment->files) context.out("--- " + path + "\n" + printable(bytes, true) + "\n");
  return ExitStatus::done;
}

}  // namespace

cli::Command show_command() {
  auto request = std::make_shared<std::string>();
  cli::Command command;
  command.name = "show";
  command.summary = "one request in full: SQL, findings, decisions, what is missing";
  command.examples = {"dbw-request show REQ-20261120-K7QF"};
  command.positionals = {{"REQUEST", "its id", request.get()}};
  command.run = [request](const cli::Context& context) { return run(context, *request); };
  return command;
}

}  // namespace dbw::tool
