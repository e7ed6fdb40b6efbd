#include <memory>

#include <fmt/format.h>

#include "codec/json.hpp"
#include "commands.hpp"
#include "db/ledger.hpp"
#include "workflow/describe.hpp"

namespace dbw::tool {
namespace {

ExitStatus run(const cli::Context& context, const HostOptions& options, const Environment& environment) {
  const workflow::ExecutorConfig config = workflow::load_executor_config(options.config);
  workflow::Executor executor(config, executor_options(context, options, environment), context.clock);
  const std::vector<workflow::TargetStatus> targets = executor.status();
  if (context.json) {
    codec::Value::List values;
    for (const workflow::TargetStatus& target : targets) values.push_back(workflow::target_value(target));
    codec::Value value;
    value.set("log_size", static_cast<std::int64_t>(executor.log().head().size))
        .set("log_root", executor.log().head().root.text());
    context.out(codec::emit_json_pretty(value.set("targets", values)) + "\n");
  } else {
    context.out(fmt::format("log {}: {} entries, root {}\n", executor.log().origin(), executor.log().head().size,
                            executor.log().head().root.text()));
    for (const workflow::TargetStatus& target : targets) context.out(workflow::describe_target(target));
  }
  for (const workflow::TargetStatus& target : targets) {
    if (!target.refusals.empty()) return error_info(target.refusals.front().code).status;
  }
  return ExitStatus::done;
}

}  // namespace

cli::Command status_command(const Environment& environment) {
  auto options = std::make_shared<HostOptions>();
  cli::Command command;
  command.name = "status";
  command.summary = "log, targets, and claims that are open";
  command.description = "Looks and changes nothing. A claim that stays open after a crash is settled by the next run.";
  command.examples = {"dbw-exec status", "dbw-exec status --format json"};
  command.options = options->options();
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
