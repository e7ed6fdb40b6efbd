#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>

#include "base/files.hpp"
#include "db/session.hpp"

namespace dbw::db::mysql {

using SteadyClock = std::chrono::steady_clock;

/// Interrupts the statement that runs: the library's calls block, and a KILL needs a connection of its own. One thread
/// per session, which sleeps until somebody cancels or a deadline passes.
class Watchdog {
 public:
  /// `kill` ends the statement on the server and says whether it got there; `hang_up` ends the connection.
  Watchdog(std::function<bool()> kill, std::function<void()> hang_up);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();

  struct Limits {
    SteadyClock::time_point deadline = SteadyClock::time_point::max();  ///< the statement is killed
    Milliseconds grace{5'000};                                          ///< after that the connection is given up
    bool may_kill = true;  ///< false: at the deadline it is given up at once
  };
  struct Ending {
    bool cancelled = false, deadline_passed = false, killed = false, hung_up = false;
  };
  void start(const Limits& limits);
  /// No KILL is on its way any more when this returns. May be called twice.
  Ending stop();
  /// May be called from a signal handler. Without effect while nothing runs.
  void cancel() noexcept;

 private:
  void watch();
  int wait_milliseconds();
  void act();
  void wake() noexcept;

  std::function<bool()> m_kill;
  std::function<void()> m_hang_up;
  Fd m_event;
  std::mutex m_mutex;  ///< held while a KILL is sent
  Limits m_limits;
  Ending m_ending;
  bool m_running = false;
  SteadyClock::time_point m_waits_until = SteadyClock::time_point::max();
  std::atomic<bool> m_cancel_asked = false, m_leave = false;
  std::thread m_thread;
};

}  // namespace dbw::db::mysql
