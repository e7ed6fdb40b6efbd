#include "base/file_changes.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw {
namespace fs = std::filesystem;
namespace {

constexpr unsigned k_permissions = 07777;
constexpr std::string_view k_changed = "somebody has changed it meanwhile";

Error not_written(const fs::path& path, std::string_view why) {
  return Error(ErrorCode::fix_not_written, fmt::format("cannot write {}: {}", printable(path.string()), why));
}

Error not_written(const fs::path& path) { return not_written(path, std::strerror(errno)); }

/// A regular file, opened without following a link.
Fd open_regular(const Fd& folder, const std::string& name, const fs::path& path, struct stat& info) {
  Fd fd(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd && errno == ELOOP) throw not_written(path, "it is a symbolic link");
  if (!fd || ::fstat(fd.get(), &info) != 0) throw not_written(path);
  if (!S_ISREG(info.st_mode)) throw not_written(path, "it is not a regular file");
  return fd;
}

bool holds(const Fd& fd, std::string_view bytes, const fs::path& path) {
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw not_written(path);
    if (got == 0) return bytes.empty();
    const std::string_view part(buffer, static_cast<std::size_t>(got));
    if (!bytes.starts_with(part)) return false;
    bytes.remove_prefix(part.size());
  }
}

void write_synced(const Fd& fd, std::string_view bytes, unsigned mode, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw not_written(path);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fchmod(fd.get(), mode & k_permissions) != 0 || ::fsync(fd.get()) != 0) throw not_written(path);
}

std::string hidden_name(const std::string& name, std::string_view what) {
  return fmt::format(".{}.dbw-{}-{}", name, what, ::getpid());
}

}  // namespace

FileChanges::BlockedSignals::BlockedSignals() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&wanted, signal);
  ::pthread_sigmask(SIG_BLOCK, &wanted, &m_before);
}

FileChanges::BlockedSignals::~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }

FileChanges::FileChanges(const fs::path& folder)
    : m_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!m_folder) throw not_written(folder);
}

FileChanges::~FileChanges() { undo(); }

Fd FileChanges::open_folder(const fs::path& path) const {
  Fd folder(::fcntl(m_folder.get(), F_DUPFD_CLOEXEC, 0));
  if (!folder) throw not_written(path);
  for (const fs::path& part : path.parent_path()) {
    if (part == "." || part.empty()) continue;
    if (part == ".." || part.is_absolute()) throw not_written(path, "it is outside of the folder");
    Fd next(::openat(folder.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next && (errno == ELOOP || errno == ENOTDIR))
      throw not_written(path, fmt::format("{} is not a folder, or a symbolic link", printable(part.string())));
    if (!next) throw not_written(path);
    folder = std::move(next);
  }
  return folder;
}

void FileChanges::stage(const fs::path& path, std::string_view bytes, unsigned mode) {
  Change& change = m_changes.back();
  const std::string staged = hidden_name(change.name, "new");
  const Fd fd(
      ::openat(change.folder.get(), staged.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) throw not_written(path);
  change.staged = staged;
  write_synced(fd, bytes, mode, path);
}

void FileChanges::change(const fs::path& path, std::string_view old_bytes, std::string_view new_bytes) {
  Fd folder = open_folder(path);
  const std::string name = path.filename().string();
  struct stat info {};
  const Fd old = open_regular(folder, name, path, info);
  if (!holds(old, old_bytes, path)) throw not_written(path, k_changed);
  m_changes.push_back({path, std::move(folder), name, {}, std::string(old_bytes), {}, false, false});
  stage(path, new_bytes, info.st_mode);
}

void FileChanges::create(const fs::path& path, std::string_view bytes, const std::string& like) {
  Fd folder = open_folder(path);
  const std::string name = path.filename().string();
  struct stat info {};
  if (::fstatat(folder.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    throw not_written(path, "it is there already");
  if (errno != ENOENT) throw not_written(path);
  const Fd beside = open_regular(folder, like, path.parent_path() / like, info);
  m_changes.push_back({path, std::move(folder), name, {}, {}, {}, true, false});
  stage(path, bytes, info.st_mode);
}

void FileChanges::put_new(Change& change) {
  // A link never takes the place of a file, unlike a rename.
  const int folder = change.folder.get();
  if (::linkat(folder, change.staged.c_str(), folder, change.name.c_str(), 0) != 0) throw not_written(change.path);
  change.done = true;
  ::unlinkat(folder, change.staged.c_str(), 0);
  change.staged.clear();
}

// What is there under the name now may be another file than the one that was looked at first.
void FileChanges::keep_old(Change& change) {
  const int folder = change.folder.get();
  const std::string kept = hidden_name(change.name, "old");
  if (::linkat(folder, change.name.c_str(), folder, kept.c_str(), 0) != 0) throw not_written(change.path);
  change.kept = kept;
  struct stat info {};
  if (!holds(open_regular(change.folder, kept, change.path, info), change.old_bytes, change.path))
    throw not_written(change.path, k_changed);
}

void FileChanges::put_changed(Change& change) {
  keep_old(change);
  const int folder = change.folder.get();
  if (::renameat(folder, change.staged.c_str(), folder, change.name.c_str()) != 0) throw not_written(change.path);
  change.staged.clear();
  change.done = true;
}

void FileChanges::commit() {
  for (const bool is_new : {true, false}) {
    for (Change& change : m_changes) {
      if (change.is_new != is_new) continue;
      is_new ? put_new(change) : put_changed(change);
      ::fsync(change.folder.get());
    }
  }
  for (Change& change : m_changes) {
    if (!change.kept.empty()) ::unlinkat(change.folder.get(), change.kept.c_str(), 0);
  }
  m_changes.clear();
}

void FileChanges::undo() noexcept {
  for (auto change = m_changes.rbegin(); change != m_changes.rend(); ++change) {
    const int folder = change->folder.get();
    if (!change->staged.empty()) ::unlinkat(folder, change->staged.c_str(), 0);
    if (change->is_new && change->done) ::unlinkat(folder, change->name.c_str(), 0);
    if (change->kept.empty()) continue;
    if (change->done)
      ::renameat(folder, change->kept.c_str(), folder, change->name.c_str());
    else
      ::unlinkat(folder, change->kept.c_str(), 0);
  }
  m_changes.clear();
}

}  // namespace dbw
