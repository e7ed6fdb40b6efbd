#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "audit/line.hpp"
#include "base/error.hpp"

/// Parsing, hashing and checking of lines on worker threads. For the verifier only.
namespace dbw::audit {

/// One line of a batch: what was read and what a worker found.
struct CheckedLine {
  std::optional<std::string> bytes;  ///< nullopt: the line is missing
  std::optional<Line> line;          ///< nullopt: malformed, `error` says why
  std::optional<Refusal> error;
  Digest leaf;
  bool signature_good = false;  ///< by the batch's key
};

struct Batch {
  std::uint64_t first = 0;               ///< seq of the first line
  std::optional<crypto::PublicKey> key;  ///< in force when the batch was read
  std::vector<CheckedLine> lines;
  bool done = false;
};

/// Hands batches to workers and gives them back in the order they came.
class LinePool {
 public:
  explicit LinePool(unsigned threads);
  ~LinePool();
  LinePool(const LinePool&) = delete;
  LinePool& operator=(const LinePool&) = delete;

  /// So many batches may be under way that no worker waits for the reader.
  bool full() const { return m_order.size() >= m_window; }
  bool empty() const { return m_order.empty(); }
  void submit(std::unique_ptr<Batch> batch);
  /// Waits for the oldest batch.
  std::unique_ptr<Batch> take();

 private:
  void work();

  std::size_t m_window;
  std::deque<std::unique_ptr<Batch>> m_order;  ///< of the owner's thread alone
  std::mutex m_mutex;
  std::condition_variable m_wanted;
  std::condition_variable m_finished;
  std::deque<Batch*> m_queue;
  bool m_closing = false;
  std::vector<std::thread> m_workers;
};

}  // namespace dbw::audit
