#include <memory>

#include "codec/json.hpp"
#include "commands.hpp"
#include "crypto/hash.hpp"
#include "preflight.hpp"
#include "report/trace_text.hpp"
#include "wish_options.hpp"
#include "workflow/describe.hpp"
#include "workflow/snapshot_outlook.hpp"
#include "workflow/submit.hpp"

namespace dbw::tool {
namespace {

struct Options : WishOptions {
  std::string request;
  bool trace = false;
};

ExitStatus check_stored(const cli::Context& context, workflow::Workspace& workspace, const RequestId& id, bool trace) {
  auto assessment = workflow::assess_draft(workspace, id);
  if (!assessment) assessment = workspace.assess(id);
  if (!assessment) throw Error(ErrorCode::request_unknown, "there is no request " + id.text());
  std::optional<workflow::SnapshotOutlook> outlook;
  if (assessment->request) {
    const trust::AuthenticRequest& authentic = **assessment->request;
    outlook = workflow::snapshot_outlook(workspace, authentic.request, authentic.sha256, assessment->files,
                                         *assessment->content);
  }
  if (context.json) {
    codec::Value value = workflow::assessment_value(*assessment, workspace.authority());
    if (outlook) value.set("second_review", workflow::outlook_value(*outlook));
    if (trace) value.set("trace", model::trace_value(assessment->trace));
    context.out(codec::emit_json_pretty(value) + "\n");
  } else {
    context.out(workflow::describe_assessment(*assessment, workspace.authority(), context.color));
    if (outlook) context.out(workflow::describe_outlook(*outlook));
    if (trace) context.note(report::trace_text(assessment->trace));
  }
  warn_about(context, workspace.authority(), assessment->content->match.workflow.name);
  const bool fine = assessment->request && assessment->content->refusals.empty();
  return fine ? ExitStatus::done : ExitStatus::refused;
}

ExitStatus run(const cli::Context& context, Options& options) {
  const auto note = [&](std::string_view text) { context.note(text); };
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now(), false,
                                options.trace ? workflow::trace_to(note, nullptr) : workflow::TraceSink{});
  if (!options.request.empty()) return check_stored(context, workspace, RequestId(options.request), options.trace);
  const workflow::Draft draft = workflow::draft_request(workspace, options.wish(context, false));
  const model::Trace trace = workflow::trace_of(workspace, draft);
  const auto outlook =
      workflow::snapshot_outlook(workspace, draft.request, crypto::sha256(draft.bytes), draft.files, draft.content);
  print_preflight(context, workspace, draft, "not signed, nothing was written", options.trace ? &trace : nullptr,
                  outlook ? &*outlook : nullptr);
  warn_about(context, workspace.authority(), draft.content.match.workflow.name);
  return draft.content.refusals.empty() ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

cli::Command check_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "check";
  command.summary = "preflight: findings, risk, the matching workflow, who can approve";
  command.description =
      "Judges SQL files, or a request that exists, exactly as approvers and the executor will. Writes and pushes "
      "nothing. Exit status 1 where it would be refused. Where policy asks for a second review, says what the executor "
      "would find with the published schema snapshot as it is now; the exit status does not depend on that.";
  command.examples = {"dbw-request check -d shop -e production fix.sql",
                      "dbw-request check --request REQ-20261120-K7QF --format json"};
  command.options = options->options();
  command.options.push_back({"--request", "ID", "an existing request or draft instead of files", &options->request});
  command.options.push_back({"--trace", "", "every check with its inputs", &options->trace});
  command.positionals = {options->positional()};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
