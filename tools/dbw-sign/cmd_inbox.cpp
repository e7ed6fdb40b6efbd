#include <memory>

#include <fmt/format.h>

#include "authority.hpp"
#include "base/text.hpp"
#include "cli/table.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "decisions.hpp"
#include "workflow/describe.hpp"

namespace dbw::tool {
namespace {

ExitStatus print_list(const cli::Context& context, const workflow::Workspace& workspace,
                      const std::vector<workflow::Assessment>& waiting) {
  if (context.json) {
    codec::Value::List values;
    for (const workflow::Assessment& each : waiting)
      values.push_back(workflow::assessment_value(each, workspace.authority()));
    codec::Value value;
    context.out(codec::emit_json_pretty(value.set("requests", values)) + "\n");
    return ExitStatus::done;
  }
  cli::Table table({"REQUEST", "RISK", "STATE", "WHERE", "BY", "TITLE"});
  for (const workflow::Assessment& each : waiting) table.add(workflow::summary_row(each));
  context.out(table.text());
  return ExitStatus::done;
}

/// One request, one key press, one signature: never batched.
void go_through(const cli::Context& context, workflow::Workspace& workspace,
                const std::vector<workflow::Assessment>& waiting) {
  for (const workflow::Assessment& each : waiting) {
    const RequestId id = each.stored.id;
    context.note(workflow::describe_assessment(each, workspace.authority(), context.color));
    for (const auto& [path, bytes] : each.files) context.note("--- " + path + "\n" + printable(bytes, true) + "\n");
    const std::string answer =
        context.ask(fmt::format("{}: [a]pprove, [r]eject, [s]kip, [q]uit?", id.text()), "--list");
    if (answer == "q") return;
    if (answer != "a" && answer != "r") continue;
    const auto kind = answer == "a" ? model::DecisionKind::approve : model::DecisionKind::reject;
    sign_shown(context, workspace, workflow::draft_decision(workspace, id, kind, ""), true);
  }
}

ExitStatus run(const cli::Context& context, bool list) {
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  warn_of_expiry(context, workspace.authority());
  const std::vector<workflow::Assessment> waiting = workflow::inbox(workspace);
  if (waiting.empty() && !context.json) {
    context.note("nothing waits for you\n");
    return ExitStatus::done;
  }
  if (list || context.json || !context.interactive()) return print_list(context, workspace, waiting);
  go_through(context, workspace, waiting);
  return ExitStatus::done;
}

}  // namespace

cli::Command inbox_command() {
  auto list = std::make_shared<bool>(false);
  cli::Command command;
  command.name = "inbox";
  command.summary = "what waits for me, riskiest first";
  command.description =
      "On a terminal it shows each request in turn and takes one key press and one signature per request.";
  command.examples = {"dbw-sign inbox", "dbw-sign inbox --list"};
  command.options = {{"--list", "", "only list", list.get()}};
  command.run = [list](const cli::Context& context) { return run(context, *list); };
  return command;
}

}  // namespace dbw::tool
