#include <memory>

#include "cli/table.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/describe.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {
namespace {

std::vector<workflow::Assessment> everything(const workflow::Workspace& workspace) {
  std::vector<workflow::Assessment> all;
  for (const RequestId& id : workflow::drafts(workspace)) {
    if (auto draft = workflow::assess_draft(workspace, id)) all.push_back(std::move(*draft));
  }
  for (const RequestId& id : workspace.open_requests()) {
    if (auto assessment = workspace.assess(id)) all.push_back(std::move(*assessment));
  }
  return all;
}

ExitStatus run(const cli::Context& context, bool mine) {
  const workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  cli::Table table({"REQUEST", "RISK", "STATE", "WHERE", "BY", "TITLE"});
  codec::Value::List values;
  for (const workflow::Assessment& assessment : everything(workspace)) {
    const bool own = assessment.request && (*assessment.request)->request.requester == workspace.profile().person;
    if (mine && !own) continue;
    table.add(workflow::summary_row(assessment));
    if (context.json) values.push_back(workflow::assessment_value(assessment, workspace.authority()));
  }
  if (context.json) {
    codec::Value value;
    value.set("requests", values);
    context.out(codec::emit_json_pretty(value) + "\n");
  } else if (table.empty()) {
    context.note("no open requests\n");
  } else {
    context.out(table.text());
  }
  return ExitStatus::done;
}

}  // namespace

cli::Command list_command() {
  auto mine = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "list";
  command.summary = "drafts and open requests with their states";
  command.examples = {"dbw-request list", "dbw-request list --mine --format json"};
  command.options = {{"--mine", "", "only my own", mine.get()}};
  command.run = [mine](const cli::Context& context) { return run(context, *mine); };
  return command;
}

}  // namespace dbw::tool
