#include "decisions.hpp"

#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "workflow/describe.hpp"
#include "workflow/parcels.hpp"

namespace dbw::tool {
namespace {

void show(const cli::Context& context, const workflow::Workspace& workspace, const workflow::DecisionDraft& draft) {
  context.note(workflow::describe_assessment(draft.assessment, workspace.authority(), context.color));
  for (const auto& [path, bytes] : draft.assessment.files)
    context.note("--- " + path + "\n" + printable(bytes, true) + "\n");
  context.note("you sign:\n");
  for (const std::string_view line : split_lines(draft.message)) context.note(fmt::format("  {}\n", printable(line)));
}

bool agreed(const cli::Context& context, const workflow::DecisionDraft& draft) {
  const std::string answer = context.ask(
      fmt::format("{} {}? [y/N]", model::decision_name(draft.decision.kind), draft.decision.request.text()), "--yes");
  return answer == "y" || answer == "Y" || answer == "yes";
}

cli::Command decision_command(model::DecisionKind kind, std::string_view name, std::string_view summary) {
  auto options = std::make_shared<DecisionOptions>();
  cli::Command command;
  command.name = name;
  command.summary = summary;
  command.description =
      "Shows the request as the executor will judge it, signs the decision as a commit with your key and pushes it to "
      "your own ref of that request.";
  command.examples = {fmt::format("dbw-sign {} REQ-20261120-K7QF --comment 'looked at the plan'", name)};
  command.options = {{"--comment", "TEXT", "one line that everybody will see", &options->comment},
                     {"-y,--yes", "", "do not ask", &options->yes},
                     {"--out", "FILE", "do not push; write a parcel for dbw-sign import", &options->out},
                     {"--offline", "", "with --out: from what was fetched last", &options->offline}};
  if (kind == model::DecisionKind::revoke) {
    command.options.push_back(
        {"--decision", "DIGEST", "which decision of yours; the newest by default", &options->target});
  }
  command.positionals = {{"REQUEST", "its id", &options->request}};
  command.run = [options, kind](const cli::Context& context) { return decide(context, kind, *options); };
  return command;
}

}  // namespace

bool sign_shown(const cli::Context& context, workflow::Workspace& workspace, const workflow::DecisionDraft& draft,
                bool yes, const std::string& out) {
  show(context, workspace, draft);
  if (!yes && !agreed(context, draft)) {
    context.note("nothing was signed\n");
    return false;
  }
  Digest payload;
  if (out.empty()) {
    payload = workflow::sign_decision(workspace, draft);
  } else {
    write_file_atomic(out, model::render_parcel(workflow::parcel_of_decision(workspace, draft, payload)));
    context.note(fmt::format("nothing was pushed; who may push runs: dbw-sign import {} --push\n", printable(out)));
  }
  const auto after = workspace.assess(draft.decision.request);
  const std::string state(!out.empty() ? "not pushed" : after ? workflow::state_name(after->state) : "unknown");
  if (context.json) {
    codec::Value value;
    value.set("request", draft.decision.request.text())
        .set("decision", model::decision_name(draft.decision.kind))
        .set("payload_sha256", payload.text());
    context.out(codec::emit_json_pretty(value.set("state", state)) + "\n");
  } else {
    context.out(fmt::format("{} {}: {} ({})\n", model::decision_name(draft.decision.kind),
                            draft.decision.request.text(), payload.text(), state));
  }
  return true;
}

ExitStatus decide(const cli::Context& context, model::DecisionKind kind, const DecisionOptions& options) {
  if (options.offline && options.out.empty())
    throw Error(ErrorCode::bad_usage, "--offline publishes nothing", "Give --out FILE with it.");
  workflow::Workspace workspace(workflow::load_profile(context.repo), context.clock.now(), options.offline);
  const auto target = options.target.empty() ? std::nullopt : std::optional(Digest::parse(options.target));
  const workflow::DecisionDraft draft =
      workflow::draft_decision(workspace, RequestId(options.request), kind, options.comment, target);
  return sign_shown(context, workspace, draft, options.yes, options.out) ? ExitStatus::done : ExitStatus::refused;
}

cli::Command approve_command() {
  return decision_command(model::DecisionKind::approve, "approve", "say yes to one request");
}
cli::Command reject_command() {
  return decision_command(model::DecisionKind::reject, "reject", "say no; only you can lift it again, with revoke");
}
cli::Command revoke_command() {
  return decision_command(model::DecisionKind::revoke, "revoke", "take back an approval or rejection of yours");
}

}  // namespace dbw::tool
