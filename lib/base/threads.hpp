#pragma once

#include <csignal>
#include <cstddef>
#include <functional>
#include <future>
#include <system_error>
#include <utility>

namespace dbw {

/// Threads that are started meanwhile are not given the process's signals: the waits that a signal must end are those
/// of the main thread.
class SignalsBlocked {
 public:
  SignalsBlocked();
  ~SignalsBlocked();
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t m_before{};
};

/// How many threads serve work that can be cut into `parts`: at most `wanted`, which is one per processor where it is
/// 0, and never more than `most`. At least one.
unsigned useful_threads(unsigned wanted, std::size_t parts, unsigned most);

/// Calls work(0) to work(count - 1), the first on this thread and each other on one of its own, or here where no thread
/// can be started. Ends when all have; of what they throw the first, by number, is thrown here.
void run_together(unsigned count, const std::function<void(unsigned)>& work);

/// Begins `work` on a thread of its own; what it throws is thrown by get(). Where no thread can be started it is done
/// by whoever asks for the result.
template <typename Work>
auto start_early(Work work) {
  const SignalsBlocked blocked;
  try {
    return std::async(std::launch::async, work);
  } catch (const std::system_error&) {
    return std::async(std::launch::deferred, work);
  }
}

}  // namespace dbw
