#include "base/file_access.hpp"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/error.hpp"

namespace dbw {
namespace fs = std::filesystem;
namespace {

constexpr const char* k_list_attribute = "system.posix_acl_access";
constexpr std::size_t k_list_bytes_max = 64 * 1024;

/// The kernel's layout (linux/posix_acl_xattr.h): a 32-bit version, then these, little-endian.
struct ListEntry {
  std::uint16_t tag;
  std::uint16_t permissions;
  std::uint32_t id;
};
static_assert(sizeof(ListEntry) == 8);
constexpr std::uint16_t k_tag_user = 0x02;
constexpr std::uint16_t k_tag_group_owner = 0x04;
constexpr std::uint16_t k_tag_group = 0x08;
constexpr std::uint16_t k_permission_read = 4;

struct stat stat_of(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    throw Error(errno == ENOENT ? ErrorCode::file_missing : ErrorCode::file_unreadable,
                fmt::format("cannot look at {}: {}", path.string(), std::strerror(errno)));
  }
  return info;
}

/// Empty where the file has no list, or its file system none.
std::vector<ListEntry> access_list(const fs::path& path) {
  std::vector<char> bytes(k_list_bytes_max);
  const ssize_t size = ::getxattr(path.c_str(), k_list_attribute, bytes.data(), bytes.size());
  if (size < static_cast<ssize_t>(sizeof(std::uint32_t) + sizeof(ListEntry))) return {};
  std::vector<ListEntry> entries((static_cast<std::size_t>(size) - sizeof(std::uint32_t)) / sizeof(ListEntry));
  std::memcpy(entries.data(), bytes.data() + sizeof(std::uint32_t), entries.size() * sizeof(ListEntry));
  return entries;
}

/// Only root and ourselves may own what we rely on: an owner can change the mode at any time.
void require_trusted_owner(const fs::path& path, const struct stat& info) {
  if (info.st_uid == 0 || info.st_uid == ::geteuid()) return;
  throw Error(ErrorCode::file_permissions,
              fmt::format("{} belongs to user {}, neither root nor us", path.string(), info.st_uid),
              "Change its owner, or copy it to a folder of your own.");
}

/// With a list, the mode's group bits are its mask and say nothing of who is on it.
bool lists_only_us(const fs::path& path) {
  const std::vector<ListEntry> entries = access_list(path);
  for (const ListEntry& each : entries) {
    const bool somebody = each.tag == k_tag_group || each.tag == k_tag_group_owner ||
                          (each.tag == k_tag_user && each.id != 0 && each.id != ::geteuid());
    if (somebody && each.permissions != 0) return false;
  }
  return !entries.empty();
}

}  // namespace

void require_private_file(const fs::path& path) {
  const struct stat info = stat_of(path);
  require_trusted_owner(path, info);
  const mode_t mode = info.st_mode;
  if ((mode & 077u) == 0 || ((mode & 037u) == 0 && lists_only_us(path))) return;
  throw Error(ErrorCode::file_permissions,
              fmt::format("{} can be read by others (mode {:04o})", path.string(), mode & 07777u),
              fmt::format("chmod {} {}", S_ISDIR(mode) ? "700" : "600", path.string()));
}

void require_not_writable_by_others(const fs::path& path) {
  for (const fs::path& each : {path, path.has_parent_path() ? path.parent_path() : fs::path(".")}) {
    const struct stat info = stat_of(each);
    require_trusted_owner(each, info);
    const mode_t mode = info.st_mode;
    const bool sticky_folder = S_ISDIR(mode) && (mode & S_ISVTX) != 0;
    if ((mode & 022u) != 0 && !sticky_folder) {
      throw Error(ErrorCode::file_permissions,
                  fmt::format("{} can be written by others (mode {:04o})", each.string(), mode & 07777u),
                  fmt::format("chmod go-w {}", each.string()));
    }
  }
}

void require_not_readable_by_all(const fs::path& path) {
  const struct stat info = stat_of(path);
  const struct stat folder = stat_of(path.has_parent_path() ? path.parent_path() : fs::path("."));
  if ((info.st_mode & S_IROTH) == 0 || (folder.st_mode & S_IXOTH) == 0) return;
  throw Error(ErrorCode::file_permissions,
              fmt::format("{} can be read by everybody (mode {:04o})", path.string(), info.st_mode & 07777u),
              fmt::format("chmod o= {}", path.string()));
}

bool may_read(unsigned user, const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return false;
  if (info.st_uid == user && (info.st_mode & S_IRUSR) != 0) return true;
  if ((info.st_mode & S_IROTH) != 0) return true;
  const std::vector<ListEntry> entries = access_list(path);
  if (entries.empty()) return (info.st_mode & S_IRGRP) != 0;
  for (const ListEntry& each : entries) {
    const bool theirs =
        each.tag == k_tag_group || each.tag == k_tag_group_owner || (each.tag == k_tag_user && each.id == user);
    if (theirs && (each.permissions & k_permission_read) != 0) return true;
  }
  return false;
}

}  // namespace dbw
