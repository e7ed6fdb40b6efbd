#include <algorithm>
#include <map>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/version_order.hpp"
#include "cli/table.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "preflight.hpp"
#include "workflow/follow.hpp"
#include "workflow/migrations.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {
namespace {

struct Options {
  std::string folder = "db/migrations", name, behind, database, environment, title, reason;
  bool push = false;
};

cli::Option folder_option(Options& options) {
  return {"--folder", "FOLDER", "where the files are (default: db/migrations)", &options.folder};
}

/// Requests by the version that they are of.
using Proposed = std::map<std::string, model::Request>;

/// Taken back, and no executor has begun it.
bool is_off(workflow::Workspace& workspace, const RequestId& id, workflow::RequestState state) {
  const bool taken_back = state == workflow::RequestState::cancelled || state == workflow::RequestState::superseded;
  return taken_back && workflow::follow_request(workspace, id).state == state;
}

/// Requests of kind migration for one database of one environment, newest last, by version.
Proposed proposed_migrations(workflow::Workspace& workspace, const Options& options) {
  Proposed out;
  for (const RequestId& id : workspace.open_requests()) {
    const auto assessment = workspace.assess(id);
    if (!assessment || !assessment->request) continue;
    const model::Request& request = (*assessment->request)->request;
    if (!request.migration || request.database != options.database || request.environment != options.environment)
      continue;
    if (!is_off(workspace, id, assessment->state)) out.insert_or_assign(request.migration->version, request);
  }
  return out;
}

const model::Request* find(const Proposed& proposed, const std::string& version) {
  const auto found = std::find_if(proposed.begin(), proposed.end(), [&](const auto& each) {
    return compare_versions(each.first, version) == std::strong_ordering::equal;
  });
  return found == proposed.end() ? nullptr : &found->second;
}

ExitStatus run_new(const cli::Context& context, const Options& options) {
  context.out(workflow::new_migration(options.folder, options.name, context.clock.now()).string() + "\n");
  return ExitStatus::done;
}

std::string state_of(workflow::Workspace& workspace, const workflow::MigrationFile& file,
                     const model::Request* request) {
  if (request == nullptr) return "no request";
  const std::string state(workflow::state_name(workflow::follow_request(workspace, request->id).state));
  return request->steps.front().sql.sha256 == file.checksum ? state : state + ", file changed since";
}

ExitStatus run_status(const cli::Context& context, const Options& options) {
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  const std::vector<workflow::MigrationFile> files = workflow::read_migrations(options.folder);
  const Proposed proposed = proposed_migrations(workspace, options);
  cli::Table table({"VERSION", "NAME", "REQUEST", "STATE"});
  codec::Value::List values;
  bool changed = false;
  for (const workflow::MigrationFile& file : files) {
    const model::Request* request = find(proposed, file.version);
    const std::string state = state_of(workspace, file, request);
    const std::string id = request == nullptr ? "-" : request->id.text();
    changed = changed || state.ends_with("changed since");
    table.add({file.version, printable(file.name), id, state});
    codec::Value value;
    value.set("version", file.version).set("name", file.name).set("checksum", file.checksum.text()).set("state", state);
    if (request != nullptr) value.set("request", id);
    values.push_back(value);
  }
  if (context.json) {
    codec::Value value;
    value.set("migrations", values);
    context.out(codec::emit_json_pretty(value) + "\n");
  } else if (table.empty()) {
    context.note("no migrations\n");
  } else {
    context.out(table.text());
  }
  return changed ? ExitStatus::refused : ExitStatus::done;
}

workflow::RequestWish wish_of(const workflow::MigrationFile& file, const workflow::MigrationFile* before,
                              const Options& options) {
  workflow::RequestWish wish;
  wish.kind = model::RequestKind::migration;
  wish.database = options.database;
  wish.environment = options.environment;
  wish.title = options.title.empty() ? fmt::format("Migration {} {}", file.version, file.name) : options.title;
  wish.reason = options.reason;
  wish.migration = model::Migration{file.version, file.name.empty() ? "unnamed" : file.name,
                                    before == nullptr ? std::string() : before->version};
  workflow::StepWish step;
  step.file_name = file.path.filename().string();
  step.sql = file.up;
  step.rollback = file.down;
  step.transactional = file.transactional;
  wish.steps.push_back(std::move(step));
  return wish;
}

ExitStatus run_propose(const cli::Context& context, const Options& options) {
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  const std::vector<workflow::MigrationFile> files = workflow::read_migrations(options.folder);
  const Proposed proposed = proposed_migrations(workspace, options);
  if (!options.behind.empty() && !is_version(options.behind))
    throw Error(ErrorCode::bad_usage, fmt::format("--behind {}: no version", printable(options.behind)));
  // Files before the newest one that has a request were applied or imported long ago.
  std::size_t first = 0;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (find(proposed, files[i].version) != nullptr ||
        (is_version(options.behind) && compare_versions(files[i].version, options.behind) <= 0))
      first = i + 1;
  }
  if (first == files.size()) {
    context.note("every migration has a request\n");
    return ExitStatus::done;
  }
  for (std::size_t i = first; i < files.size(); ++i) {
    const workflow::Draft draft =
        workflow::draft_request(workspace, wish_of(files[i], i == 0 ? nullptr : &files[i - 1], options));
    workflow::save_draft(workspace, draft);
    const bool publish = options.push && draft.content.refusals.empty();
    if (publish) workflow::push_draft(workspace, draft.request.id);
    print_preflight(context, workspace, draft, publish ? "submitted" : "draft");
    if (draft.content.refusals.empty()) continue;
    // What follows could not run either.
    context.note(fmt::format("stopped at {}: it would be refused\n", printable(files[i].path.string())));
    return ExitStatus::refused;
  }
  return ExitStatus::done;
}

void add_place(cli::Command& command, Options& options) {
  command.options.push_back({"-d,--database", "NAME", "database, as the policy names it", &options.database, true});
  command.options.push_back(
      {"-e,--environment", "NAME", "environment, as the policy names it", &options.environment, true});
  command.options.push_back(folder_option(options));
}

}  // namespace

cli::Command migrate_command() {
  const auto options = std::make_shared<Options>();
  cli::Command make;
  make.name = "new";
  make.summary = "write an empty migration file";
  make.examples = {"dbw-request migrate new 'add order status'"};
  make.options = {folder_option(*options)};
  make.positionals = {{"NAME", "what it does, in a few words", &options->name}};
  make.run = [options](const cli::Context& context) { return run_new(context, *options); };

  cli::Command propose;
  propose.name = "propose";
  propose.summary = "make a request of each migration that has none";
  propose.description =
      "In the order of versions, each naming the one before it. Files older than the newest that has an open request "
      "are "
      "left "
      "alone. Where another tool applied migrations before, --behind names the newest of them.";
  propose.examples = {"dbw-request migrate propose -d shop -e production -r INC-4711 --push"};
  add_place(propose, *options);
  propose.options.push_back({"--behind", "VERSION", "begin behind this version", &options->behind});
  propose.options.push_back({"-t,--title", "TEXT", "one line for people (default: version and name)", &options->title});
  propose.options.push_back({"-r,--reason", "TEXT", "why it is needed", &options->reason});
  propose.options.push_back({"--push", "", "publish each as dbw/requests/<id>", &options->push});
  propose.run = [options](const cli::Context& context) { return run_propose(context, *options); };

  cli::Command status;
  status.name = "status";
  status.summary = "files, their requests and how far these came";
  status.description =
      "Exit status 1 where a file no longer holds the SQL that its request has. What the database itself knows, "
      "dbw-exec migrations lists.";
  status.examples = {"dbw-request migrate status -d shop -e production"};
  add_place(status, *options);
  status.run = [options](const cli::Context& context) { return run_status(context, *options); };

  cli::Command command;
  command.name = "migrate";
  command.summary = "versioned changes from a folder of files, in their order";
  command.subcommands = {make, propose, status};
  return command;
}

}  // namespace dbw::tool
