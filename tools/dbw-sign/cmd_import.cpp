#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/parcels.hpp"

namespace dbw::tool {
namespace {

struct Options {
  std::vector<std::string> files;
  bool push = false;
  bool offline = false;
};

std::string_view fate(const workflow::Placed& placed, const Options& options) {
  if (!placed.news) return "there already";
  return options.push ? "pushed" : options.offline ? "kept" : "verified";
}

ExitStatus run(const cli::Context& context, const Options& options) {
  std::vector<model::Parcel> parcels;
  for (const std::string& file : options.files)
    parcels.push_back(model::parse_parcel(read_file(file, model::k_parcel_bytes_max), file));
  if (options.offline && options.push)
    throw Error(ErrorCode::bad_usage, "--push and --offline exclude each other", "Run it again with --push later.");
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now(), options.offline);
  const std::vector<workflow::Placed> all = workflow::import_parcels(workspace, parcels,
                                                                     options.push      ? workflow::Publish::push
                                                                     : options.offline ? workflow::Publish::keep
                                                                                       : workflow::Publish::no);
  if (context.json) {
    codec::Value::List values;
    for (const workflow::Placed& each : all) {
      codec::Value value;
      values.push_back(value.set("ref", each.ref).set("what", each.what).set("state", fate(each, options)));
    }
    codec::Value value;
    context.out(codec::emit_json_pretty(value.set("placed", values)) + "\n");
  } else {
    for (const workflow::Placed& each : all)
      context.out(fmt::format("{}: {}\n  {}\n", fate(each, options), each.what, each.ref));
  }
  if (!options.push) context.note("nothing was pushed; do it with --push\n");
  return ExitStatus::done;
}

}  // namespace

cli::Command import_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "import";
  command.summary = "publish what somebody signed who cannot push";
  command.description =
      "Reads parcels that dbw-request new --out and dbw-sign approve --out wrote, verifies everything as the executor "
      "will, and with --push puts requests on their branches and decisions on the refs of the people who signed them. "
      "Importing gives no authority: it is theirs. Where one thing would not count, nothing is pushed.";
  command.examples = {"dbw-sign import request.parcel", "dbw-sign import request.parcel approval.parcel --push"};
  command.options = {
      {"--push", "", "publish it", &options->push},
      {"--offline", "", "put it into my own mirror alone: the repository is out of reach; the next fetch forgets it",
       &options->offline}};
  command.positionals = {{"FILE", "parcels, in the order in which they were made", &options->files}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
