#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

/// How far a long piece of work is.
namespace dbw::cli {

/// On a terminal the last line of standard error, written anew with every report; elsewhere a plain line now and then.
/// May be used from several threads.
class StatusLine {
 public:
  using Interval = std::chrono::milliseconds;
  explicit StatusLine(Interval terminal = Interval(200), Interval plain = Interval(5000))
      : m_terminal_interval(terminal), m_plain_interval(plain) {}
  static StatusLine& standard();  ///< the process has one standard error
  /// Forgets what an earlier run left, and looks whether standard error is a terminal that can erase a line.
  void start();
  /// `text` in place of the one before, passed over where that is too new to be read; an empty one removes it.
  void show(std::string_view text);
  /// Writes to standard error where the line stands, and removes it first.
  void write_instead(std::string_view text);
  void clear() { write_instead({}); }

 private:
  Interval interval() const { return m_terminal ? m_terminal_interval : m_plain_interval; }

  Interval m_terminal_interval, m_plain_interval;
  std::mutex m_mutex;
  bool m_terminal = false;
  bool m_stands = false;
  std::chrono::steady_clock::time_point m_next;  ///< before this nothing is shown
};

}  // namespace dbw::cli
