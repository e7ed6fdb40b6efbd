#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/catalogue.hpp"
#include "db/setup.hpp"
#include "review/schema_drift.hpp"
#include "workflow/step_run.hpp"

/// Whether the database still is what the second review saw.
namespace dbw::workflow {
namespace {

/// Of differences in a message.
constexpr std::size_t k_differences_shown_max = 5;

std::string first_of(std::vector<std::string> lines) {
  const std::size_t more = lines.size() - std::min(lines.size(), k_differences_shown_max);
  lines.resize(lines.size() - more);
  return join(lines, "; ") + (more == 0 ? "" : fmt::format("; and {} more", more));
}

/// Reading is no work of the request: where the database refuses it, nothing failed, and nothing of the request ran.
template <typename Read>
auto read_live(const std::string& step, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.status() != ExitStatus::database_refused) throw;
    throw Error(ErrorCode::catalogue_unreadable, fmt::format("step {}: {}", step, error.message()));
  }
}

}  // namespace

/// By the log: a step whose intent was there when it had that size. One that ended only behind a snapshot counts as one
/// that the snapshot has; what it did is a difference then, and refuses.
bool StepRun::ran_before(const std::string& step, std::uint64_t log_size) const {
  const std::vector<LoggedRun>& runs = m_executor.m_index.of(m_outcome.request).runs;
  return std::any_of(runs.begin(), runs.end(), [&](const LoggedRun& run) {
    return run.step == step && run.outcome == "executed" && run.member == m_place.member &&
           run.request_sha256 == (*m_assessment.request)->sha256 && run.intent_seq < log_size;
  });
}

bool StepRun::stopped_before_snapshot(const model::Resumption& resumed) const {
  const std::vector<LoggedRun>& runs = m_executor.m_index.of(resumed.request).runs;
  return std::any_of(runs.begin(), runs.end(), [&](const LoggedRun& run) {
    return run.run == resumed.run && run.intent_seq < static_cast<std::uint64_t>(m_reviewed.snapshot->log_size);
  });
}

void StepRun::require_schema_as_reviewed(db::Session& session) const {
  if (m_reviewed.snapshot == nullptr) return;
  const model::Snapshot& snapshot = *m_reviewed.snapshot;
  const std::vector<model::RequestStep>& steps = (*m_assessment.request)->request.steps;
  const schema::Catalogue live = read_live(m_step.id, [&] { return db::read_catalogue(session); });
  review::DriftInput input{snapshot.catalogue, live, {}, {}};
  input.query = m_plan.kind == model::RequestKind::query;
  input.sees_triggers = input.query || read_live(m_step.id, [&] { return db::sees_triggers(session); });
  const auto resumed = m_plan.resumed_by(m_step);
  const std::int64_t first = resumed ? resumed->statement.value_or(1) : 1;
  const bool snapshot_has_first = resumed && stopped_before_snapshot(*resumed);
  bool anything = false, long_ago = false;  // what ran since the snapshot may have done; and not only a moment ago
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool here = steps[i].id == m_step.id;
    if (!here && ran_before(steps[i].id, static_cast<std::uint64_t>(snapshot.log_size))) continue;
    std::int64_t number = 0;
    for (const sqlparse::Statement& statement : m_assessment.content->parsed.at(i).statements) {
      if (here && ++number >= first) {
        input.runs.push_back(&statement);
      } else if (!here || !snapshot_has_first) {
        input.earlier.push_back(&statement);
        if (!review::may_change_anything(statement)) continue;
        anything = true;
        long_ago = long_ago || here || ran_before(steps[i].id, m_reviewed.log_size);
      }
    }
    if (here) break;
  }
  if (long_ago) {
    throw Error(
        ErrorCode::snapshot_drift,
        fmt::format("step {}: what ran before it, in an earlier run and since the snapshot taken at {}, may have "
                    "changed anything",
                    m_step.id, snapshot.taken_at.text()));
  }
  if (anything) say("the schema is not compared with its snapshot: what ran before it may have changed anything");
  const std::vector<std::string> differences = review::schema_drift(input);
  if (differences.empty()) return;
  throw Error(ErrorCode::snapshot_drift,
              fmt::format("step {}: the schema is not the one of the snapshot taken at {}: {}", m_step.id,
                          snapshot.taken_at.text(), first_of(differences)));
}

}  // namespace dbw::workflow
