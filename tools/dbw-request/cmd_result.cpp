#include <unistd.h>

#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "crypto/hash.hpp"
#include "result_output.hpp"
#include "workflow/open_result.hpp"
#include "workflow/seal_key.hpp"

namespace dbw::tool {
namespace {

struct Options {
  std::string request, out, key, member;
  bool raw = false;
  bool shred = false;
  bool unverified = false;
};

void require_consistent(const cli::Context& context, const Options& options) {
  if (options.shred && (options.raw || options.unverified || !options.out.empty() || !options.key.empty()))
    throw Error(ErrorCode::bad_usage, "--shred goes alone", "Open the result first, then shred it.");
  if (context.json && options.out.empty() && !options.shred)
    throw Error(ErrorCode::bad_usage, "--format json describes the result and does not hold it",
                "Give --out FILE with it.");
}

ExitStatus shred(const cli::Context& context, workflow::Workspace& workspace, const RequestId& id,
                 const std::string& member) {
  workflow::shred_result(workspace, id, member);
  if (context.json) {
    codec::Value value;
    value.set("id", id.text()).set("shredded", true);
    context.out(codec::emit_json_pretty(value) + "\n");
    return ExitStatus::done;
  }
  context.out(fmt::format("{}: its sealed result is deleted\n", id.text()));
  context.note(
      "the Git host may keep the sealed bytes until it cleans up, and whoever fetched or saved them has them still\n");
  return ExitStatus::done;
}

void describe(const cli::Context& context, const Options& options, const workflow::SealedResult& result) {
  codec::Value value;
  value.set("id", options.request)
      .set("name", result.name)
      .set("out", options.out)
      .set("sealed_sha256", crypto::sha256(result.bytes).text())
      .set("verified", result.logged.has_value());
  context.out(codec::emit_json_pretty(value) + "\n");
}

ExitStatus run(const cli::Context& context, const Options& options) {
  require_consistent(context, options);
  const RequestId id(options.request);
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  if (options.shred) return shred(context, workspace, id, options.member);
  const workflow::SealedResult result = workflow::fetch_result(workspace, id, options.member, options.unverified);
  if (!result.logged) context.note("not compared with the audit log: anybody can have sealed this for you\n");
  const std::string bytes =
      options.raw ? result.bytes
                  : workflow::open_result(
                        result, workflow::load_seal_keys(options.key.empty() ? workflow::seal_key_file()
                                                                             : std::filesystem::path(options.key)));
  if (!options.out.empty()) {
    write_file_atomic(options.out, bytes, 0600);
    if (context.json) describe(context, options, result);
    return ExitStatus::done;
  }
  if (options.raw) {
    context.out(bytes);
  } else {
    print_result(context, bytes);
  }
  return ExitStatus::done;
}

}  // namespace

void print_result(const cli::Context& context, const std::string& plain) {
  if (::isatty(STDOUT_FILENO) == 0) return context.out(plain);
  // A terminal obeys control characters, and these bytes came from a database; CSV's line ends are no text.
  for (std::string_view line : split_lines(plain)) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    context.out(printable(line) + "\n");
  }
}

cli::Command result_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "result";
  command.summary = "open the sealed result of a query";
  command.description =
      "Fetches dbw/results/<id>, demands that the executor's audit log names exactly these bytes, and opens them with "
      "your seal key. The rows go to standard output or, with --out, into a file of mode 0600.";
  command.examples = {"dbw-request result REQ-20261120-K7QF", "dbw-request result REQ-20261120-K7QF --out rows.csv",
                      "dbw-request result REQ-20261120-K7QF --raw | age -d -i key.txt",
                      "dbw-request result REQ-20261120-K7QF --shred"};
  command.options = {
      {"--out", "FILE", "write it there", &options->out},
      {"--member", "NAME", "of a fleet, whose members have a result each (dbw/results/<id>/<member>)",
       &options->member},
      {"--raw", "", "the sealed bytes as they are", &options->raw},
      {"--key", "FILE", "open with this age identity instead of your seal key", &options->key},
      {"--unverified", "", "where the audit log is out of reach: open without asking it", &options->unverified},
      {"--shred", "", "delete the branch that holds it", &options->shred}};
  command.positionals = {{"REQUEST", "its id", &options->request}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
