#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "workflow/capabilities.hpp"
#include "workflow/executor.hpp"
#include "workflow/second_review.hpp"

/// What would run where, and why not: each of the executor's own checks on a request that is approved.
namespace dbw::workflow {
namespace {

/// Outcomes after which a step is never run again by itself.
bool is_final(const std::string& outcome) {
  return outcome == "executed" || outcome == "dry_run" || outcome == "unknown" || outcome == "partially_executed" ||
         outcome == "lost";
}

/// Outcomes that a person has to look at before anything else happens.
std::optional<ErrorCode> stopped_code(const std::string& outcome) {
  if (outcome == "lost") return ErrorCode::state_lost;
  if (outcome == "unknown") return ErrorCode::state_unknown;
  if (outcome == "partially_executed") return ErrorCode::partially_executed;
  return std::nullopt;
}

model::TraceInputs capability_inputs(const Assessment& assessment) {
  const model::Request& request = (*assessment.request)->request;
  model::TraceInputs inputs{{"database", request.database}, {"environment", request.environment}};
  for (const StatementClass each : assessment.content->review.classes())
    inputs.push_back({"class", std::string(class_name(each))});
  return inputs;
}

}  // namespace

std::vector<Refusal> Executor::admission_refusals(const Assessment& assessment, const Place& place) {
  std::vector<Refusal> refusals = capability_refusals(m_config, assessment);
  if (!m_options.bundle.empty()) {
    for (Refusal& refusal : bundle_refusals(assessment)) refusals.push_back(std::move(refusal));
  }
  if (m_config.find(place) == nullptr)
    refusals.push_back({ErrorCode::target_not_configured, fmt::format("no target for {}", place.text())});
  return refusals;
}

std::vector<Refusal> Executor::fleet_refusals(const Assessment& assessment, const Place& place,
                                              model::TraceInputs& inputs) {
  const trust::AuthenticRequest& authentic = **assessment.request;
  const model::EnvironmentEntry& environment = m_authority->environment(place.database, place.environment);
  const std::vector<std::string> members = members_of(environment, authentic.request.members);
  FleetState state = fleet_state(members, m_index.of(authentic.request.id), authentic.request, authentic.sha256);
  if (m_options.retry) look_past_failures(state);
  const auto failed = m_failed_members.find(authentic.request.id);
  if (failed != m_failed_members.end()) state.failed.insert(failed->second.begin(), failed->second.end());
  inputs.push_back({"member", place.member});
  inputs.push_back({"done", std::to_string(state.done.size())});
  inputs.push_back({"failed", std::to_string(state.failed.size())});
  inputs.push_back({"failures_max", std::to_string(environment.failures_max)});
  if (state.done.contains(place.member) || state.failed.contains(place.member)) return {};
  const auto refusal = fleet_refusal(environment, members, state, place.member);
  return refusal ? std::vector{*refusal} : std::vector<Refusal>{};
}

std::vector<Refusal> Executor::suspension_refusals(const Assessment& assessment, const Place& place,
                                                   model::TraceInputs& inputs) {
  const trust::AuthenticRequest& authentic = **assessment.request;
  std::set<std::string> involved = {m_config.machine, authentic.request.requester, authentic.key.text()};
  for (const trust::FilledStep& step : assessment.judged.filled) involved.insert(step.person);
  for (const trust::JudgedDecision& decision : assessment.judged.decisions) {
    if (decision.valid) involved.insert(decision.key.text());
  }
  for (const std::string& name : involved) inputs.push_back({"involved", name});
  std::vector<Refusal> refusals;
  for (const db::Suspension& suspension : target(place).ledger().suspensions()) {
    if (!involved.contains(suspension.name)) continue;
    refusals.push_back(
        {ErrorCode::trust_suspended,
         fmt::format("the target database suspends the {} {} since {}: {}", suspension.kind, printable(suspension.name),
                     suspension.since.text(), printable(suspension.reason))});
  }
  return refusals;
}

std::vector<std::string> Executor::steps_left(const Assessment& assessment, PlacePreview& preview) {
  const Place& place = preview.place;
  std::vector<Refusal>& refusals = preview.refusals;
  const model::Request& request = (*assessment.request)->request;
  const Digest& sha256 = (*assessment.request)->sha256;
  const std::vector<db::LedgerRow> rows = target(place).ledger().rows(sha256);
  const auto is_old_news = [&](const db::LedgerRow& row) {
    return row.state == db::ClaimState::done &&
           m_index.of(request.id).last_outcome(row.claim.step, sha256, place.member) == "executed";
  };
  // Else another runner may have written both since we looked.
  if (!std::all_of(rows.begin(), rows.end(), is_old_news)) refresh_log();
  const LoggedRequest& logged = m_index.of(request.id);
  std::vector<std::string> left;
  for (const model::RequestStep& step : request.steps) {
    const std::optional<std::string> outcome = logged.last_outcome(step.id, sha256, place.member);
    const bool begun = outcome.has_value();
    const std::string last = outcome.value_or("");
    const bool done = std::any_of(rows.begin(), rows.end(), [&](const db::LedgerRow& row) {
      return row.claim.step == step.id && row.state == db::ClaimState::done;
    });
    const bool known =
        std::any_of(rows.begin(), rows.end(), [&](const db::LedgerRow& row) { return row.claim.step == step.id; });
    if (last == "interrupted" && !known) {
      refusals.push_back({ErrorCode::state_lost,
                          fmt::format("pieces of step {} were done, and the database no longer knows them", step.id)});
    } else if (last == "executed" && !done && request.kind != model::RequestKind::query) {
      refusals.push_back(
          {ErrorCode::state_lost, fmt::format("step {} was executed, and the database no longer knows it", step.id)});
    } else if (done && last.empty() && begun) {
      refusals.push_back({ErrorCode::executor_busy,
                          fmt::format("step {} is done, and its runner is about to publish the result", step.id),
                          {}});
    } else if (done && last.empty()) {
      refusals.push_back({ErrorCode::log_behind_ledger,
                          fmt::format("step {} is done in the database, and the log has no such run", step.id)});
    } else if (last == "failed" && !m_options.retry) {
      refusals.push_back(
          {ErrorCode::failed_before, fmt::format("step {} failed before; nothing was changed", step.id)});
    } else if (const std::optional<ErrorCode> stopped = stopped_code(last)) {
      refusals.push_back({*stopped, fmt::format("step {} is {}; nothing runs again by itself", step.id, last)});
      preview.known_before = true;
    } else if (!done && !is_final(last)) {
      left.push_back(step.id);
    }
  }
  if (left.empty() && refusals.empty()) {
    refusals.push_back({ErrorCode::already_executed, fmt::format("every step of {} has run", request.id.text())});
  }
  return left;
}

std::optional<plan::Plan> Executor::plan_of(const Assessment& assessment) const {
  const bool runnable = assessment.state == RequestState::approved || assessment.state == RequestState::executed;
  if (!assessment.request || !runnable) return std::nullopt;
  const model::Request& request = (*assessment.request)->request;
  plan::Plan plan = plan::make_plan(request, assessment.content->parsed, m_authority->policy().limits);
  bound_plan(m_config.capabilities, plan,
             [&](const std::string& line) { say(fmt::format("{}: {}", request.id.text(), line)); });
  return plan;
}

PlacePreview Executor::preview_of(const Assessment& assessment, const Place& place) {
  PlacePreview preview;
  preview.place = place;
  const model::Request& request = (*assessment.request)->request;
  const auto ask = [&](std::string_view check, model::TraceInputs inputs, const auto& judge) {
    if (preview.refusals.empty()) preview.refusals = m_trace.ask(check, std::move(inputs), judge);
  };
  ask("executor.capabilities", capability_inputs(assessment),
      [&](model::TraceInputs&) { return admission_refusals(assessment, place); });
  if (!place.member.empty()) {
    ask("executor.fleet", {}, [&](model::TraceInputs& inputs) { return fleet_refusals(assessment, place, inputs); });
  }
  ask("executor.post_review", {}, [&](model::TraceInputs& inputs) { return review_refusals(assessment, inputs); });
  ask("executor.suspensions", {},
      [&](model::TraceInputs& inputs) { return suspension_refusals(assessment, place, inputs); });
  if (request.resumes) {
    ask("executor.resumes", {}, [&](model::TraceInputs& inputs) { return resume_refusals(assessment, place, inputs); });
  }
  ask("executor.steps", {}, [&](model::TraceInputs& inputs) {
    preview.steps_left = steps_left(assessment, preview);
    inputs.push_back({"left", join(preview.steps_left, ", ")});
    return preview.refusals;
  });
  // After the steps: an applied migration has run already, and that is all there is to say of it.
  if (request.migration) {
    ask("executor.migration", {},
        [&](model::TraceInputs& inputs) { return migration_refusals(assessment, place, inputs); });
  }
  if (wants_second_review(*m_authority, request)) {
    ask("executor.snapshot", {},
        [&](model::TraceInputs& inputs) { return snapshot_refusals(assessment, preview, inputs); });
  }
  preview.trace = m_trace;
  return preview;
}

std::vector<Preview> Executor::preview(const std::vector<RequestId>& ids) {
  std::vector<Preview> previews;
  for (const RequestId& id : ids.empty() ? our_requests() : ids) {
    auto assessment = assess_traced(id);
    if (!assessment) throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
    Preview preview;
    preview.plan = plan_of(*assessment);
    for (const Place& place : preview.plan ? places_of(*assessment) : std::vector<Place>{}) {
      m_trace = assessment->trace;
      PlacePreview here;
      try {
        here = preview_of(*assessment, place);
      } catch (const Error& error) {
        if (place.member.empty()) throw;
        // One member that is out of reach hides none of the others.
        here.place = place;
        here.refusals = {error.refusal()};
        here.trace = m_trace;
      }
      preview.places.push_back(std::move(here));
    }
    preview.assessment = std::move(*assessment);
    previews.push_back(std::move(preview));
  }
  return previews;
}

}  // namespace dbw::workflow
