#include "git/local_refs.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "git/handles.hpp"
#include "git/tree.hpp"

namespace dbw::git {
namespace {

constexpr std::size_t k_id_bytes = 40;
constexpr std::size_t k_loose_bytes = k_id_bytes + 1;         ///< an id and a newline
constexpr std::size_t k_packed_bytes_max = 16 * 1024 * 1024;  ///< some 150,000 references
constexpr std::size_t k_ref_name_bytes_max = 1024;            ///< bounds how deep folders are followed
constexpr std::chrono::seconds k_own_for{10};                 ///< a run takes less
constexpr int k_open = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
constexpr std::string_view k_packed_header = "# pack-refs with:";

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

/// For read_local_refs alone, which then leaves it to git's program to say what is wrong.
Error not_plain(std::string_view name) {
  return Error(ErrorCode::git_bad_ref, fmt::format("{} is not plain", printable(name)));
}

enum class Expected { file, folder };

/// False: there is nothing of that name.
bool is_own(const std::filesystem::path& path, Expected expected) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return false;
    throw not_plain(path.string());
  }
  const bool right_kind = expected == Expected::file ? S_ISREG(info.st_mode) : S_ISDIR(info.st_mode);
  const bool by_others = info.st_uid != ::geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  if (!right_kind || by_others) throw not_plain(path.string());
  return true;
}

void require_own_folder(const std::filesystem::path& path) {
  if (!is_own(path, Expected::folder)) throw not_plain(path.string());
}

/// Folders of objects that were ours alone a moment ago. Whoever is not us cannot change that, and what puts another
/// name in a folder, or another folder in its place, changes its key.
class OwnObjects {
 public:
  bool knows(const struct stat& folder) {
    const std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(m_seen, [&](const auto& each) { return each.second + k_own_for < now; });
    return m_seen.contains(key_of(folder));
  }
  void add(const struct stat& folder) {
    const std::lock_guard lock(m_mutex);
    m_seen[key_of(folder)] = std::chrono::steady_clock::now();
  }

 private:
  using Key = std::tuple<dev_t, ino_t, time_t, long>;
  static Key key_of(const struct stat& folder) {
    return {folder.st_dev, folder.st_ino, folder.st_mtim.tv_sec, folder.st_mtim.tv_nsec};
  }
  std::mutex m_mutex;
  std::map<Key, std::chrono::steady_clock::time_point> m_seen;
};

/// Two letters, and what git keeps beside them: packs are the only files below that libgit2 opens by itself.
void require_own_objects(const std::filesystem::path& objects) {
  static OwnObjects own;  // a run looks at the same two repositories a dozen times
  require_own_folder(objects);
  struct stat folder {};
  if (::lstat(objects.c_str(), &folder) != 0) throw not_plain(objects.string());
  if (own.knows(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(objects)) {
    const std::string name = entry.path().filename();
    if (name.size() == 2 || name == "info" || name == "pack") require_own_folder(entry.path());
  }
  own.add(folder);
}

/// A whole regular file. Nothing else is so much as opened: that alone may block, or act.
std::string read_plain(int folder, const std::string& name, std::size_t bytes_max) {
  struct stat info {};
  if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)) throw not_plain(name);
  const auto size = static_cast<std::size_t>(info.st_size);
  const Fd fd(size <= bytes_max ? ::openat(folder, name.c_str(), k_open) : -1);
  if (!fd) throw not_plain(name);
  std::string bytes(size + 1, '\0');  // one more, to see it grow
  std::size_t filled = 0;
  for (ssize_t got = 1; got != 0 && filled < bytes.size();) {
    got = ::read(fd.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno != EINTR) throw not_plain(name);
    if (got > 0) filled += static_cast<std::size_t>(got);
  }
  if (filled != size) throw not_plain(name);
  bytes.resize(size);
  return bytes;
}

/// References by name. What is added first stays: loose ones count before packed ones.
class LocalRefs {
 public:
  explicit LocalRefs(const std::vector<std::string>& prefixes) : m_prefixes(prefixes) {}

  /// `name`: of the folder and its slash, "refs/heads/".
  void add_loose(int parent, const std::string& entry, const std::string& name) {
    Fd fd(::openat(parent, entry.c_str(), k_open | O_DIRECTORY));
    const std::unique_ptr<DIR, CloseFolder> folder(fd ? ::fdopendir(fd.get()) : nullptr);
    if (folder) fd.release();  // `folder` closes it
    if (!folder || name.size() > k_ref_name_bytes_max) throw not_plain(name);
    for (;;) {
      errno = 0;
      const dirent* found = ::readdir(folder.get());
      if (found == nullptr && errno != 0) throw not_plain(name);
      if (found == nullptr) return;
      const std::string each = found->d_name;
      if (each != "." && each != ".." && !each.ends_with(".lock")) add_entry(::dirfd(folder.get()), each, name + each);
    }
  }

  void add_packed(const std::string& bytes) {
    if (!bytes.starts_with(k_packed_header) || !bytes.ends_with('\n')) throw not_plain(k_packed_header);
    std::string_view before;
    bool may_peel = false;  // the line after a tag's tells what it points to
    for (const std::string_view line : split_lines(std::string_view(bytes).substr(bytes.find('\n') + 1))) {
      const bool peels = line.starts_with('^');
      const std::string_view id = line.substr(peels ? 1 : 0, k_id_bytes);
      const std::string_view name = line.substr(std::min(line.size(), k_id_bytes + 1));
      const bool sound = peels ? may_peel && name.empty() : name > before && line[k_id_bytes] == ' ';
      if (!sound || !is_object_id(id)) throw not_plain(line);
      may_peel = !peels;
      if (peels) continue;
      before = name;
      if (starts_with_any(name, m_prefixes)) add(std::string(name), id);
    }
  }

  /// A reference to an object that is missing is one that git does not list.
  std::vector<Ref> all_in(const Repository& repository) const {
    std::vector<Ref> refs;
    for (const auto& [name, target] : m_refs) {
      if (!repository.has(target)) throw not_plain(name);
      refs.push_back({name, target});
    }
    return refs;
  }

 private:
  void add_entry(int folder, const std::string& entry, const std::string& name) {
    const bool wanted = starts_with_any(name, m_prefixes);
    const auto lies_below = [&](const std::string& prefix) { return prefix.starts_with(name + "/"); };
    if (!wanted && std::none_of(m_prefixes.begin(), m_prefixes.end(), lies_below)) return;
    struct stat info {};
    if (::fstatat(folder, entry.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) throw not_plain(name);
    if (S_ISDIR(info.st_mode)) return add_loose(folder, entry, name + "/");
    if (!wanted && S_ISREG(info.st_mode)) return;
    const std::string bytes = read_plain(folder, entry, k_loose_bytes);
    if (bytes.size() != k_loose_bytes || bytes.back() != '\n') throw not_plain(name);
    add(name, std::string_view(bytes).substr(0, k_id_bytes));
  }

  void add(std::string name, std::string_view id) {
    require_ref_name(name);
    if (!is_object_id(id)) throw not_plain(name);
    m_refs.try_emplace(std::move(name), ObjectId{std::string(id)});
  }

  const std::vector<std::string>& m_prefixes;
  std::map<std::string, ObjectId> m_refs;
};

/// Another one after every `git pack-refs`: it puts a new file in the place of the old one.
auto packed_file(const std::filesystem::path& path) {
  struct stat file {};
  const bool found = ::lstat((path / "packed-refs").c_str(), &file) == 0;
  return std::tuple(found, file.st_ino, file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

}  // namespace

bool starts_with_any(std::string_view name, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& each) { return name.starts_with(each); });
}

void require_own(const std::filesystem::path& path, std::string_view ref) {
  require_own_folder(path);
  if (!is_own(path / "config", Expected::file) || !is_own(path / "HEAD", Expected::file)) throw not_plain("HEAD");
  is_own(path / "packed-refs", Expected::file);
  require_own_objects(path / "objects");
  std::filesystem::path at = path / "refs";
  require_own_folder(at);
  if (ref.empty()) return;
  const std::vector<std::string> parts = split(ref, '/');
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    at /= parts[i];
    if (!is_own(at, Expected::folder)) return;  // it is packed
  }
  is_own(at / parts.back(), Expected::file);
}

std::optional<std::vector<Ref>> read_local_refs(const std::filesystem::path& path,
                                                const std::vector<std::string>& prefixes) {
  try {
    require_own(path);
    // A reference that is packed while we look may be seen in neither place.
    const auto before = packed_file(path);
    const Repository repository = Repository::open(path);
    const Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    LocalRefs refs(prefixes);
    refs.add_loose(folder.get(), "refs", "refs/");
    if (std::get<0>(before)) refs.add_packed(read_plain(folder.get(), "packed-refs", k_packed_bytes_max));
    if (packed_file(path) != before) return std::nullopt;
    return refs.all_in(repository);
  } catch (const Error&) {
    return std::nullopt;  // it is for git's program to say what is wrong
  } catch (const std::filesystem::filesystem_error&) {
    return std::nullopt;
  }
}

}  // namespace dbw::git
