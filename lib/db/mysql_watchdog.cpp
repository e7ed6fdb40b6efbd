#include "db/mysql_watchdog.hpp"

#include <algorithm>
#include <csignal>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dbw::db::mysql {

Watchdog::Watchdog(std::function<bool()> kill, std::function<void()> hang_up)
    : m_kill(std::move(kill)), m_hang_up(std::move(hang_up)), m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (m_event.get() < 0) throw Error(ErrorCode::db_connect_failed, "the system gave no event descriptor");
  // Signals are the program's, not this thread's.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  m_thread = std::thread([this] { watch(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Watchdog::~Watchdog() {
  m_leave = true;
  wake();
  m_thread.join();
}

void Watchdog::wake() noexcept {
  const std::uint64_t one = 1;
  // A full counter wakes as well.
  [[maybe_unused]] const ssize_t written = ::write(m_event.get(), &one, sizeof one);
}

void Watchdog::start(const Limits& limits) {
  const std::scoped_lock lock(m_mutex);
  m_limits = limits;
  m_ending = {};
  m_cancel_asked = false;
  m_running = true;
  // Otherwise it wakes in time by itself, and statements that are short cost it nothing.
  if (limits.deadline < m_waits_until) wake();
}

Watchdog::Ending Watchdog::stop() {
  const std::scoped_lock lock(m_mutex);
  if (m_running) m_ending.cancelled = m_cancel_asked;
  m_running = false;
  return m_ending;
}

void Watchdog::cancel() noexcept {
  m_cancel_asked = true;
  wake();
}

int Watchdog::wait_milliseconds() {
  const std::scoped_lock lock(m_mutex);
  m_waits_until = m_running ? m_limits.deadline : SteadyClock::time_point::max();
  if (m_waits_until == SteadyClock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<Milliseconds>(m_limits.deadline - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void Watchdog::watch() {
  while (!m_leave) {
    pollfd event{m_event.get(), POLLIN, 0};
    ::poll(&event, 1, wait_milliseconds());
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(m_event.get(), &count, sizeof count);
    if (!m_leave) act();
  }
}

void Watchdog::act() {
  const std::scoped_lock lock(m_mutex);
  if (!m_running) return;
  if (m_cancel_asked && m_limits.may_kill && !m_ending.killed) m_ending.killed = m_kill();
  if (SteadyClock::now() < m_limits.deadline) return;
  if (m_ending.deadline_passed || !m_limits.may_kill) {
    m_ending.deadline_passed = m_ending.hung_up = true;
    m_limits.deadline = SteadyClock::time_point::max();
    m_hang_up();
    return;
  }
  m_ending.deadline_passed = true;
  m_limits.deadline = SteadyClock::now() + m_limits.grace;
  m_ending.killed = m_kill() || m_ending.killed;
}

}  // namespace dbw::db::mysql
