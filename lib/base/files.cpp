#include "base/files.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dbw {
namespace fs = std::filesystem;
namespace {

std::string reason() { return std::strerror(errno); }

std::string read_all(int fd, std::size_t bytes_max, const std::string& name) {
  std::string out;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(ErrorCode::file_unreadable, fmt::format("cannot read {}: {}", name, reason()));
    if (got == 0) return out;
    out.append(buffer, static_cast<std::size_t>(got));
    ::explicit_bzero(buffer, static_cast<std::size_t>(got));  // many a file holds a secret
    if (out.size() > bytes_max) {
      throw Error(ErrorCode::file_too_large, fmt::format("{} is larger than {} bytes", name, bytes_max));
    }
  }
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw Error(ErrorCode::file_unwritable, fmt::format("cannot write {}: {}", path.string(), reason()));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

void sync_folder(const fs::path& folder) {
  const Fd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd) ::fsync(fd.get());
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    close();
    m_fd = other.release();
  }
  return *this;
}

void Fd::close() {
  if (m_fd >= 0) ::close(std::exchange(m_fd, -1));
}

std::string read_file(const fs::path& path, std::size_t bytes_max) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) {
    throw Error(errno == ENOENT ? ErrorCode::file_missing : ErrorCode::file_unreadable,
                fmt::format("cannot open {}: {}", path.string(), reason()));
  }
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    throw Error(ErrorCode::file_unreadable, fmt::format("{} is not a regular file", path.string()));
  }
  return read_all(fd.get(), bytes_max, path.string());
}

std::string read_stdin(std::size_t bytes_max) { return read_all(STDIN_FILENO, bytes_max, "standard input"); }

void each_stdin_line(std::size_t line_bytes_max, const std::function<void(std::string_view line)>& each) {
  std::string pending;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(ErrorCode::file_unreadable, fmt::format("cannot read standard input: {}", reason()));
    pending.append(buffer, static_cast<std::size_t>(got));
    std::size_t start = 0;
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', start)) {
      each(std::string_view(pending).substr(start, end - start));
      start = end + 1;
    }
    pending.erase(0, start);
    if (got == 0 && !pending.empty()) each(pending);
    if (got == 0) return;
    if (pending.size() > line_bytes_max) {
      throw Error(ErrorCode::file_too_large,
                  fmt::format("a line of standard input is longer than {} bytes", line_bytes_max));
    }
  }
}

void write_file_atomic(const fs::path& path, std::string_view bytes, unsigned mode) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::string temporary = (folder / fmt::format(".{}.XXXXXX", path.filename().string())).string();
  Fd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) throw Error(ErrorCode::file_unwritable, fmt::format("cannot write {}: {}", path.string(), reason()));
  try {
    write_all(fd.get(), bytes, path);
    const bool synced = ::fchmod(fd.get(), mode) == 0 && ::fsync(fd.get()) == 0;
    if (!synced || ::rename(temporary.c_str(), path.c_str()) != 0) {
      throw Error(ErrorCode::file_unwritable, fmt::format("cannot write {}: {}", path.string(), reason()));
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  sync_folder(folder);
}

void make_folders(const fs::path& path, unsigned mode) {
  std::error_code error;
  if (fs::is_directory(path, error)) return;
  if (path.has_parent_path() && path.parent_path() != path) make_folders(path.parent_path(), 0755);
  if (::mkdir(path.c_str(), mode) == 0) return;
  const int failure = errno;
  if (failure != EEXIST || !fs::is_directory(path, error)) {  // another process may have been first
    errno = failure;
    throw Error(ErrorCode::file_unwritable, fmt::format("cannot make folder {}: {}", path.string(), reason()));
  }
}

TemporaryFolder::TemporaryFolder(std::string_view prefix) {
  std::string name = (fs::temp_directory_path() / fmt::format("{}.XXXXXX", prefix)).string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw Error(ErrorCode::file_unwritable, fmt::format("cannot make a temporary folder: {}", reason()));
  }
  m_path = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(m_path, ignored);
}

FileLock::FileLock(const fs::path& path, int wait_seconds) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) throw Error(ErrorCode::file_unwritable, fmt::format("cannot open lock {}: {}", path.string(), reason()));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(wait_seconds);
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      throw Error(ErrorCode::file_unwritable, fmt::format("cannot lock {}: {}", path.string(), reason()));
    }
    if (std::chrono::steady_clock::now() >= deadline) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  m_fd = std::move(fd);
}

}  // namespace dbw
