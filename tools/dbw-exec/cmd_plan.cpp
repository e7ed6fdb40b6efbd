#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/text.hpp"
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

bool would_run(const workflow::Preview& preview) {
  return std::any_of(preview.places.begin(), preview.places.end(),
                     [](const workflow::PlacePreview& each) { return !each.steps_left.empty(); });
}

/// What runs is the same everywhere; where is said of each member of a fleet.
std::string describe(const workflow::Preview& preview, const trust::Authority& authority, bool color) {
  std::string out = workflow::describe_assessment(preview.assessment, authority, color);
  if (!preview.plan) return out + "would not run\n";
  for (const plan::PlannedStep& step : preview.plan->steps) {
    out += fmt::format("step {} ({}): {} statements, {}, statement timeout {}, lock timeout {}\n", step.id, step.path,
                       step.statements.size(), step.transactional ? "one transaction" : "no transaction",
                       format_duration(step.statement_timeout), format_duration(step.lock_timeout));
  }
  for (const workflow::PlacePreview& each : preview.places) {
    out += fmt::format("on {}: {}\n", each.place.text(),
                       each.steps_left.empty() ? "would not run" : "would run " + join(each.steps_left, ", "));
    out += cli::format_refusals(each.refusals);
  }
  if (preview.places.empty()) out += "not for this shard\n";
  return out;
}

codec::Value names_value(const std::vector<std::string>& names) {
  codec::Value::List out;
  for (const std::string& each : names) out.emplace_back(each);
  return out;
}

codec::Value value_of(const workflow::Preview& preview, const trust::Authority& authority) {
  codec::Value value = workflow::assessment_value(preview.assessment, authority);
  codec::Value::List places;
  for (const workflow::PlacePreview& each : preview.places) {
    codec::Value place;
    place.set("database", each.place.database).set("environment", each.place.environment);
    if (!each.place.member.empty()) place.set("member", each.place.member);
    place.set("would_run", names_value(each.steps_left)).set("refusals", workflow::refusals_value(each.refusals));
    places.push_back(place);
  }
  return value.set("places", places);
}

/// One for each place; of the request alone where it would run nowhere.
std::vector<model::Trace> traces_of(const workflow::Preview& preview) {
  std::vector<model::Trace> traces;
  for (const workflow::PlacePreview& each : preview.places) traces.push_back(each.trace);
  if (traces.empty()) traces.push_back(preview.assessment.trace);
  return traces;
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
  codec::Value::List values, traces;
  for (const workflow::Preview& preview : previews) {
    all = all && would_run(preview);
    if (context.json) {
      values.push_back(value_of(preview, executor.authority()));
    } else {
      context.out(describe(preview, executor.authority(), context.color));
    }
    for (const model::Trace& trace : options.trace ? traces_of(preview) : std::vector<model::Trace>{}) {
      if (context.json) {
        traces.push_back(model::trace_value(trace));
      } else {
        context.note(report::trace_text(trace));
      }
    }
  }
  codec::Value value;
  value.set("requests", values);
  if (options.trace) value.set("traces", traces);
  if (context.json) context.out(codec::emit_json_pretty(value) + "\n");
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
