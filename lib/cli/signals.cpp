#include "cli/signals.hpp"

#include <atomic>
#include <csignal>

#include "cli/command.hpp"

namespace dbw::cli {
namespace {

constexpr int k_signals_until_death = 3;

// A signal handler can reach nothing but a global.
std::atomic<int> g_signals_seen{0};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void count_signal(int signal) {
  if (g_signals_seen.fetch_add(1) + 1 < k_signals_until_death) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction before {};
  ::sigaction(signal, nullptr, &before);
  if ((before.sa_flags & SA_SIGINFO) == 0 && before.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = handler;
  ::sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
  g_signals_seen = 0;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);  // inherited as ignored, it would lose the exit status of every helper program
  handle(SIGINT, count_signal);
  handle(SIGTERM, count_signal);
}

bool interrupted() { return g_signals_seen.load() > 0; }

void end_at_first_signal() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
}

}  // namespace dbw::cli
