#include "audit/line_pool.hpp"

#include "audit/merkle.hpp"

namespace dbw::audit {
namespace {

constexpr std::size_t k_batches_per_worker = 3;

void check(CheckedLine& checked, const std::optional<crypto::PublicKey>& key) {
  if (!checked.bytes) return;
  try {
    checked.line = parse_line(*checked.bytes);
    checked.leaf = checked.line->leaf;
    checked.signature_good = key && verify_line(*checked.line, *key);
  } catch (const Error& error) {
    checked.leaf = leaf_hash(*checked.bytes);
    checked.error = error.refusal();
  } catch (const std::exception& error) {
    checked.leaf = leaf_hash(*checked.bytes);
    checked.error = Refusal{ErrorCode::audit_line_malformed, error.what()};
  }
}

}  // namespace

LinePool::LinePool(unsigned threads) : m_window(threads * k_batches_per_worker) {
  m_workers.reserve(threads);
  for (unsigned i = 0; i < threads; ++i) m_workers.emplace_back([this] { work(); });
}

LinePool::~LinePool() {
  {
    const std::lock_guard lock(m_mutex);
    m_closing = true;
    m_queue.clear();
  }
  m_wanted.notify_all();
  for (std::thread& worker : m_workers) worker.join();
}

void LinePool::submit(std::unique_ptr<Batch> batch) {
  {
    const std::lock_guard lock(m_mutex);
    m_queue.push_back(batch.get());
  }
  m_order.push_back(std::move(batch));
  m_wanted.notify_one();
}

std::unique_ptr<Batch> LinePool::take() {
  std::unique_lock lock(m_mutex);
  m_finished.wait(lock, [this] { return m_order.front()->done; });
  std::unique_ptr<Batch> batch = std::move(m_order.front());
  m_order.pop_front();
  return batch;
}

void LinePool::work() {
  std::unique_lock lock(m_mutex);
  while (true) {
    m_wanted.wait(lock, [this] { return m_closing || !m_queue.empty(); });
    if (m_closing) return;
    Batch* batch = m_queue.front();
    m_queue.pop_front();
    lock.unlock();
    for (CheckedLine& line : batch->lines) check(line, batch->key);
    lock.lock();
    batch->done = true;
    m_finished.notify_one();
  }
}

}  // namespace dbw::audit
