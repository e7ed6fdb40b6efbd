#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "preflight.hpp"
#include "wish_options.hpp"
#include "workflow/parcels.hpp"
#include "workflow/resume.hpp"

namespace dbw::tool {
namespace {

struct Options : WishOptions {
  bool push = false;
  bool wait = false;
  bool offline = false;
  std::string out, resume;
  std::int64_t from = 0;  ///< 0: not given
};

workflow::RequestWish wish_of(const cli::Context& context, workflow::Workspace& workspace, Options& options) {
  if (options.resume.empty()) {
    if (options.from != 0) throw Error(ErrorCode::bad_usage, "--from goes with --resume", "Give both, or neither.");
    return options.wish(context, true);
  }
  if (!options.files.empty())
    throw Error(ErrorCode::bad_usage, "--resume takes the SQL of the request that stopped", "Leave the files out.");
  if (options.members.size() > 1)
    throw Error(ErrorCode::bad_usage, "--resume goes on with one run, which was on one member", "Name that one.");
  workflow::RequestWish wish = workflow::resume_wish(workspace, RequestId(options.resume),
                                                     options.from == 0 ? std::nullopt : std::optional(options.from),
                                                     options.members.empty() ? std::string() : options.members.front());
  options.apply(wish);
  return wish;
}

ExitStatus run(const cli::Context& context, Options& options) {
  if (!options.out.empty() && options.push)
    throw Error(ErrorCode::bad_usage, "--push and --out exclude each other", "Write a file, or publish it yourself.");
  if (options.offline && options.out.empty())
    throw Error(ErrorCode::bad_usage, "--offline publishes nothing", "Give --out FILE with it.");
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now(), options.offline);
  const workflow::Draft draft = workflow::draft_request(workspace, wish_of(context, workspace, options));
  workflow::save_draft(workspace, draft);
  const bool publish = options.push && draft.content.refusals.empty();
  if (publish) workflow::push_draft(workspace, draft.request.id);
  const bool parcel = !options.out.empty() && draft.content.refusals.empty();
  if (parcel) {
    write_file_atomic(options.out, model::render_parcel(workflow::parcel_of_draft(workspace, draft.request.id)));
  }
  print_preflight(context, workspace, draft, publish ? "submitted" : "draft");
  if (parcel) {
    context.note(fmt::format("who may push runs: dbw-sign import {} --push\n", printable(options.out)));
  } else if (!publish) {
    context.note(fmt::format("kept as a draft{}; publish it with: dbw-request update {} --push\n",
                             options.push || !options.out.empty() ? ", not published because it would be refused" : "",
                             draft.request.id.text()));
  }
  if (publish && options.wait) return wait_for(context, draft.request.id, Seconds(0));
  return draft.content.refusals.empty() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

cli::Command new_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "new";
  command.summary = "propose a change or a query";
  command.description =
      "Reads the SQL, shows what review says of it and who must approve, signs the request with your key and, with "
      "--push, publishes it unless it would be refused.";
  command.examples = {
      "dbw-request new -d shop -e production -t 'Backfill order status' -r INC-4711 --rows 200 fix.sql --push",
      "echo 'SELECT count(*) FROM orders' | dbw-request new -d shop -e production --kind query -t 'Count orders' - "
      "--push --wait"};
  command.options = options->options();
  command.options.push_back({"--resume", "ID",
                             "go on with the newest run of that request that stopped half-way; --member says where",
                             &options->resume});
  command.options.push_back({"--from", "N", "with --resume: the first statement to run", &options->from});
  command.options.push_back({"--push", "", "publish it as dbw/requests/<id>", &options->push});
  command.options.push_back({"--out", "FILE", "write a parcel for dbw-sign import instead", &options->out});
  command.options.push_back(
      {"--offline", "", "with --out: from what was fetched last, the repository is out of reach", &options->offline});
  command.options.push_back({"--wait", "", "then follow it to its end", &options->wait});
  command.positionals = {options->positional()};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
