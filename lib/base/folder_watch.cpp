#include "base/folder_watch.hpp"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw {
namespace {

constexpr std::uint32_t k_events =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF;
constexpr int k_stop_milliseconds = 200;
constexpr int k_quiet_milliseconds = 100;

}  // namespace

FolderWatch::FolderWatch(const std::vector<std::filesystem::path>& folders)
    : m_events(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!m_events)
    throw Error(ErrorCode::file_unreadable, fmt::format("cannot watch for changes: {}", std::strerror(errno)));
  for (const std::filesystem::path& folder : folders) {
    if (::inotify_add_watch(m_events.get(), folder.c_str(), k_events | IN_ONLYDIR) < 0)
      throw Error(ErrorCode::file_unreadable,
                  fmt::format("cannot watch {}: {}", printable(folder.string()), std::strerror(errno)));
  }
}

bool FolderWatch::wait(const std::function<bool()>& stop) {
  while (!changes_within(k_stop_milliseconds)) {
    if (stop()) return false;
  }
  while (changes_within(k_quiet_milliseconds)) {
    if (stop()) return false;
  }
  return !stop();
}

/// What changed does not matter; a queue that ran over is a change too.
bool FolderWatch::changes_within(int milliseconds) {
  pollfd waiting{m_events.get(), POLLIN, 0};
  if (::poll(&waiting, 1, milliseconds) <= 0) return false;
  char buffer[16 * 1024];
  while (::read(m_events.get(), buffer, sizeof buffer) > 0) {
  }
  return true;
}

}  // namespace dbw
