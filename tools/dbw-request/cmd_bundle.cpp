#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/bundle.hpp"

namespace dbw::tool {
namespace {

struct Options {
  std::string request, out;
  bool offline = false;
};

ExitStatus run(const cli::Context& context, const Options& options) {
  const workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now(), options.offline);
  const RequestId id(options.request);
  const std::vector<std::string> refs = workflow::write_request_bundle(workspace, id, options.out);
  const auto assessment = workspace.assess(id);
  if (context.json) {
    codec::Value::List names;
    for (const std::string& ref : refs) names.emplace_back(ref);
    codec::Value value;
    value.set("request", id.text()).set("state", workflow::state_name(assessment->state)).set("refs", names);
    context.out(codec::emit_json_pretty(value) + "\n");
    return ExitStatus::done;
  }
  context.out(fmt::format("wrote {} with {} ({})\n", printable(options.out), id.text(),
                          workflow::state_name(assessment->state)));
  for (const std::string& ref : refs) context.out(fmt::format("  {}\n", ref));
  return ExitStatus::done;
}

}  // namespace

cli::Command bundle_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "bundle";
  command.summary = "one request as a file, for an executor that cannot reach the repository";
  command.description =
      "Writes a git bundle with the trusted branch, the request and the decisions on it. On the executor's host, "
      "dbw-exec run --bundle verifies it from its own pin and runs it if its mode is break_glass.";
  command.examples = {"dbw-request bundle REQ-20261120-K7QF -o emergency.bundle",
                      "dbw-request bundle REQ-20261120-K7QF -o emergency.bundle --offline"};
  command.options = {
      {"-o,--out", "FILE", "the bundle", &options->out, true},
      {"--offline", "", "from what was fetched last: the repository is out of reach", &options->offline}};
  command.positionals = {{"REQUEST", "its id", &options->request}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
