#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "workflow/executor.hpp"

namespace dbw::workflow {

/// What the live schema is compared with.
struct ReviewedSchema {
  std::shared_ptr<const model::Snapshot> snapshot;  ///< that the second review rested on; null: policy asks for none
  std::uint64_t log_size = 0;                       ///< when this run of the request began
};

/// Steps 6 to 11 of a run, for one step of one request: claim, publish the intent, fetch again, run, publish the
/// result. Every way out leaves the ledger and the log in a state that reconciliation names truthfully.
class StepRun {
 public:
  /// `proof`: verified already.
  StepRun(Executor& executor, Target& target, const Place& place, const Assessment& assessment, const plan::Plan& plan,
          const plan::PlannedStep& step, const RunProof& proof, ReviewedSchema reviewed);

  StepOutcome run();
  /// True where trust or decisions moved between check and run: nothing was run, the claim is released, start once
  /// more.
  bool moved() const { return m_moved; }

 private:
  void claim();
  void publish_intent();
  bool world_moved();
  std::future<TargetSession> start_connecting();
  void execute(std::future<TargetSession> connecting);
  void run_in_transaction(db::Session& session);
  void try_transaction(db::Session& session);
  void run_in_batches(const TargetSession& session);
  void run_statements(db::Session& session);
  void run_query(db::Session& session);
  /// In the transaction of what follows, or right before the first statement where there is none.
  void require_schema_as_reviewed(db::Session& session) const;
  bool ran_before(const std::string& step, std::uint64_t log_size) const;
  bool stopped_before_snapshot(const model::Resumption& resumed) const;
  void require_rows() const;
  void run_noted_statement(db::Session& session, const plan::PlannedStatement& statement, std::int64_t number);
  void finish_on_guard();
  void settle(const Error& error);
  void settle_failure(const Error& error);
  void settle_half_done(const Error& error);
  void settle_unknown(const Error& error);
  bool settle_anew(const Error& error);
  void settle_batches(const Error& error);
  void publish_result();
  void release();
  void say(const std::string& line) const;
  void show(const std::string& line) const;
  TargetSession connect(DatabaseRole role) const;
  /// What the step's timeouts allow it to take.
  Seconds longest() const;
  std::string summary() const;
  audit::RunEvidence evidence() const;
  model::AuditEntry entry(std::string_view type) const;
  void require_not_interrupted() const;
  /// Between two pieces: now and then everything that allowed the run is looked at again.
  void require_still_allowed();

  Executor& m_executor;
  Target& m_target;
  const Place& m_place;
  const Assessment& m_assessment;
  const plan::Plan& m_plan;
  const plan::PlannedStep& m_step;
  const RunProof& m_proof;
  ReviewedSchema m_reviewed;
  std::string m_run;
  std::string m_secret;
  std::chrono::steady_clock::time_point m_started;
  std::optional<std::uint64_t> m_intent_seq;
  audit::ResultBody m_result;
  audit::Blobs m_result_blobs;
  StepOutcome m_outcome;
  bool m_moved = false;
  std::chrono::steady_clock::time_point m_allowed_at;                  ///< when that was last seen
  std::optional<std::chrono::steady_clock::time_point> m_compared_at;  ///< of a batched step, with the live schema
  bool m_batches = false;                                              ///< pieces of a batched step may be committed
  bool m_effect_known = true;                                          ///< of the statement that was sent last
  bool m_sent = false;    ///< a statement outside of a transaction was sent
  bool m_publish = true;  ///< false: the outcome is not known yet, the intent stays open
};

}  // namespace dbw::workflow
