#pragma once

#include <string>
#include <vector>

#include "codec/value.hpp"
#include "trust/warnings.hpp"
#include "workflow/assess.hpp"
#include "workflow/executor.hpp"

namespace dbw::workflow {

/// Assessments and outcomes in words and as values for JSON. Everything that came from outside is made printable.

/// What review found, which workflow matches, what is required and who can approve: the preflight.
std::string describe_content(const Content& content, const trust::Authority& authority, const model::Request& request,
                             const std::map<std::string, std::string>& files, bool color);
/// One request in full: head, state with reasons, content, decisions.
std::string describe_assessment(const Assessment& assessment, const trust::Authority& authority, bool color);
/// One line for lists: "REQ-...  high  awaiting_approval  shop/production  alice  Backfill order status".
std::vector<std::string> summary_row(const Assessment& assessment);
std::string describe_outcome(const StepOutcome& outcome);

/// A target with its open claims.
std::string describe_target(const TargetStatus& status);
codec::Value target_value(const TargetStatus& status);

codec::Value batch_value(const model::Batch& batch);
/// How a step runs: its transaction, batch, lock retries and timeouts, as a request has them.
codec::Value step_runs_value(const model::RequestStep& step);
/// schemas/request-review.schema.json.
codec::Value content_value(const Content& content, const trust::Authority& authority, const model::Request& request);
codec::Value assessment_value(const Assessment& assessment, const trust::Authority& authority);
codec::Value outcome_value(const StepOutcome& outcome);
codec::Value refusals_value(const std::vector<Refusal>& refusals);

/// "  warning DBW-E0653 ..." with what to do below. Those of `workflow` and those of none; empty: all.
std::string describe_warnings(const std::vector<trust::Warning>& warnings, std::string_view workflow = {});

/// Who could fill each required step of a request that nobody has decided on yet: the requester's and authors' humans
/// left out.
std::vector<std::pair<model::Step, std::vector<std::string>>> who_can_approve(const trust::Authority& authority,
                                                                              const trust::Match& match,
                                                                              const model::Request& request);

}  // namespace dbw::workflow
