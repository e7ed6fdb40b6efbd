#include "cli/status_line.hpp"

#include <cerrno>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/output.hpp"

namespace dbw::cli {
namespace {

constexpr std::size_t k_columns_default = 80;
constexpr std::string_view k_erase_line = "\r\x1b[K";

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(STDERR_FILENO, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

bool erases_lines() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && *terminal != '\0' &&
         std::string_view(terminal) != "dumb";
}

std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : k_columns_default;
}

}  // namespace

StatusLine& StatusLine::standard() {
  static StatusLine k_standard;
  return k_standard;
}

void StatusLine::start() {
  m_terminal = erases_lines();
  m_stands = false;
  m_next = std::chrono::steady_clock::now();
  // A plain line about something that ends at once would only be noise.
  if (!m_terminal) m_next += m_plain_interval;
}

void StatusLine::show(std::string_view text) {
  if (text.empty()) return clear();
  const std::scoped_lock lock(m_mutex);
  const auto now = std::chrono::steady_clock::now();
  if (now < m_next) return;
  m_next = now + interval();
  const std::string safe = terminal_safe(text);
  if (!m_terminal) return write_all(safe + "\n");
  // A line that wraps could not be erased.
  write_all(std::string(k_erase_line) + std::string(truncate_utf8(safe, columns() - 1)));
  m_stands = true;
}

void StatusLine::write_instead(std::string_view text) {
  const std::scoped_lock lock(m_mutex);
  if (m_stands) write_all(k_erase_line);
  m_stands = false;
  write_all(text);
}

}  // namespace dbw::cli
