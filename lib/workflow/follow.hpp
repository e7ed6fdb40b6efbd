#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/bodies.hpp"
#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// What the executor's log says about one request, as somebody who may only read it sees it.
struct FollowedRequest {
  RequestState state = RequestState::unknown;  ///< the assessment's, moved on by what the log knows
  std::optional<Assessment> assessment;        ///< absent where the branch is pruned already
  std::vector<audit::ResultBody> results;      ///< oldest first
};

/// Reads the newest lines of the executor's log back to the request's creation; their signatures and the checkpoint are
/// checked against the roster's key. Throws Error{request_unknown}, and what Git and the log throw.
FollowedRequest follow_request(Workspace& workspace, const RequestId& id);

}  // namespace dbw::workflow
