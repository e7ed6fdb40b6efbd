#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "codec/json.hpp"
#include "commands.hpp"
#include "report/trace_text.hpp"
#include "workflow/describe.hpp"

namespace dbw::tool {
namespace {

struct Options : HostOptions {
  std::vector<std::string> requests;
  bool trace = false;
};

std::string describe(const workflow::Preview& preview, const trust::Authority& authority, bool color) {
  std::string out = workflow::describe_assessment(preview.assessment, authority, color);
  if (!preview.plan) return out + "would not run\n";
  out += cli::format_refusals(preview.refusals);
  for (const plan::PlannedStep& step : preview.plan->steps) {
    const bool left =
        std::find(preview.steps_left.begin(), preview.steps_left.end(), step.id) != preview.steps_left.end();
    out += fmt::format("step {} ({}): {} statements, {}, statement timeout {}, lock timeout {}: {}\n", step.id,
                       step.path, step.statements.size(), step.transactional ? "one transaction" : "no transaction",
                       format_duration(step.statement_timeout), format_duration(step.lock_timeout),
                       left ? "would run" : "would not run");
  }
  return out;
}

codec::Value value_of(const workflow::Preview& preview, const trust::Authority& authority) {
  codec::Value value = workflow::assessment_value(preview.assessment, authority);
  codec::Value::List steps;
  for (const std::string& step : preview.steps_left) steps.emplace_back(step);
  return value.set("would_run", steps).set("executor_refusals", workflow::refusals_value(preview.refusals));
}

ExitStatus run(const cli::Context& context, const Options& options, const Environment& environment) {
  std::vector<RequestId> ids;
  for (const std::string& text : options.requests) ids.emplace_back(text);
  const workflow::ExecutorConfig config = load_host(options, environment);
  workflow::ExecutorOptions wishes = executor_options(context, options, environment);
  const auto note = [&](std::string_view text) { context.note(text); };
  if (options.trace) wishes.trace = workflow::trace_to(note, nullptr);
  workflow::Executor executor(config, wishes, context.clock);
  const std::vector<workflow::Preview> previews = executor.preview(ids);
  bool all = true;
  codec::Value::List values;
  for (const workflow::Preview& preview : previews) {
    all = all && !preview.steps_left.empty();
    if (context.json) {
      codec::Value value = value_of(preview, executor.authority());
      if (options.trace) value.set("trace", model::trace_value(preview.trace));
      values.push_back(value);
    } else {
      context.out(describe(preview, executor.authority(), context.color));
      if (options.trace) context.note(report::trace_text(preview.trace));
    }
  }
  codec::Value value;
  if (context.json) context.out(codec::emit_json_pretty(value.set("requests", values)) + "\n");
  if (previews.empty()) context.note("no open requests\n");
  return all || ids.empty() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

cli::Command plan_command(const Environment& environment) {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "plan";
  command.summary = "what would run, and why or why not";
  command.description =
      "Does all checks of a run, connects as guard to see what ran already, and stops before claiming anything. Writes "
      "nothing to databases or logs.";
  command.examples = {"dbw-exec plan", "dbw-exec plan REQ-20261120-K7QF --format json"};
  command.options = options->options();
  command.options.push_back({"--trace", "", "every check with its inputs", &options->trace});
  command.positionals = {{"REQUEST", "ids; everything open without one", &options->requests, false}};
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
