#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.hpp"
#include "model/trace.hpp"
#include "model/verdict.hpp"
#include "plan/plan.hpp"
#include "sqlparse/statement.hpp"
#include "trust/decisions.hpp"
#include "workflow/change_repository.hpp"

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

/// `waiver` of a finding that a break_glass workflow passes, before the workflow's name. Such a finding is no less
/// there: raises that name its rule apply.
inline constexpr std::string_view k_overridden_by = "overridden by workflow ";

/// What anybody can work out from the policy and a request's bytes, signed or not: the same code for preflight,
/// approver, issuer and executor.
struct Content {
  std::vector<sqlparse::ParsedSql> parsed;  ///< one a step
  model::Review review;
  trust::Match match;
  std::string verdict, terms;     ///< canonical JSON
  trust::Bindings bindings;       ///< their digests
  std::vector<Refusal> refusals;  ///< blocking findings, no workflow, cannot be run
  model::Trace trace;             ///< the checks review.rules to workflow.steps
};

/// `files`: path below the request's folder -> bytes, all that the request names. `snapshot`: of the second review
/// alone; what people sign is made without one.
Content judge_content(const trust::Authority& authority, const model::Request& request, const Digest& request_sha256,
                      const std::map<std::string, std::string>& files, Timestamp now,
                      std::shared_ptr<const model::Snapshot> snapshot = nullptr);

/// Keeps what judge_content() answered last: a run judges its request several times, mostly within one second.
class ContentMemo {
 public:
  /// As judge_content(). `files` are those that the request names by their digests.
  std::shared_ptr<const Content> judge(const trust::Authority& authority, const model::Request& request,
                                       const Digest& request_sha256, const std::map<std::string, std::string>& files,
                                       Timestamp now);
  /// Another authority may answer otherwise.
  void forget() { m_content.reset(); }

 private:
  Digest m_request_sha256;
  Timestamp m_now;
  std::shared_ptr<const Content> m_content;
};

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
