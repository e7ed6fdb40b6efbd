#include "workflow/second_review.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::workflow {
namespace {

/// What adds to the risk beyond the approved review's factors.
std::string raised_factors(const model::Review& approved, const model::Review& again) {
  std::vector<std::string> out;
  for (const model::RiskFactor& factor : again.factors) {
    const bool known = std::any_of(
        approved.factors.begin(), approved.factors.end(),
        [&](const model::RiskFactor& each) { return each.name == factor.name && each.weight >= factor.weight; });
    if (!known) out.push_back(fmt::format("{}: {}", factor.name, factor.source));
  }
  return join(out, "; ");
}

bool is_covered(const model::Step& step, const std::vector<model::Step>& approved) {
  return std::any_of(approved.begin(), approved.end(), [&](const model::Step& each) {
    return each.id == step.id && each.groups == step.groups && each.need >= step.need;
  });
}

void add_raised_steps(const trust::Match& approved, const trust::Match& again, std::vector<Refusal>& refusals) {
  if (!again.matched()) {
    // Nobody could approve it as it looks now.
    for (const Refusal& refusal : again.refusals) refusals.push_back({ErrorCode::snapshot_steps, refusal.message});
    return;
  }
  for (const model::Step& step : again.steps) {
    if (is_covered(step, approved.steps)) continue;
    refusals.push_back(
        {ErrorCode::snapshot_steps, fmt::format("workflow {} wants step {}: {} of {}", again.workflow.name, step.id,
                                                step.need, join(step.groups, ", "))});
  }
}

}  // namespace

bool wants_second_review(const trust::Authority& authority, const model::Request& request) {
  return request.mode != model::RequestMode::break_glass &&
         authority.environment(request.database, request.environment).snapshot_max_age.count() != 0;
}

std::vector<Refusal> raised_refusals(const Content& approved, const Content& again) {
  std::vector<Refusal> refusals;
  if (again.review.risk > approved.review.risk) {
    refusals.push_back(
        {ErrorCode::snapshot_risk,
         fmt::format("the risk is {}, approved was {}: {}", model::risk_name(again.review.risk),
                     model::risk_name(approved.review.risk), raised_factors(approved.review, again.review))});
  }
  add_raised_steps(approved.match, again.match, refusals);
  for (const model::Finding& finding : again.review.findings) {
    if (finding.severity != model::Severity::block || finding.waived) continue;
    refusals.push_back({ErrorCode::snapshot_blocked,
                        fmt::format("{}: {}: {}", finding.file, finding.rule, finding.message),
                        std::string(finding.suggestion)});
  }
  return refusals;
}

}  // namespace dbw::workflow
