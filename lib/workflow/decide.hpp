#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// What I am about to sign, exactly as the verifier will compute it.
struct DecisionDraft {
  Assessment assessment;
  model::Decision decision;
  std::string message;  ///< the commit message, all of what is signed about it
};

/// Requests that wait for this person: open, not blocked, and they may fill a step that is still missing. Riskiest
/// first.
std::vector<Assessment> inbox(const Workspace& workspace);

/// Throws Error{request_unknown} and what draft_decision throws. `target`: of a revoke; absent means my newest approval
/// or rejection.
DecisionDraft draft_decision(const Workspace& workspace, const RequestId& id, model::DecisionKind kind,
                             std::string_view comment, const std::optional<Digest>& target = {});

/// A signed decision that so far lies only in the mirror.
struct SignedDecision {
  std::string commit;  ///< raw object bytes
  Digest payload;      ///< its identity
  git::ObjectId id;
  std::string ref;                    ///< where it belongs
  std::optional<git::ObjectId> head;  ///< of that ref, which the commit continues
};
/// The one file that a decision commit holds: its message, for people to see.
inline constexpr std::string_view k_decision_file = "decision.txt";

/// A decision's message as a signed commit on top of my ref of that request; written nowhere yet, so without an id.
SignedDecision sign_message(Workspace& workspace, const RequestId& id, const std::string& message);
/// Pushes a decision that was written to the mirror. Throws Error{push_refused, push_raced}.
void push_decision(Workspace& workspace, const SignedDecision& made);

/// Signs the decision as a commit on top of my ref of that request. Checks first that the verifier counts it.
SignedDecision make_decision(Workspace& workspace, const DecisionDraft& draft);
/// The same, and pushes it; returns its payload digest.
Digest sign_decision(Workspace& workspace, const DecisionDraft& draft);

}  // namespace dbw::workflow
