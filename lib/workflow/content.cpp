#include "workflow/content.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "crypto/hash.hpp"
#include "review/review.hpp"
#include "trust/recipients.hpp"

namespace dbw::workflow {
namespace {

model::TraceInputs review_inputs(const model::Review& review) {
  model::TraceInputs inputs{{"rule_set", review.rule_set.text()}, {"risk", std::string(model::risk_name(review.risk))}};
  std::set<std::string_view> blocking;
  for (const model::Finding& finding : review.findings) {
    if (finding.severity == model::Severity::block && !finding.waived) blocking.insert(finding.rule);
  }
  for (const std::string_view rule : blocking) inputs.push_back({"blocking_rule", std::string(rule)});
  return inputs;
}

void add_review_refusals(const model::Review& review, std::vector<Refusal>& refusals) {
  for (const model::Finding& finding : review.findings) {
    if (finding.severity != model::Severity::block || finding.waived) continue;
    refusals.push_back({ErrorCode::review_blocked,
                        fmt::format("{}: {}: {}", finding.file, finding.rule, finding.message),
                        std::string(finding.suggestion)});
  }
}

/// Blocking findings that the break_glass workflow may pass are marked so: in the report, and in the verdict that
/// approvers sign.
void apply_overrides(const model::Workflow& workflow, model::Review& review) {
  for (model::Finding& finding : review.findings) {
    const bool named =
        std::find(workflow.overrides.begin(), workflow.overrides.end(), finding.rule) != workflow.overrides.end();
    if (!named || finding.waived || finding.severity != model::Severity::block) continue;
    finding.waived = true;
    finding.waiver = std::string(k_overridden_by) + workflow.name;
  }
}

void add_member_refusals(const model::EnvironmentEntry& environment, const model::Request& request,
                         std::vector<Refusal>& refusals) {
  for (const std::string& member : request.members) {
    if (environment.is_fleet() && environment.targets.contains(member)) continue;
    refusals.push_back({ErrorCode::request_members,
                        fmt::format("{} in {} has no member {}", request.database, request.environment, member)});
  }
  if (environment.is_fleet() && request.mode == model::RequestMode::break_glass && request.members.size() != 1)
    refusals.push_back(
        {ErrorCode::request_members, "break-glass on a fleet names one member: a post-review looks at one result", {}});
}

/// False where the clock alone may have changed the answer: a waiver ended, or a workflow looks at the time.
bool answers_alike(const model::Policy& policy, Timestamp before, Timestamp now) {
  const auto ended = [&](const model::Waiver& waiver) { return before <= waiver.until && waiver.until < now; };
  const auto looks = [](const model::RaiseRule& rule) { return !rule.during.empty() || !rule.outside.empty(); };
  const auto depends = [&](const model::Workflow& workflow) {
    return std::any_of(workflow.raise.begin(), workflow.raise.end(), looks);
  };
  return before == now || (before < now && std::none_of(policy.waivers.begin(), policy.waivers.end(), ended) &&
                           std::none_of(policy.workflows.begin(), policy.workflows.end(), depends));
}

}  // namespace

Content judge_content(const trust::Authority& authority, const model::Request& request, const Digest& request_sha256,
                      const std::map<std::string, std::string>& files, Timestamp now,
                      std::shared_ptr<const model::Snapshot> snapshot) {
  Content content;
  const model::Policy& policy = authority.policy();
  const model::DatabaseEntry& database = authority.database(request.database);
  review::ReviewInput input;
  input.engine = database.engine;
  input.server_version = database.server_version;
  input.environment = request.environment;
  input.database = request.database;
  input.production = authority.environment(request.database, request.environment).production;
  input.severities = policy.severities;
  input.waivers = policy.waivers;
  input.now = now;
  input.has_rollback = true;
  input.snapshot = std::move(snapshot);
  for (const model::RequestStep& step : request.steps) {
    input.files.push_back({step.sql.path,
                           sqlparse::parse(database.engine, files.at(step.sql.path),
                                           {.bytes_max = static_cast<std::size_t>(policy.limits.sql_bytes)}),
                           step.transactional, std::nullopt, step.batch});
    if (!step.rollback) {
      input.has_rollback = false;
      continue;
    }
    input.files.back().rollback = sqlparse::parse(database.engine, files.at(step.rollback->path),
                                                  {.bytes_max = static_cast<std::size_t>(policy.limits.sql_bytes)});
  }
  content.review = review::review_sql(input);
  for (review::File& file : input.files) content.parsed.push_back(std::move(file.parsed));
  const trust::MatchInput match_input = trust::match_input(request, content.review, now);
  content.match = trust::match_workflow(authority, match_input);
  apply_overrides(content.match.workflow, content.review);
  content.terms = trust::emit_terms(authority, content.match, match_input);
  content.verdict = model::emit_verdict({request.id, request_sha256, model::files_of(request),
                                         content.match.workflow.name, content.match.binding_steps, content.review});
  content.bindings = {crypto::sha256(content.verdict), crypto::sha256(content.terms)};
  model::TraceRecorder record(content.trace, "", content.refusals);
  add_review_refusals(content.review, content.refusals);
  record("review.rules", review_inputs(content.review));
  const std::vector<Refusal> runnable = plan::check_runnable(request, content.parsed);
  content.refusals.insert(content.refusals.end(), runnable.begin(), runnable.end());
  add_member_refusals(authority.environment(request.database, request.environment), request, content.refusals);
  const trust::Recipients recipients = trust::find_recipients(authority, request);
  content.refusals.insert(content.refusals.end(), recipients.refusals.begin(), recipients.refusals.end());
  model::TraceInputs runnable_inputs{{"kind", std::string(model::kind_name(request.kind))},
                                     {"mode", std::string(model::mode_name(request.mode))}};
  for (const auto& [person, key] : recipients.people)
    runnable_inputs.push_back({"recipient", fmt::format("{} {}", person, key.text())});
  record("review.runnable", std::move(runnable_inputs));
  content.trace.append(content.match.trace);
  content.refusals.insert(content.refusals.end(), content.match.refusals.begin(), content.match.refusals.end());
  return content;
}

std::shared_ptr<const Content> ContentMemo::judge(const trust::Authority& authority, const model::Request& request,
                                                  const Digest& request_sha256,
                                                  const std::map<std::string, std::string>& files, Timestamp now) {
  if (m_content && m_request_sha256 == request_sha256 && answers_alike(authority.policy(), m_now, now))
    return m_content;
  m_content = std::make_shared<const Content>(judge_content(authority, request, request_sha256, files, now));
  m_request_sha256 = request_sha256;
  m_now = now;
  return m_content;
}

}  // namespace dbw::workflow
