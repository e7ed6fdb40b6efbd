#include "preflight.hpp"

#include <fmt/format.h>

#include "codec/json.hpp"
#include "crypto/hash.hpp"
#include "report/trace_text.hpp"
#include "trust/warnings.hpp"
#include "workflow/describe.hpp"

namespace dbw::tool {

void warn_about(const cli::Context& context, const trust::Authority& authority, const std::string& workflow) {
  if (workflow.empty()) return;
  context.note(workflow::describe_warnings(
      trust::lint_warnings(authority.root(), authority.roster(), authority.policy(), context.clock.now()), workflow));
}

void print_preflight(const cli::Context& context, const workflow::Workspace& workspace, const workflow::Draft& draft,
                     std::string_view state, const model::Trace* trace, const workflow::SnapshotOutlook* outlook) {
  const trust::Authority& authority = workspace.authority();
  if (context.json) {
    codec::Value value = workflow::content_value(draft.content, authority, draft.request);
    value.set("id", draft.request.id.text())
        .set("state", state)
        .set("request_sha256", crypto::sha256(draft.bytes).text());
    if (outlook != nullptr) value.set("second_review", workflow::outlook_value(*outlook));
    if (trace != nullptr) value.set("trace", model::trace_value(*trace));
    context.out(codec::emit_json_pretty(value) + "\n");
    return;
  }
  context.out(fmt::format("{}  {}\n", draft.request.id.text(), state));
  context.out(workflow::describe_content(draft.content, authority, draft.request, draft.files, context.color));
  if (outlook != nullptr) context.out(workflow::describe_outlook(*outlook));
  if (trace != nullptr) context.note(report::trace_text(*trace));
}

}  // namespace dbw::tool
