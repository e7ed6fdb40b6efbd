#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/seal_key.hpp"

namespace dbw::tool {
namespace {

/// The public half for the roster; standard output holds nothing else.
ExitStatus print(const cli::Context& context, const std::filesystem::path& file, const std::string& recipient) {
  if (context.json) {
    codec::Value value;
    value.set("file", file.string()).set("seal_key", recipient);
    context.out(codec::emit_json_pretty(value) + "\n");
    return ExitStatus::done;
  }
  context.out(recipient + "\n");
  context.note(fmt::format("the private key is in {}; for the roster: dbw-sign roster edit --seal-key NAME={}\n",
                           file.string(), recipient));
  return ExitStatus::done;
}

}  // namespace

cli::Command seal_key_command() {
  cli::Command make;
  make.name = "new";
  make.summary = "make your seal key";
  make.description =
      "Keeps the private key in seal-key.txt of dbw's folder (DBW_HOME, else ~/.config/dbw), mode 0600, and prints "
      "the public half for the roster. A key that is there already is never overwritten.";
  make.examples = {"dbw-request seal-key new"};
  make.run = [](const cli::Context& context) {
    const auto file = workflow::seal_key_file();
    return print(context, file, workflow::make_seal_key(file, context.clock.now()).text());
  };
  cli::Command show;
  show.name = "show";
  show.summary = "print the public half of your seal key";
  show.examples = {"dbw-request seal-key show"};
  show.run = [](const cli::Context& context) {
    const auto file = workflow::seal_key_file();
    return print(context, file, workflow::load_seal_keys(file).back().recipient().text());
  };
  cli::Command command;
  command.name = "seal-key";
  command.summary = "the key that opens query results";
  command.description =
      "Results of queries can be sealed for the people named with --results-to. SSH agents and security keys cannot "
      "open them, so everybody has a seal key of their own, an age X25519 key; age -d -i FILE opens results too.";
  command.subcommands = {make, show};
  return command;
}

}  // namespace dbw::tool
