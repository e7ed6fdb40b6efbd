#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "commands.hpp"
#include "preflight.hpp"
#include "wish_options.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {
namespace {

struct Options : WishOptions {
  std::string request;
  bool push = false;

  bool changes_anything() const {
    const std::string all = database + environment + title + reason + ticket + kind + mode + expires_in + rollback +
                            rows + statement_timeout + lock_timeout + format + transaction + supersedes;
    return !all.empty() || !authors.empty() || !files.empty();
  }
};

/// The names of those whose approvals the new content makes stale.
std::string voided(const workflow::Assessment& before) {
  std::string out;
  for (const trust::JudgedDecision& decision : before.judged.decisions) {
    if (decision.valid && decision.decision->kind == model::DecisionKind::approve)
      out += (out.empty() ? "" : ", ") + decision.person;
  }
  return out;
}

ExitStatus run(const cli::Context& context, Options& options) {
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now());
  const RequestId id(options.request);
  auto before = workflow::assess_draft(workspace, id);
  const bool is_draft = before.has_value();
  if (!before) before = workspace.assess(id);
  if (!before) throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
  if (!before->request) throw Error(before->refusals.front());
  if ((*before->request)->request.requester != workspace.person().name) {
    throw Error(ErrorCode::request_not_yours,
                fmt::format("{} is {}'s request", id.text(), (*before->request)->request.requester));
  }
  if (before->stored.merged) {
    throw Error(ErrorCode::request_merged, fmt::format("{} is merged and can no longer be edited", id.text()));
  }
  if (options.changes_anything() || !is_draft) {
    workflow::RequestWish wish = workflow::wish_of(*before);
    options.apply(wish);
    wish.id = id;
    const workflow::Draft draft = workflow::draft_request(workspace, wish);
    workflow::save_draft(workspace, draft);
    print_preflight(context, workspace, draft, "draft");
    if (const std::string people = voided(*before); !people.empty()) {
      context.note(fmt::format("the content changed: approvals by {} no longer count\n", people));
    }
  }
  if (options.push) {
    workflow::push_draft(workspace, id);
    context.note(fmt::format("{} is published\n", id.text()));
  }
  return ExitStatus::done;
}

}  // namespace

cli::Command update_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "update";
  command.summary = "change or publish a request of yours";
  command.description =
      "Lays the given options and SQL over the request, signs it again and says whose approvals that voids. Without "
      "changes and with --push it publishes a draft.";
  command.examples = {"dbw-request update REQ-20261120-K7QF --push",
                      "dbw-request update REQ-20261120-K7QF fix.sql --rows 1..500 --push"};
  command.options = options->options();
  command.options.push_back({"--push", "", "publish it", &options->push});
  command.positionals = {{"REQUEST", "its id", &options->request}, options->positional()};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
