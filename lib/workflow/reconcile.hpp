#pragma once

#include <optional>
#include <set>
#include <vector>

#include "workflow/executor.hpp"

namespace dbw::workflow {

/// Compares log and ledger of one target and settles what a crash left behind (DESIGN 10.4). Needs no token; judges
/// only on the primary and while holding the target lock.
class Reconciler {
 public:
  Reconciler(Executor& executor, Target& target, const Place& place)
      : m_executor(executor), m_target(target), m_place(place) {}
  /// What it found and did; empty: nothing was open.
  std::vector<StepOutcome> run();

 private:
  bool any_open_run();  ///< of this place
  /// True for another host's claim that is young: between its claim and its transaction nobody holds the target lock.
  bool may_be_alive(const db::Claim& claim) const;
  void settle_claim(const db::LedgerRow& row);
  /// What was executed and is not there any more. What a database has seen of the log tells from which line on it may
  /// know less than the log.
  void find_forgotten();
  void look_for(const LoggedRun& logged, const RequestId& request);
  void settle_open_run(const std::string& run, const RequestId& request);
  void settle_unstarted(const db::LedgerRow& row);
  /// Of a claim that is not done: rolled back, or with the pieces of a batched step.
  StepOutcome undone(const LoggedRun& logged, const db::Claim& claim);
  StepOutcome outcome_of(const LoggedRun& logged, const RequestId& request, std::string outcome,
                         ExitStatus status) const;
  /// `body`: what is known beyond `outcome`.
  void publish(const StepOutcome& outcome, const LoggedRun& logged, audit::ResultBody body = {});
  const LoggedRun* logged_run(const std::string& run, const RequestId& request);

  Executor& m_executor;
  Target& m_target;
  const Place& m_place;
  std::set<std::string> m_looked_for;  ///< runs
  std::vector<StepOutcome> m_found;
};

enum class AfterFailure { release, keep };  ///< of a claim that is still open
struct SettledClaim {
  db::ClaimState state = db::ClaimState::claimed;
  db::BatchCount count;     ///< pieces of this run
  bool any_pieces = false;  ///< of this or an earlier run of a batched step
};
/// The state of a claim once nobody can be changing it any more: waits for the target lock on a fresh connection.
/// nullopt where it cannot be had.
std::optional<SettledClaim> settled_claim(Target& target, const CredentialSources& credentials, const std::string& run,
                                          Timestamp now, AfterFailure after = AfterFailure::release);

}  // namespace dbw::workflow
