#include "workflow/follow.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "base/error.hpp"
#include "workflow/fleet.hpp"
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

int gravity(RequestState state) {
  constexpr std::array k_by_gravity = {RequestState::executed,           RequestState::executing,
                                       RequestState::interrupted,        RequestState::failed,
                                       RequestState::partially_executed, RequestState::unknown};
  return static_cast<int>(std::find(k_by_gravity.begin(), k_by_gravity.end(), state) - k_by_gravity.begin());
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
  const std::size_t places =
      members_of(workspace.authority().environment(request.database, request.environment), request.members).size();
  std::size_t executed = 0;
  std::map<std::string, std::string> member_of;  // by run
  std::map<std::string, RequestState> states;    // by member
  for (const audit::Line& line : LogTail(workspace, executor).lines(id, request.created_at)) {
    const model::AuditEntry& entry = line.entry;
    if (entry.request_sha256 != (*followed.assessment->request)->sha256) continue;
    if (entry.type == "intent") {
      const std::string& member = member_of[entry.run] = audit::parse_intent_body(entry.body).member;
      states[member] = RequestState::executing;
    }
    if (entry.type != "result") continue;
    followed.results.push_back(audit::parse_result_body(entry.body));
    RequestState& state = states[member_of[entry.run]];
    state = state_of(followed.results.back().outcome);
    if (state == RequestState::executed) ++executed;
  }
  if (states.empty()) return followed;
  // The gravest that any member came to.
  followed.state = std::max_element(states.begin(), states.end(), [](const auto& a, const auto& b) {
                     return gravity(a.second) < gravity(b.second);
                   })->second;
  // Steps and members run one after the other: between two of them the request is still executing.
  if (followed.state == RequestState::executed && executed < request.steps.size() * places)
    followed.state = RequestState::executing;
  return followed;
}

}  // namespace dbw::workflow
