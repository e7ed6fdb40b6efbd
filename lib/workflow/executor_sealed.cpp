#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "workflow/executor.hpp"
#include "workflow/sealed_results.hpp"

namespace dbw::workflow {
namespace {

/// The failure stands with the outcome of its request, else on its own: an earlier run reported the rest.
void report_unpublished(std::vector<StepOutcome>& outcomes, const LoggedRun& logged, const RequestId& request,
                        const Error& error) {
  auto outcome =
      std::find_if(outcomes.begin(), outcomes.end(), [&](const StepOutcome& each) { return each.request == request; });
  if (outcome == outcomes.end()) {
    outcome = outcomes.emplace(outcomes.end());
    outcome->request = request;
    outcome->place = {logged.database, logged.environment, logged.member};
    outcome->step = logged.step;
    outcome->outcome = logged.outcome;
    outcome->recovered = true;
  }
  outcome->refusals.push_back(error.refusal());
  if (outcome->status == ExitStatus::done) outcome->status = ExitStatus::environment;
}

}  // namespace

void Executor::publish_sealed(std::vector<StepOutcome>& outcomes) {
  const SealedOutbox outbox(m_config.state);
  for (const SealedOutbox::Waiting& waiting : outbox.waiting()) {
    const std::vector<LoggedRun>& runs = m_index.of(waiting.request).runs;
    const auto logged =
        std::find_if(runs.begin(), runs.end(), [&](const LoggedRun& run) { return run.run == waiting.run; });
    // Without its line in the log nobody could tell it from a forgery: the line comes first.
    if (logged == runs.end() || logged->outcome.empty()) continue;
    if (logged->outcome != "executed" && logged->outcome != "failed") {
      outbox.discard(waiting);
      continue;
    }
    if (!m_options.bundle.empty()) {
      say(fmt::format("{}: its sealed result waits until the repository is in reach", waiting.request.text()));
      continue;
    }
    try {
      outbox.publish(waiting, logged->member, m_config.change, m_config.machine, m_now);
      say(fmt::format("{}: its sealed result is published", waiting.request.text()));
    } catch (const Error& error) {
      report_unpublished(outcomes, *logged, waiting.request, error);
    }
  }
}

}  // namespace dbw::workflow
