#include "workflow/snapshot_outlook.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "trust/snapshots.hpp"
#include "workflow/describe.hpp"
#include "workflow/fleet.hpp"
#include "workflow/published_snapshot.hpp"
#include "workflow/second_review.hpp"
#include "workflow/target.hpp"

namespace dbw::workflow {

std::optional<SnapshotOutlook> snapshot_outlook(Workspace& workspace, const model::Request& request,
                                                const Digest& request_sha256,
                                                const std::map<std::string, std::string>& files,
                                                const Content& content) {
  const trust::Authority& authority = workspace.authority();
  const bool judged = !content.verdict.empty() && content.refusals.empty();
  if (!judged || !wants_second_review(authority, request)) return std::nullopt;
  const model::EnvironmentEntry& environment = authority.environment(request.database, request.environment);
  SnapshotOutlook out;
  out.place = {request.database, request.environment, members_of(environment, request.members).front()};
  ChangeRepository& change = workspace.repository();
  change.transport().fetch({std::string(k_schema_ref)});
  try {
    const std::string file = require_published_snapshot(change.objects(), out.place);
    const model::SnapshotRecord itself{crypto::sha256(file), 0, {}};
    const trust::SnapshotFacts facts{request.database, request.environment, target_id(authority, out.place), &itself,
                                     environment.snapshot_max_age};
    const auto snapshot = trust::verify_snapshot(authority, file, facts, workspace.now());
    out.taken_at = snapshot->taken_at;
    out.refusals = raised_refusals(content, judge_content(authority, request, request_sha256, files, workspace.now(),
                                                          std::make_shared<const model::Snapshot>(*snapshot)));
  } catch (const Error& error) {
    if (error.status() == ExitStatus::environment || error.status() == ExitStatus::bug) throw;
    out.refusals = {error.refusal()};
  }
  return out;
}

std::string describe_outlook(const SnapshotOutlook& outlook) {
  const std::string with =
      outlook.taken_at ? fmt::format(" with the schema of {} as of {}", outlook.place.text(), outlook.taken_at->text())
                       : std::string();
  if (outlook.refusals.empty()) return fmt::format("second review{}: nothing is worse than without it\n", with);
  std::string out = fmt::format("second review{}: as it is now, the executor would refuse it\n", with);
  for (const Refusal& refusal : outlook.refusals)
    out += fmt::format("  {} {}\n", error_id(refusal.code), printable(refusal.message));
  return out;
}

codec::Value outlook_value(const SnapshotOutlook& outlook) {
  codec::Value out = codec::Value::Map{{"refusals", refusals_value(outlook.refusals)}};
  if (outlook.taken_at) out.set("taken_at", outlook.taken_at->text());
  return out;
}

}  // namespace dbw::workflow
