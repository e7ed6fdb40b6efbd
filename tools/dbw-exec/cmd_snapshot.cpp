#include <memory>

#include <fmt/format.h>

#include "base/files.hpp"
#include "commands.hpp"

namespace dbw::tool {
namespace {

struct Options : PlaceOptions {
  std::string out;
  bool publish = false;
};

ExitStatus run(const cli::Context& context, const Options& options, const Environment& environment) {
  if (options.publish && !options.out.empty())
    throw Error(ErrorCode::bad_usage, "--publish and --out each say where the snapshot goes", "Give one of them.");
  const workflow::ExecutorConfig config = load_host(options, environment);
  workflow::Executor executor(config, executor_options(context, options, environment), context.clock);
  if (options.publish) {
    const model::SnapshotRecord published = executor.publish_snapshot(options.place);
    context.note(fmt::format("published the schema of {}: number {}, {}\n", options.place.text(), published.sequence,
                             published.sha256.text()));
    return ExitStatus::done;
  }
  const std::string envelope = executor.snapshot(options.place) + "\n";
  if (options.out.empty()) {
    context.out(envelope);
  } else {
    write_file_atomic(options.out, envelope);
    context.note(fmt::format("{}: the schema of {}, {} bytes\n", options.out, options.place.text(), envelope.size()));
  }
  return ExitStatus::done;
}

}  // namespace

cli::Command snapshot_command(const Environment& environment) {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "snapshot";
  command.summary = "write down the schema of a database, signed";
  command.description =
      "Tables with columns, constraints, indexes and triggers, views, functions, sequences, types, the server's "
      "estimates of rows and bytes, its version and the settings that matter: a DSSE envelope signed by the executor's "
      "key, for dbw-review check --schema. No row of a table is read, no lock taken on one. The change account sees "
      "what it has rights on; what it does not see is not in the snapshot. --publish makes it the one that counts: it "
      "stands on dbw/schema of the change repository, its digest in the audit log, and where policy asks for it "
      "requests "
      "are reviewed with it once more before they run.";
  command.examples = {"dbw-exec snapshot -d shop -e production --publish",
                      "dbw-exec snapshot -d shop -e production --out shop.production.json",
                      "dbw-exec snapshot -d shop -e production | jq -r .payload | base64 -d | jq .relations"};
  command.options = options->options();
  command.options.push_back({"-o,--out", "FILE", "where to write it; standard output by default", &options->out});
  command.options.push_back(
      {"--publish", "", "into the change repository, and its digest into the audit log", &options->publish});
  command.run = [options, &environment](const cli::Context& context) { return run(context, *options, environment); };
  return command;
}

}  // namespace dbw::tool
