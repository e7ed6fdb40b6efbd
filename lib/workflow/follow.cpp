#include "workflow/follow.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "workflow/log_tail.hpp"

namespace dbw::workflow {
namespace {

RequestState state_of(const std::string& outcome) {
  if (outcome == "executed" || outcome == "dry_run") return RequestState::executed;
  if (outcome == "failed") return RequestState::failed;
  if (outcome == "partially_executed") return RequestState::partially_executed;
  if (outcome == "unknown" || outcome == "lost") return RequestState::unknown;
  return RequestState::interrupted;
}

}  // namespace

FollowedRequest follow_request(Workspace& workspace, const RequestId& id) {
  FollowedRequest followed;
  followed.assessment = workspace.assess(id);
  if (!followed.assessment || !followed.assessment->request) {
    throw Error(ErrorCode::request_unknown, fmt::format("there is no authentic request {}", id.text()));
  }
  followed.state = followed.assessment->state;
  const model::Request& request = (*followed.assessment->request)->request;
  const std::string& executor = workspace.authority().environment(request.database, request.environment).executor;
  std::size_t executed = 0;
  for (const audit::Line& line : LogTail(workspace, executor).lines(id, request.created_at)) {
    const model::AuditEntry& entry = line.entry;
    if (entry.request_sha256 != (*followed.assessment->request)->sha256) continue;
    if (entry.type == "intent") followed.state = RequestState::executing;
    if (entry.type != "result") continue;
    followed.results.push_back(audit::parse_result_body(entry.body));
    followed.state = state_of(followed.results.back().outcome);
    if (followed.state == RequestState::executed) ++executed;
  }
  // Steps run one after the other: between two of them the request is still executing.
  if (followed.state == RequestState::executed && executed < request.steps.size())
    followed.state = RequestState::executing;
  return followed;
}

}  // namespace dbw::workflow
