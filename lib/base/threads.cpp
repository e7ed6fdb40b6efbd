#include "base/threads.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

namespace dbw {

SignalsBlocked::SignalsBlocked() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &m_before);
}

SignalsBlocked::~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }

unsigned useful_threads(unsigned wanted, std::size_t parts, unsigned most) {
  static const unsigned k_processors = std::thread::hardware_concurrency();  // each question reads a file
  const std::size_t asked = wanted == 0 ? k_processors : wanted;
  return static_cast<unsigned>(std::max<std::size_t>(1, std::min({asked, parts, std::size_t{most}})));
}

void run_together(unsigned count, const std::function<void(unsigned)>& work) {
  std::vector<std::exception_ptr> failures(count);
  const auto run = [&](unsigned number) {
    try {
      work(number);
    } catch (...) {
      failures[number] = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(count);
  unsigned started = 1;
  try {
    const SignalsBlocked blocked;
    for (; started < count; ++started) threads.emplace_back(run, started);
  } catch (const std::system_error&) {
    // What has no thread runs here.
  }
  for (unsigned number = started; number < count; ++number) run(number);
  if (count > 0) run(0);
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace dbw
