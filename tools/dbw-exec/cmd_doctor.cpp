#include <memory>

#include <fmt/format.h>

#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/describe.hpp"
#include "workflow/doctor.hpp"

namespace dbw::tool {
namespace {

ExitStatus run(const cli::Context& context, const HostOptions& options, const Environment& environment) {
  const std::vector<workflow::Diagnosis> found = workflow::examine_host(
      options.config, executor_options(context, options, environment), options.allow_root, environment, context.clock);
  bool good = true;
  codec::Value::List values;
  for (const workflow::Diagnosis& each : found) {
    good = good && !each.refusal;
    context.note(workflow::describe_warnings(each.warnings));
    if (context.json) {
      codec::Value value;
      value.set("check", each.check).set("good", !each.refusal.has_value()).set("detail", each.detail);
      if (each.refusal) value.set("refusals", workflow::refusals_value({*each.refusal}));
      values.push_back(value);
      continue;
    }
    context.out(fmt::format("{:4} {}{}\n", each.refusal ? "BAD" : "ok", each.check,
                            each.detail.empty() ? "" : ": " + each.detail));
    if (each.refusal) context.out(cli::format_refusals({*each.refusal}));
  }
  codec::Value value;
  if (context.json) context.out(codec::emit_json_pretty(value.set("checks", values)) + "\n");
  return good ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

cli::Command doctor_command(const Environment& environment) {
  auto options = std::make_shared<HostOptions>();
  cli::Command command;
  command.name = "doctor";
  command.summary = "check the whole host: files, repositories, trust, log, databases, roles";
  command.examples = {"dbw-exec doctor"};
  command.options = options->options();
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
