#include "sqlparse/postgresql/parser_threads.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/threads.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

// Measured with 1+1+1...: libpg_query's JSON output needs just under 120 bytes of stack for each byte of SQL.
constexpr std::size_t k_stack_bytes_per_sql_byte = 128;
constexpr std::size_t k_stack_bytes_base = std::size_t{16} * 1024 * 1024;

std::size_t stack_bytes(std::size_t sql_bytes) {
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t wanted = k_stack_bytes_base + k_stack_bytes_per_sql_byte * sql_bytes;
  return (wanted / page + 1) * page;
}

class ThreadAttributes {
 public:
  explicit ThreadAttributes(std::size_t stack) : m_initialised(pthread_attr_init(&m_attributes) == 0) {
    m_valid = m_initialised && pthread_attr_setstacksize(&m_attributes, stack) == 0 &&
              pthread_attr_setdetachstate(&m_attributes, PTHREAD_CREATE_DETACHED) == 0;
  }
  ~ThreadAttributes() {
    if (m_initialised) pthread_attr_destroy(&m_attributes);
  }
  ThreadAttributes(const ThreadAttributes&) = delete;
  ThreadAttributes& operator=(const ThreadAttributes&) = delete;
  bool valid() const { return m_valid; }
  const pthread_attr_t* get() const { return &m_attributes; }

 private:
  pthread_attr_t m_attributes{};
  bool m_initialised;
  bool m_valid = false;
};

/// One call of run_on_parser_stacks(), on the caller's stack.
struct Call {
  const std::function<void()>& work;
  unsigned unfinished;
  std::exception_ptr failure = nullptr;
};

/// Threads whose stacks are at least as large as the largest that was wanted.
class ParserThreads {
 public:
  explicit ParserThreads(unsigned threads_max) : m_threads_max(threads_max) {}

  void run(unsigned threads, std::size_t sql_bytes, const std::function<void()>& work) {
    Call call{work, std::clamp(threads, 1U, m_threads_max)};
    std::unique_lock lock(m_mutex);
    require_stack(stack_bytes(sql_bytes));
    // Fewer threads than wanted do all the work.
    while (m_threads < m_threads_max && m_threads - m_busy < m_waiting.size() + call.unfinished &&
           start_thread(m_stack, m_generation)) {
      ++m_threads;
    }
    m_waiting.insert(m_waiting.end(), call.unfinished, &call);
    m_wanted.notify_all();
    m_finished.wait(lock, [&] { return call.unfinished == 0; });
    if (call.failure) std::rethrow_exception(call.failure);
  }

 private:
  /// Once a thread with such a stack is there, those with smaller ones end. Sizes double, so that this happens a few
  /// times at most.
  void require_stack(std::size_t stack) {
    if (stack <= m_stack) return;
    const std::size_t larger = std::max(stack, 2 * m_stack);
    if (!start_thread(larger, m_generation + 1))
      throw Error(ErrorCode::sql_parser_unavailable,
                  fmt::format("no thread with a stack of {} bytes could be started", larger));
    m_stack = larger;
    ++m_generation;
    m_threads = 1;
    m_busy = 0;
    m_wanted.notify_all();
  }

  bool start_thread(std::size_t stack, unsigned generation) {
    const ThreadAttributes attributes(stack);
    const SignalsBlocked blocked;
    auto begin = std::make_unique<Begin>(Begin{this, generation});
    pthread_t thread{};
    if (!attributes.valid() || pthread_create(&thread, attributes.get(), start, begin.get()) != 0) return false;
    begin.release();
    return true;
  }

  /// What a thread is told when it starts.
  struct Begin {
    ParserThreads* threads;
    unsigned generation;
  };
  static void* start(void* pointer) {
    const std::unique_ptr<Begin> begin(static_cast<Begin*>(pointer));
    begin->threads->serve(begin->generation);
    return nullptr;
  }

  void serve(unsigned generation) {
    std::unique_lock lock(m_mutex);
    while (true) {
      m_wanted.wait(lock, [&] { return generation != m_generation || !m_waiting.empty(); });
      if (generation != m_generation) return;
      Call& call = *m_waiting.front();
      m_waiting.pop_front();
      ++m_busy;
      lock.unlock();
      std::exception_ptr failure;
      try {
        call.work();
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (generation == m_generation) --m_busy;
      if (failure && !call.failure) call.failure = failure;
      if (--call.unfinished == 0) m_finished.notify_all();
    }
  }

  const unsigned m_threads_max;
  std::mutex m_mutex;
  std::condition_variable m_wanted;
  std::condition_variable m_finished;
  std::deque<Call*> m_waiting;  ///< once for each thread that a call may still be given
  std::size_t m_stack = 0;      ///< of the threads that are counted here
  unsigned m_generation = 0;    ///< of those threads: all that were started with one size of stack
  unsigned m_threads = 0;
  unsigned m_busy = 0;
};

}  // namespace

void run_on_parser_stacks(unsigned threads, std::size_t sql_bytes, const std::function<void()>& work) {
  // Never destroyed: their threads run until the process ends.
  static ParserThreads& ordinary = *new ParserThreads(k_parser_threads_max);
  static ParserThreads& large = *new ParserThreads(1);
  if (sql_bytes <= k_ordinary_sql_bytes) {
    ordinary.run(threads, k_ordinary_sql_bytes, work);
  } else {
    large.run(1, sql_bytes, work);
  }
}

}  // namespace dbw::sqlparse::postgresql
