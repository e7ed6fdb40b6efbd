#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "base/files.hpp"

namespace dbw {

/// Tells when files in some folders change (inotify). Folders below them have to be named themselves.
class FolderWatch {
 public:
  /// Throws Error{file_unreadable} for a folder that cannot be watched.
  explicit FolderWatch(const std::vector<std::filesystem::path>& folders);

  /// Waits until a file was written, made, moved or removed since construction or the last call, and then until nothing
  /// happens for a moment: editors save in several steps. False once `stop` says so; it is asked several times a second
  /// and after every signal.
  bool wait(const std::function<bool()>& stop);

 private:
  bool changes_within(int milliseconds);

  Fd m_events;
};

}  // namespace dbw
