#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {
namespace {

struct Options {
  std::string request, reason;
};

ExitStatus run(const cli::Context& context, const Options& options) {
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  const RequestId id(options.request);
  workflow::cancel_request(workspace, id, options.reason);
  context.out(fmt::format("{} is withdrawn\n", id.text()));
  return ExitStatus::done;
}

}  // namespace

cli::Command cancel_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "cancel";
  command.summary = "withdraw a request of yours";
  command.description = "Publishes a signed withdrawal on the request's branch. What has run already stays run.";
  command.examples = {"dbw-request cancel REQ-20261120-K7QF --reason 'not needed any more'"};
  command.options = {{"--reason", "TEXT", "why", &options->reason, true}};
  command.positionals = {{"REQUEST", "its id", &options->request}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
