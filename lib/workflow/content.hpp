#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/request.hpp"
#include "model/snapshot.hpp"
#include "model/trace.hpp"
#include "model/verdict.hpp"
#include "plan/plan.hpp"
#include "sqlparse/statement.hpp"
#include "trust/authority.hpp"
#include "trust/decisions.hpp"
#include "trust/matching.hpp"

namespace dbw::workflow {

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

/// Keeps what judge_content() answered last: a run judges its request several times. It counts until the clock may have
/// changed it.
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

}  // namespace dbw::workflow
