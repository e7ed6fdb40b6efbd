#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "db/batches.hpp"
#include "db/ledger.hpp"
#include "plan/plan.hpp"

namespace dbw::workflow {

/// A step in pieces, each a guarded transaction that also notes in the ledger how far it came: whatever ends the run,
/// the pieces that are done are kept and known, and the next run goes on behind them.
class BatchedStep {
 public:
  struct Run {
    std::string target_id;
    std::string run;
    std::string secret;
  };
  struct Hooks {
    std::function<void()> check;                   ///< throws where the run has to stop
    std::function<void(const std::string&)> say;   ///< a line for people
    std::function<void(const std::string&)> show;  ///< how far it is
    std::function<void(db::Session&)> begun;       ///< in each transaction, before anything of the request
  };
  /// `guard` and `change` must outlive it.
  BatchedStep(db::Session& guard, db::Session& change, const plan::PlannedStep& step, Run run, Hooks hooks);

  /// Until the claim is done. Throws what stopped it; rows() and pieces() then say what this run did.
  void run();
  std::int64_t rows() const { return m_rows; }
  std::int64_t pieces() const { return m_pieces; }

 private:
  bool piece(const db::BatchKey& key, const std::optional<std::string>& end);
  void require_rows(std::int64_t more) const;
  void brake();
  void show(const db::BatchKey& key, const std::string& end);
  std::string summary(std::int64_t more) const;

  db::Session& m_guard;
  db::Session& m_change;
  const plan::PlannedStep& m_step;
  Run m_run;
  Hooks m_hooks;
  std::int64_t m_rows_before = 0;  ///< changed by earlier runs
  std::int64_t m_rows = 0;
  std::int64_t m_pieces = 0;
  std::optional<std::string> m_first;  ///< where this run began
  std::optional<std::string> m_upto;   ///< the last key that is done
  std::chrono::steady_clock::time_point m_started;
};

}  // namespace dbw::workflow
