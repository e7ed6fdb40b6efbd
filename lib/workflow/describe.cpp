#include "workflow/describe.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/findings.hpp"
#include "workflow/fleet.hpp"

namespace dbw::workflow {
namespace {

std::string names(const std::vector<std::string>& list, std::string_view none) {
  return list.empty() ? std::string(none) : join(list, ", ");
}

std::string refusal_lines(const std::vector<Refusal>& refusals) {
  std::string out;
  for (const Refusal& refusal : refusals) {
    const std::string hint = refusal.hint.empty() ? std::string(error_info(refusal.code).hint) : refusal.hint;
    out += fmt::format("  {} {}\n", error_id(refusal.code), printable(refusal.message));
    if (!hint.empty()) out += fmt::format("    -> {}\n", printable(hint));
  }
  return out;
}

std::string classes_text(const model::Review& review) {
  std::vector<std::string> out;
  for (const StatementClass each : review.classes()) out.emplace_back(class_name(each));
  return names(out, "none");
}

std::string head(const model::Request& request) {
  std::string out = fmt::format("{}  {}\n", request.id.text(), printable(request.title));
  out += fmt::format("  {} ({}) on {} in {}, asked for by {}\n", model::kind_name(request.kind),
                     model::mode_name(request.mode), request.database, request.environment, request.requester);
  if (!request.reason.empty()) out += fmt::format("  reason: {}\n", printable(request.reason));
  if (!request.ticket.empty()) out += fmt::format("  ticket: {}\n", printable(request.ticket));
  return out + fmt::format("  valid until {}\n", request.expires_at.text());
}

/// The fleet that a request is for; nullptr where it is none, or where policy does not know the place.
const model::EnvironmentEntry* find_fleet(const trust::Authority& authority, const model::Request& request) {
  const auto database = authority.policy().databases.find(request.database);
  if (database == authority.policy().databases.end()) return nullptr;
  const auto environment = database->second.environments.find(request.environment);
  const bool found = environment != database->second.environments.end() && environment->second.is_fleet();
  return found ? &environment->second : nullptr;
}

std::string fleet_line(const trust::Authority& authority, const model::Request& request) {
  const model::EnvironmentEntry* fleet = find_fleet(authority, request);
  if (fleet == nullptr) return {};
  const std::vector<std::string> members = members_of(*fleet, request.members);
  return fmt::format("  on {} of {} members of the fleet: {}\n  canary: {}; {} may fail\n", members.size(),
                     fleet->targets.size(), join(members, ", "), names(fleet->canary, "none"), fleet->failures_max);
}

std::string decision_line(const trust::JudgedDecision& decision, const std::vector<std::string>& changes) {
  const std::string what =
      decision.decision ? std::string(model::decision_name(decision.decision->kind)) : "unreadable";
  const std::string worth = decision.valid     ? "counts"
                            : decision.revoked ? "taken back"
                            : decision.stale   ? "stale"
                                               : "does not count";
  std::string out = fmt::format("  {} by {}: {}{}\n", what, printable(decision.person), worth,
                                decision.same_human ? " (same human, other key)" : "");
  if (decision.decision && !decision.decision->comment.empty())
    out += fmt::format("    \"{}\"\n", printable(decision.decision->comment));
  for (const std::string& change : changes) out += fmt::format("    {}\n", printable(change));
  for (const Refusal& refusal : decision.refusals)
    out += fmt::format("    {} {}\n", error_id(refusal.code), printable(refusal.message));
  return out;
}

std::vector<std::string> changes_of(const Assessment& assessment, const trust::JudgedDecision& decision) {
  const auto changes = assessment.changes.find(decision.payload);
  return changes == assessment.changes.end() ? std::vector<std::string>() : changes->second;
}

codec::Value& set_place(codec::Value& value, const Place& place) {
  value.set("database", place.database).set("environment", place.environment);
  return place.member.empty() ? value : value.set("member", place.member);
}

std::string how_it_runs(const model::RequestStep& step) {
  if (step.batch) return fmt::format("in batches by {}, {} rows each", printable(step.batch->key), step.batch->size);
  return step.transactional ? "in one transaction" : "without a transaction";
}

bool is_sealed(const model::Request& request) { return request.results && !request.results->to.empty(); }

codec::Value names_value(const std::vector<std::string>& list) {
  codec::Value::List out;
  for (const std::string& each : list) out.emplace_back(each);
  return out;
}

}  // namespace

std::vector<std::pair<model::Step, std::vector<std::string>>> who_can_approve(const trust::Authority& authority,
                                                                              const trust::Match& match,
                                                                              const model::Request& request) {
  std::set<std::string> involved;
  for (const std::string& author : request.authors) {
    if (const model::Person* person = authority.find_person(author)) involved.insert(person->human);
  }
  if (const model::Person* person = authority.find_person(request.requester)) involved.insert(person->human);
  std::vector<std::pair<model::Step, std::vector<std::string>>> out;
  for (const model::Step& step : match.steps) {
    std::set<std::string> people;
    for (const std::string& group : step.groups) {
      for (const model::Person* person : trust::group_people(authority.roster(), group)) {
        const bool own = involved.contains(person->human) && !match.workflow.same_human_other_key;
        if (!own && !authority.person_suspended(*person)) people.insert(person->name);
      }
    }
    out.emplace_back(step, std::vector<std::string>(people.begin(), people.end()));
  }
  return out;
}

std::string describe_content(const Content& content, const trust::Authority& authority, const model::Request& request,
                             const std::map<std::string, std::string>& files, bool color) {
  std::string out = report::findings_text(content.review, files, color);
  out += fmt::format("classes: {}   risk: {}\n", classes_text(content.review), model::risk_name(content.review.risk));
  for (const model::RiskFactor& factor : content.review.factors) {
    out += fmt::format("  {:>+4}  {} ({})\n", factor.weight, printable(factor.name), printable(factor.source));
  }
  for (const model::RequestStep& step : request.steps)
    out += fmt::format("{}: {}\n", printable(step.id), how_it_runs(step));
  if (is_sealed(request))
    out += fmt::format("rows: as {}, sealed for {}\n", request.results->format, join(request.results->to, ", "));
  if (content.match.matched()) {
    out += fmt::format("workflow: {}{}\n", content.match.workflow.name,
                       content.match.workflow.merge_required ? " (runs after merge)" : "");
    if (content.match.auto_approved) out += "  approves itself: nobody has to be asked\n";
    for (const auto& [step, people] : who_can_approve(authority, content.match, request)) {
      out += fmt::format("  step {}: {} of {} ({})\n", step.id, step.need, names(people, "nobody"),
                         join(step.groups, ", "));
    }
  }
  if (!content.refusals.empty()) out += "refused:\n" + refusal_lines(content.refusals);
  return out;
}

std::string describe_assessment(const Assessment& assessment, const trust::Authority& authority, bool color) {
  if (!assessment.request)
    return fmt::format("{}  {}\n", assessment.stored.id.text(), state_name(assessment.state)) +
           refusal_lines(assessment.refusals);
  const model::Request& request = (*assessment.request)->request;
  std::string out = head(request) + fleet_line(authority, request) +
                    fmt::format("state: {}\n", state_name(assessment.state)) + refusal_lines(assessment.refusals);
  Content content = *assessment.content;
  content.refusals.clear();
  if (!assessment.files.empty()) out += describe_content(content, authority, request, assessment.files, color);
  if (!assessment.judged.decisions.empty()) out += "decisions:\n";
  for (const trust::JudgedDecision& decision : assessment.judged.decisions)
    out += decision_line(decision, changes_of(assessment, decision));
  for (const trust::MissingStep& step : assessment.judged.missing) {
    out +=
        fmt::format("missing: step {} needs {} more of {}\n", step.step, step.count, names(step.could_fill, "nobody"));
  }
  return out;
}

std::string describe_warnings(const std::vector<trust::Warning>& warnings, std::string_view workflow) {
  std::string out;
  for (const trust::Warning& each : warnings) {
    if (!workflow.empty() && !each.workflow.empty() && each.workflow != workflow) continue;
    const std::string lines = refusal_lines({each.refusal});
    out += "  warning" + lines.substr(1);
  }
  return out;
}

std::vector<std::string> summary_row(const Assessment& assessment) {
  if (!assessment.request)
    return {assessment.stored.id.text(), "-", std::string(state_name(assessment.state)), "-", "-", "not authentic"};
  const model::Request& request = (*assessment.request)->request;
  return {request.id.text(),
          std::string(model::risk_name(assessment.content->review.risk)),
          std::string(state_name(assessment.state)),
          request.database + "/" + request.environment,
          request.requester,
          printable(request.title)};
}

std::string describe_outcome(const StepOutcome& outcome) {
  std::string out = outcome.request.empty() ? std::string("-") : outcome.request.text();
  if (!outcome.step.empty()) out += " " + outcome.step;
  if (!outcome.place.database.empty()) out += " on " + outcome.place.text();
  out += ": " + outcome.outcome;
  const bool whole = outcome.outcome == "executed" || outcome.outcome == "dry_run";
  if (whole || outcome.rows != 0) out += fmt::format(", {} rows, {} ms", outcome.rows, outcome.duration_ms);
  if (outcome.recovered) out += " (recovered: found out afterwards)";
  if (!outcome.truncated.empty()) out += fmt::format(", ended by the bound on {}", outcome.truncated);
  out += "\n";
  if (!outcome.result_file.empty()) out += fmt::format("  result: {}\n", outcome.result_file);
  return out + refusal_lines(outcome.refusals);
}

std::string describe_target(const TargetStatus& status) {
  std::string out =
      fmt::format("{}: target {}, server {}{}\n", status.place.text(), status.target.empty() ? "-" : status.target,
                  status.server.empty() ? "-" : printable(status.server), status.locked ? ", executing" : "");
  for (const db::LedgerRow& row : status.open_claims) {
    out += fmt::format("  open claim {} of {} step {} since {}\n", row.claim.run, row.claim.request.text(),
                       row.claim.step, row.claim.at.text());
  }
  return out + refusal_lines(status.refusals);
}

codec::Value target_value(const TargetStatus& status) {
  codec::Value value;
  codec::Value::List claims;
  for (const db::LedgerRow& row : status.open_claims) {
    codec::Value claim;
    claims.push_back(claim.set("run", row.claim.run)
                         .set("request", row.claim.request.text())
                         .set("step", row.claim.step)
                         .set("since", row.claim.at.text()));
  }
  set_place(value, status.place);
  value.set("target", status.target).set("server", printable(status.server));
  return value.set("locked", status.locked).set("open_claims", claims).set("refusals", refusals_value(status.refusals));
}

codec::Value refusals_value(const std::vector<Refusal>& refusals) {
  codec::Value::List out;
  for (const Refusal& refusal : refusals) {
    codec::Value value;
    value.set("error", error_id(refusal.code))
        .set("name", error_info(refusal.code).name)
        .set("message", printable(refusal.message));
    value.set("hint", printable(refusal.hint.empty() ? error_info(refusal.code).hint : refusal.hint));
    out.push_back(value);
  }
  return out;
}

codec::Value batch_value(const model::Batch& batch) {
  codec::Value out;
  out.set("key", batch.key).set("size", batch.size).set("pause", model::format_pause(batch.pause));
  if (batch.lag_max) out.set("lag_max", format_duration(*batch.lag_max));
  if (batch.sessions_max) out.set("sessions_max", *batch.sessions_max);
  return out;
}

codec::Value step_runs_value(const model::RequestStep& step) {
  codec::Value value;
  value.set("step", step.id).set("transaction", step.transactional ? "required" : "none");
  if (step.batch) value.set("batch", batch_value(*step.batch));
  value.set("lock_retries", step.lock_retries);
  if (step.statement_timeout) value.set("statement_timeout", format_duration(*step.statement_timeout));
  if (step.lock_timeout) value.set("lock_timeout", format_duration(*step.lock_timeout));
  return value;
}

codec::Value content_value(const Content& content, const trust::Authority& authority, const model::Request& request) {
  codec::Value value;
  codec::Value::List classes, findings, steps;
  for (const StatementClass each : content.review.classes()) classes.emplace_back(class_name(each));
  for (const model::Finding& finding : content.review.findings) {
    codec::Value each;
    each.set("rule", finding.rule).set("severity", model::severity_name(finding.severity)).set("file", finding.file);
    each.set("start", static_cast<std::int64_t>(finding.range.start))
        .set("end", static_cast<std::int64_t>(finding.range.end));
    each.set("message", printable(finding.message))
        .set("suggestion", printable(finding.suggestion, true))
        .set("waived", finding.waived);
    findings.push_back(each);
  }
  for (const auto& [step, people] : who_can_approve(authority, content.match, request)) {
    codec::Value each;
    each.set("id", step.id)
        .set("need", static_cast<std::int64_t>(step.need))
        .set("groups", names_value(step.groups))
        .set("people", names_value(people));
    steps.push_back(each);
  }
  value.set("classes", classes).set("risk", model::risk_name(content.review.risk)).set("findings", findings);
  codec::Value::List runs;
  for (const model::RequestStep& step : request.steps) runs.push_back(step_runs_value(step));
  value.set("runs", runs);
  if (is_sealed(request)) value.set("results_to", names_value(request.results->to));
  value.set("workflow", content.match.matched() ? content.match.workflow.name : std::string())
      .set("auto_approved", content.match.auto_approved);
  value.set("steps", steps)
      .set("verdict_sha256", content.bindings.verdict_sha256.text())
      .set("terms_sha256", content.bindings.terms_sha256.text());
  value.set("refusals", refusals_value(content.refusals));
  return value;
}

codec::Value assessment_value(const Assessment& assessment, const trust::Authority& authority) {
  codec::Value value;
  value.set("id", assessment.stored.id.text())
      .set("state", state_name(assessment.state))
      .set("refusals", refusals_value(assessment.refusals));
  if (!assessment.request) return value;
  const model::Request& request = (*assessment.request)->request;
  value.set("kind", model::kind_name(request.kind))
      .set("mode", model::mode_name(request.mode))
      .set("database", request.database);
  if (const auto* fleet = find_fleet(authority, request))
    value.set("members", names_value(members_of(*fleet, request.members)));
  value.set("environment", request.environment)
      .set("requester", request.requester)
      .set("title", printable(request.title));
  value.set("request_sha256", (*assessment.request)->sha256.text()).set("expires_at", request.expires_at.text());
  if (!assessment.files.empty()) value.set("review", content_value(*assessment.content, authority, request));
  codec::Value::List decisions, missing;
  for (const trust::JudgedDecision& decision : assessment.judged.decisions) {
    codec::Value each;
    each.set("payload_sha256", decision.payload.text())
        .set("person", printable(decision.person))
        .set("valid", decision.valid);
    each.set("stale", decision.stale)
        .set("revoked", decision.revoked)
        .set("refusals", refusals_value(decision.refusals));
    if (decision.stale) each.set("changes", names_value(changes_of(assessment, decision)));
    if (decision.decision) each.set("decision", model::decision_name(decision.decision->kind));
    decisions.push_back(each);
  }
  for (const trust::MissingStep& step : assessment.judged.missing) {
    codec::Value each;
    each.set("step", step.step)
        .set("count", static_cast<std::int64_t>(step.count))
        .set("could_fill", names_value(step.could_fill));
    missing.push_back(each);
  }
  return value.set("decisions", decisions).set("missing", missing);
}

codec::Value outcome_value(const StepOutcome& outcome) {
  codec::Value value;
  value.set("request", outcome.request.text());
  set_place(value, outcome.place).set("step", outcome.step);
  value.set("outcome", outcome.outcome)
      .set("rows", outcome.rows)
      .set("duration_ms", outcome.duration_ms)
      .set("recovered", outcome.recovered);
  value.set("truncated", outcome.truncated)
      .set("result_file", outcome.result_file)
      .set("refusals", refusals_value(outcome.refusals));
  return value.set("exit_status", static_cast<std::int64_t>(outcome.status));
}

}  // namespace dbw::workflow
