#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "trust/allowed_signers.hpp"
#include "workflow/workspace.hpp"

namespace dbw::tool {
namespace {

struct Options {
  std::vector<std::string> kinds;
  std::string out;
};

ExitStatus run(const cli::Context& context, const Options& options) {
  const std::vector<std::string>& known = trust::allowed_signer_kinds();
  for (const std::string& kind : options.kinds) {
    if (std::find(known.begin(), known.end(), kind) == known.end())
      throw Error(ErrorCode::bad_usage, fmt::format("no such kind: {}", printable(kind)),
                  fmt::format("Kinds: {}.", join(known, ", ")));
  }
  const workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  const std::string text = trust::allowed_signers(workspace.authority(), options.kinds);
  if (options.out.empty()) {
    context.out(text);
  } else {
    write_file_atomic(options.out, text);
  }
  return ExitStatus::done;
}

}  // namespace

cli::Command export_allowed_signers_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "export-allowed-signers";
  command.summary = "write the verified keys as an OpenSSH allowed_signers file";
  command.description =
      "For people who want to check signatures with ssh-keygen or git alone: who may sign what, by the roster, root "
      "and "
      "policy in force. Keys that do not count are left out and named in comments, and so is what such a file cannot "
      "say. Principals are the roster's names.";
  command.examples = {
      "dbw-sign export-allowed-signers --kind request --out signers",
      "ssh-keygen -Y verify -f signers -I alice -n dbw-request-v1 -s request.yaml.sig < request.yaml",
      "git -c gpg.ssh.allowedSignersFile=$PWD/signers verify-commit dbw/approvals/REQ-20261120-K7QF/bob"};
  command.options = {{"--kind", "KIND", "request, approve, root, roster, policy or suspension; all by default (repeat)",
                      &options->kinds},
                     {"--out", "FILE", "write it here instead of to standard output", &options->out}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
