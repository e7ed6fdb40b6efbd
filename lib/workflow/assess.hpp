#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/trace.hpp"
#include "trust/decisions.hpp"
#include "workflow/change_repository.hpp"
#include "workflow/content.hpp"

namespace dbw::workflow {

/// Where a request stands; derived here and nowhere else, never stored.
enum class RequestState {
  draft,
  submitted,
  blocked,
  awaiting_approval,
  approved,
  waiting_window,
  expired,
  rejected,
  cancelled,
  superseded,
  executing,
  interrupted,
  executed,
  failed,
  partially_executed,
  unknown
};
std::string_view state_name(RequestState state);

/// Everything about one stored request at one moment.
struct Assessment {
  StoredRequest stored;
  std::optional<trust::VerifiedRequest> request;  ///< absent where it is not authentic: the refusals say why
  std::map<std::string, std::string> files;
  std::shared_ptr<const Content> content = std::make_shared<const Content>();
  std::vector<trust::DecisionInput> decision_commits;
  trust::JudgedDecisions judged;
  std::map<Digest, std::vector<std::string>> changes;  ///< of stale decisions, by payload: what changed since, in words
  RequestState state = RequestState::blocked;
  std::vector<Refusal> refusals;      ///< why it may not run now, everything that is wrong
  std::optional<Timestamp> opens_at;  ///< of waiting_window
  model::Trace trace;                 ///< every check that led to the state
};

/// Reads, verifies, reviews and judges. Throws only for what concerns the repository as a whole (missing objects,
/// unreachable); what is wrong with the request is in the refusals. `remembered`: decisions that a log has seen and
/// that count although their ref may have lost them. `memo`: of the same authority. nullopt: no such request.
std::optional<Assessment> assess(const git::Repository& objects, const View& view, const trust::Authority& authority,
                                 const RequestId& id, Timestamp now,
                                 const std::vector<trust::DecisionInput>& remembered = {}, ContentMemo* memo = nullptr);

}  // namespace dbw::workflow
