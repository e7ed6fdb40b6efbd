#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace dbw {

/// A file descriptor that closes itself.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : m_fd(fd) {}
  Fd(Fd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { close(); }
  int get() const { return m_fd; }
  explicit operator bool() const { return m_fd >= 0; }
  int release() { return std::exchange(m_fd, -1); }
  void close();

 private:
  int m_fd = -1;
};

/// Whole file; throws Error{file_missing, file_unreadable, file_too_large}. Directories and devices are refused.
std::string read_file(const std::filesystem::path& path, std::size_t bytes_max);
/// Standard input to its end; throws Error{file_too_large}.
std::string read_stdin(std::size_t bytes_max);
/// Calls `each` for every line of standard input (without its '\n') as it arrives, until the end; throws
/// Error{file_too_large} for a longer line.
void each_stdin_line(std::size_t line_bytes_max, const std::function<void(std::string_view line)>& each);
/// Writes beside the target, fsyncs, renames: readers see the old bytes or the new, never half. Throws
/// Error{file_unwritable}; on failure nothing is left behind.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);
/// Makes the folder and its parents; throws Error{file_unwritable}.
void make_folders(const std::filesystem::path& path, unsigned mode = 0755);
/// A folder of mode 0700 below the system's temporary folder that is removed with everything in it.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string_view prefix = "dbw");
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return m_path; }

 private:
  std::filesystem::path m_path;
};

/// An advisory lock (flock) on a file, held until destruction. Released by the kernel when the process dies.
class FileLock {
 public:
  /// Waits at most `wait_seconds`; returns an empty lock (`held() == false`) where somebody else keeps it.
  FileLock(const std::filesystem::path& path, int wait_seconds);
  bool held() const { return static_cast<bool>(m_fd); }

 private:
  Fd m_fd;
};

}  // namespace dbw
