#include "workflow/batched_step.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "codec/json.hpp"
#include "db/transaction.hpp"
#include "workflow/lock_retries.hpp"
#include "workflow/progress.hpp"

namespace dbw::workflow {
namespace {

constexpr Milliseconds k_brake_pause{1000};

}  // namespace

BatchedStep::BatchedStep(db::Session& guard, db::Session& change, const plan::PlannedStep& step, Run run, Hooks hooks)
    : m_guard(guard), m_change(change), m_step(step), m_run(std::move(run)), m_hooks(std::move(hooks)) {}

void BatchedStep::run() {
  // The change connection found its own way there: it must have reached the database that holds our claim.
  db::Ledger(m_change).require_target(m_run.target_id);
  const db::BatchKey key(m_change, m_step.frame.table, m_step.batch->key);
  if (const auto progress = db::Ledger(m_guard).batch_progress(m_run.run)) {
    m_upto = progress->upto;
    m_rows_before = progress->rows;
    m_hooks.say(fmt::format("going on behind {} pieces with {} rows", progress->number, progress->rows));
  }
  m_started = std::chrono::steady_clock::now();
  // What comes behind this key later is not waited for: else a table that grows would never be done.
  const std::optional<std::string> end = key.last(m_change);
  m_first = m_upto;
  for (;;) {
    m_hooks.check();
    brake();
    bool last = false;
    with_lock_retries(m_step.lock_retries, m_hooks.check, m_hooks.say, [&] { last = piece(key, end); });
    if (last) return;
    show(key, *end);
    sleep_checked(m_step.batch->pause, m_hooks.check);
  }
}

bool BatchedStep::piece(const db::BatchKey& key, const std::optional<std::string>& end) {
  db::GuardedTransaction transaction(m_change, {m_run.target_id, m_run.run});
  if (!end) {
    transaction.settle();
    transaction.finish(m_run.secret, summary(0));
    transaction.commit();
    return true;
  }
  m_hooks.begun(m_change);
  const std::string upto = key.next(m_change, m_upto, m_step.batch->size, *end);
  const std::int64_t rows = transaction.execute(m_step.frame.narrowed(key.condition(m_upto, upto))).rows_affected;
  transaction.settle();
  require_rows(rows);
  transaction.note_batch(m_run.secret, upto, rows);
  const bool last = upto == *end;
  if (last) transaction.finish(m_run.secret, summary(rows));
  transaction.commit();
  if (!m_first) m_first = upto;
  m_upto = upto;
  m_rows += rows;
  ++m_pieces;
  return last;
}

void BatchedStep::require_rows(std::int64_t more) const {
  const std::int64_t all = m_rows_before + m_rows + more;
  if (!m_step.rows_max || all <= *m_step.rows_max) return;
  throw Error(ErrorCode::rows_out_of_bounds,
              fmt::format("step {} would change {} rows with this piece, expected at most {}; the piece is rolled back",
                          m_step.id, all, *m_step.rows_max));
}

void BatchedStep::brake() {
  const model::Batch& batch = *m_step.batch;
  const auto too_much = [&]() -> std::string {
    if (batch.lag_max) {
      const std::int64_t lag = db::replica_lag_seconds(m_guard);
      if (lag > batch.lag_max->count()) return fmt::format("a replica is {} s behind", lag);
    }
    if (batch.sessions_max) {
      const std::int64_t busy = db::busy_sessions(m_guard);
      if (busy > *batch.sessions_max) return fmt::format("{} sessions are busy", busy);
    }
    return {};
  };
  bool said = false;
  for (std::string why = too_much(); !why.empty(); why = too_much()) {
    if (!said) m_hooks.say(fmt::format("waiting: {}", why));
    said = true;
    sleep_checked(k_brake_pause, m_hooks.check);
  }
}

void BatchedStep::show(const db::BatchKey& key, const std::string& end) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_started).count();
  std::string line = fmt::format("{} pieces, {} rows, {:.0f} rows/s", m_pieces, m_rows, double(m_rows) / seconds);
  const std::optional<double> share = key.share(*m_first, *m_upto, end);
  if (share && *share > 0)
    line += fmt::format(", {:.0f} % of the keys, about {} left", *share * 100,
                        rounded_duration(seconds / *share * (1 - *share)));
  m_hooks.show(line);
}

std::string BatchedStep::summary(std::int64_t more) const {
  codec::Value value;
  value.set("rows", m_rows_before + m_rows + more).set("statements", std::int64_t{1});
  return codec::emit_json(value);
}

}  // namespace dbw::workflow
