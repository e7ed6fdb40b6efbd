#include "workflow/block_worker.hpp"

#include <utility>

#include "base/threads.hpp"

namespace dbw::workflow {

BlockWorker::BlockWorker(std::function<void(std::string_view)> work) : m_work(std::move(work)) {
  const SignalsBlocked blocked;
  m_thread = std::thread([this] { run(); });
}

BlockWorker::~BlockWorker() {
  {
    const std::scoped_lock lock(m_mutex);
    m_leave = true;
  }
  m_changed.notify_all();
  m_thread.join();
}

void BlockWorker::take(std::string& block) {
  {
    std::unique_lock lock(m_mutex);
    wait_until_idle(lock);
    m_block.swap(block);
    m_busy = true;
  }
  m_changed.notify_all();
  block.clear();
}

void BlockWorker::finish() {
  std::unique_lock lock(m_mutex);
  wait_until_idle(lock);
}

void BlockWorker::wait_until_idle(std::unique_lock<std::mutex>& lock) {
  m_changed.wait(lock, [this] { return !m_busy; });
  if (m_failure != nullptr) std::rethrow_exception(m_failure);
}

void BlockWorker::run() {
  std::unique_lock lock(m_mutex);
  for (;;) {
    m_changed.wait(lock, [this] { return m_busy || m_leave; });
    if (!m_busy) return;
    lock.unlock();
    std::exception_ptr failure;
    try {
      m_work(m_block);  // nobody else touches it while we are busy
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    m_failure = failure;
    m_busy = false;
    m_changed.notify_all();
  }
}

}  // namespace dbw::workflow
