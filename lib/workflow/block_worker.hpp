#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace dbw::workflow {

/// Works on blocks of bytes in a thread of its own, in order, while the caller fills the next one. Two blocks are in
/// memory, however slow the work is.
class BlockWorker {
 public:
  explicit BlockWorker(std::function<void(std::string_view block)> work);
  BlockWorker(const BlockWorker&) = delete;
  BlockWorker& operator=(const BlockWorker&) = delete;
  /// Waits for the block at hand, and forgets what became of it.
  ~BlockWorker();

  /// Takes what `block` holds and leaves it empty. Waits until the block before is done; throws what the work on it
  /// threw, as every later call does.
  void take(std::string& block);
  /// Returns when everything is done; throws the same.
  void finish();

 private:
  void run();
  /// With the lock held.
  void wait_until_idle(std::unique_lock<std::mutex>& lock);

  const std::function<void(std::string_view)> m_work;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::string m_block;
  bool m_busy = false, m_leave = false;
  std::exception_ptr m_failure;
  std::thread m_thread;  ///< last: it uses the others
};

}  // namespace dbw::workflow
