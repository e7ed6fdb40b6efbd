#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/suspensions.hpp"

namespace dbw::tool {
namespace fs = std::filesystem;
namespace {

struct Options {
  std::vector<std::string> names;
  std::string reason, person, key, program, out;
  bool push = false;
};

void print(const cli::Context& context, const model::Suspension& suspension, const std::string& where) {
  if (context.json) {
    codec::Value value;
    context.out(codec::emit_json_pretty(value.set("suspension", suspension.id()).set("where", where)) + "\n");
    return;
  }
  context.out(fmt::format("{} {}\n", suspension.id(), where));
  context.note(
      fmt::format("it takes use rights away until a policy lists {} under lifts; it touches neither the signing "
                  "of root, roster and policy, nor any rejection\n",
                  suspension.id()));
}

ExitStatus run(const cli::Context& context, const Options& options) {
  if (options.push == !options.out.empty()) {
    throw Error(ErrorCode::bad_usage, "say where it goes: --push or --out FOLDER, one of the two");
  }
  const workflow::Profile profile = workflow::load_profile(context.repo);
  const std::string by = options.person.empty() ? profile.person : options.person;
  if (by.empty()) throw Error(ErrorCode::bad_usage, "who suspends? --as is missing and no profile says it");
  const fs::path key = options.key.empty() ? profile.key : fs::path(options.key);
  const std::string program = options.program.empty() ? profile.signing_program : options.program;
  workflow::Workspace workspace(profile, context.clock.now());
  const model::Suspension suspension =
      workflow::draft_suspension(workspace.authority(), by, options.names, options.reason, workspace.now());
  crypto::SshKeygenSigner signer(key, program);
  const trust::SignedDocument document = workflow::sign_suspension(workspace.authority(), suspension, signer);
  if (!options.push) {
    print(context, suspension, workflow::write_suspension(options.out, suspension, document).string());
    return ExitStatus::done;
  }
  const std::string ref = workflow::push_suspension(workspace, suspension, document);
  workspace.refresh();
  print(context, suspension, ref);
  return ExitStatus::done;
}

}  // namespace

cli::Command suspend_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "suspend";
  command.summary = "take rights away from a person, key or machine, at once and alone";
  command.description =
      "For a stolen laptop or a leaked key: one person of the root's suspend role is enough. What the suspended sign "
      "no "
      "longer counts, on requests that are approved already as well; their rejections keep counting. --push publishes "
      "on the trusted branch, or on dbw/suspensions/<you> where the remote refuses that. --out writes files for an "
      "executor's suspend_folder instead. Only a policy that lists the suspension under lifts gives the rights back.";
  command.examples = {"dbw-sign suspend mallory --reason 'laptop stolen' --push",
                      "dbw-sign suspend SHA256:Zk1... --reason 'key in a public repository' --push",
                      "dbw-sign suspend ci-issuer --reason 'runner compromised' --out /etc/dbw/suspensions"};
  command.options = {{"-r,--reason", "TEXT", "one line that everybody will see", &options->reason, true},
                     {"--as", "NAME", "who suspends; your profile says it by default", &options->person},
                     {"--key", "FILE", "SSH key that the root lists; your profile's by default", &options->key},
                     {"--signing-program", "PROGRAM", "a program with ssh-keygen's -Y interface", &options->program},
                     {"--push", "", "publish it", &options->push},
                     {"--out", "FOLDER", "write it there, publish nothing", &options->out}};
  command.positionals = {
      {"WHO", "person, human or machine of the roster, or the fingerprint of a key", &options->names}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
