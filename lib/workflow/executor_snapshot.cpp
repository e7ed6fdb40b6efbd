#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "db/catalogue.hpp"
#include "model/snapshot.hpp"
#include "review/schema_drift.hpp"
#include "trust/snapshots.hpp"
#include "workflow/executor.hpp"
#include "workflow/published_snapshot.hpp"
#include "workflow/second_review.hpp"

/// Schema snapshots: taken, published, and looked at once more before a run.
namespace dbw::workflow {
namespace {

void add_review_inputs(const model::Review& approved, const Content& again, model::TraceInputs& inputs) {
  inputs.push_back({"approved_risk", std::string(model::risk_name(approved.risk))});
  inputs.push_back({"risk", std::string(model::risk_name(again.review.risk))});
  for (const model::Step& step : again.match.steps) inputs.push_back({"step", step.id});
  std::set<std::string_view> blocking;
  for (const model::Finding& finding : again.review.findings) {
    if (finding.severity == model::Severity::block && !finding.waived) blocking.insert(finding.rule);
  }
  for (const std::string_view rule : blocking) inputs.push_back({"blocking_rule", std::string(rule)});
}

}  // namespace

std::string Executor::snapshot(const Place& place) {
  Target& each = target(place);
  const auto session =
      connect_target(each.config(), DatabaseRole::change, m_options.credentials, {.application_name = "dbw snapshot"});
  model::Snapshot out;
  out.database = place.database;
  out.environment = place.environment;
  out.target = each.id();
  out.taken_at = m_now;
  out.log_size = static_cast<std::int64_t>(m_log->head().size);
  out.catalogue = db::read_catalogue(*session);
  const std::string payload = model::emit_snapshot_payload(out);
  if (payload.size() > k_snapshot_bytes_max) {
    throw Error(ErrorCode::db_catalogue_too_large,
                fmt::format("the snapshot has {} bytes, at most {} are read", payload.size(), k_snapshot_bytes_max));
  }
  const std::string type(model::k_snapshot_payload_type);
  return model::emit_envelope(
      {type, payload, m_key->public_key().id.text(), m_key->sign(crypto::dsse_pae(type, payload))});
}

model::SnapshotRecord Executor::publish_snapshot(const Place& place, const SnapshotCheck& check) {
  const std::string& executor = m_authority->environment(place.database, place.environment).executor;
  if (executor != m_config.machine) {
    throw Error(ErrorCode::not_our_environment,
                fmt::format("{} is served by {}, this is {}", place.environment, executor, m_config.machine));
  }
  const std::string file = snapshot(place) + "\n";
  const model::Snapshot written = model::parse_snapshot_envelope(file);
  if (check) check(written.catalogue);
  audit::SnapshotBody body;
  body.target = written.target;
  body.member = place.member;
  body.snapshot = {crypto::sha256(file), written.log_size, written.taken_at};
  // The log last: a remote that refuses the push must not end what counted before.
  publish_snapshot_file(m_change, place, file, m_config.machine, m_now);
  model::AuditEntry published = entry("snapshot");
  published.database = place.database;
  published.environment = place.environment;
  published.body = audit::emit_body(body);
  append({published}, {});
  return body.snapshot;
}

/// What our own steps changed counts from now on, by itself; what else changed meanwhile is for a person to look at.
void Executor::publish_changed_schema(const Assessment& assessment, const PlacePreview& preview,
                                      const std::vector<StepOutcome>& outcomes) {
  constexpr std::array<std::string_view, 3> k_ran = {"executed", "partially_executed", "interrupted"};
  if (preview.snapshot == nullptr) return;
  const std::vector<model::RequestStep>& steps = (*assessment.request)->request.steps;
  std::vector<const sqlparse::Statement*> ours;
  for (const StepOutcome& each : outcomes) {
    if (std::find(k_ran.begin(), k_ran.end(), each.outcome) == k_ran.end()) continue;
    const auto step = std::find_if(steps.begin(), steps.end(), [&](const auto& it) { return it.id == each.step; });
    const auto at = static_cast<std::size_t>(step - steps.begin());
    for (const sqlparse::Statement& statement : assessment.content->parsed.at(at).statements)
      if (review::may_change_schema(statement)) ours.push_back(&statement);
  }
  if (ours.empty()) return;
  const auto require_ours_alone = [&](const schema::Catalogue& live) {
    if (std::any_of(ours.begin(), ours.end(), [](const auto* each) { return review::may_change_anything(*each); }))
      throw Error(ErrorCode::snapshot_drift, "it may have changed anything");
    review::DriftInput input{preview.snapshot->catalogue, live, {}, ours};
    input.everything = true;
    const std::vector<std::string> differences = review::schema_drift(input);
    if (!differences.empty()) throw Error(ErrorCode::snapshot_drift, "somebody else changed " + differences.front());
  };
  try {
    tick();
    const model::SnapshotRecord record = publish_snapshot(preview.place, require_ours_alone);
    say(fmt::format("{}: published the schema that it left, snapshot {}", assessment.stored.id.text(),
                    record.sequence));
  } catch (const Error& error) {
    say(fmt::format("{}: the schema that it left is not published, look at it and do so: {} {}",
                    assessment.stored.id.text(), error_id(error.code()), error.message()));
  }
}

void Executor::fetch_snapshot(const Place& place, const model::SnapshotRecord* newest) {
  const auto is_here = [&] {
    const std::optional<std::string> file = read_published_snapshot(m_change.objects(), place);
    return file && newest != nullptr && crypto::sha256(*file) == newest->sha256;
  };
  // Another host may have published one during this run.
  if (m_snapshots_fetched && is_here()) return;
  m_change.transport().fetch({std::string(k_schema_ref)});
  m_snapshots_fetched = true;
}

trust::Verified<model::Snapshot> Executor::newest_snapshot(const Place& place) {
  const std::string& id = target_id(*m_authority, place);
  const model::SnapshotRecord* newest = m_index.newest_snapshot(id);
  fetch_snapshot(place, newest);
  const std::string file = require_published_snapshot(m_change.objects(), place);
  const Seconds max_age = m_authority->environment(place.database, place.environment).snapshot_max_age;
  return trust::verify_snapshot(*m_authority, file, {place.database, place.environment, id, newest, max_age}, m_now);
}

std::vector<Refusal> Executor::snapshot_refusals(const Assessment& assessment, PlacePreview& preview,
                                                 model::TraceInputs& inputs) {
  const Place& place = preview.place;
  const trust::AuthenticRequest& authentic = **assessment.request;
  const Seconds max_age = m_authority->environment(place.database, place.environment).snapshot_max_age;
  const model::SnapshotRecord* newest = m_index.newest_snapshot(target_id(*m_authority, place));
  inputs.push_back({"max_age", format_duration(max_age)});
  if (newest != nullptr) {
    inputs.push_back({"sequence", std::to_string(newest->sequence)});
    inputs.push_back({"sha256", newest->sha256.text()});
    inputs.push_back({"taken_at", newest->taken_at.text()});
  }
  try {
    preview.snapshot = std::make_shared<const model::Snapshot>(*newest_snapshot(place));
    const Content again =
        judge_content(*m_authority, authentic.request, authentic.sha256, assessment.files, m_now, preview.snapshot);
    add_review_inputs(assessment.content->review, again, inputs);
    return raised_refusals(*assessment.content, again);
  } catch (const Error& error) {
    return {error.refusal()};
  }
}

}  // namespace dbw::workflow
