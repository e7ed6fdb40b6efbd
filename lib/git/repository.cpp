#include "git/repository.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <git2.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "git/handles.hpp"

namespace dbw::git {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view k_config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";

struct Obstacle {
  const char* file;
  ErrorCode code;
};
/// What would let something outside the repository, or a rewritten history, take part in reading it.
constexpr Obstacle k_obstacles[] = {{".git", ErrorCode::git_not_bare},
                                    {"commondir", ErrorCode::git_not_bare},
                                    {"shallow", ErrorCode::git_shallow},
                                    {"info/grafts", ErrorCode::git_shallow},
                                    {"objects/info/alternates", ErrorCode::git_alternates},
                                    {"objects/info/http-alternates", ErrorCode::git_alternates}};

void require_plain_folder(const fs::path& path) {
  std::error_code ignored;
  for (const Obstacle& each : k_obstacles) {
    if (fs::symlink_status(path / each.file, ignored).type() != fs::file_type::not_found) {
      throw Error(each.code, fmt::format("{}: found {}", path.string(), each.file));
    }
  }
  if (!fs::is_regular_file(path / "HEAD", ignored) || !fs::is_regular_file(path / "config", ignored)) {
    throw Error(ErrorCode::git_not_repository, fmt::format("{} is not a bare Git repository", path.string()));
  }
}

void require_plain_format(const fs::path& path) {
  Handle<git_config> config;
  require_success(git_config_open_ondisk(Out(config), (path / "config").c_str()), ErrorCode::git_not_repository,
                  fmt::format("cannot read {}", (path / "config").string()));
  git_buf format = GIT_BUF_INIT_CONST("", 0);
  const bool has_format = git_config_get_string_buf(&format, config.get(), "extensions.objectformat") == 0;
  const std::string text = has_format ? std::string(format.ptr, format.size) : "sha1";
  git_buf_dispose(&format);
  if (to_lower(text) != "sha1") {
    throw Error(ErrorCode::git_sha256_repository, fmt::format("{}: object format {}", path.string(), printable(text)));
  }
  int bare = 0;
  if (git_config_get_bool(&bare, config.get(), "core.bare") != 0 || bare != 1) {
    throw Error(ErrorCode::git_not_bare, fmt::format("{}: core.bare is not true", path.string()));
  }
}

bool remove_if_older(const fs::path& file, Seconds age) {
  std::error_code gone;
  const fs::file_time_type written = fs::last_write_time(file, gone);
  return !gone && written < fs::file_time_type::clock::now() - age && fs::remove(file, gone);
}

}  // namespace

Repository::Repository(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository& Repository::operator=(Repository&&) noexcept = default;
Repository::~Repository() = default;
const fs::path& Repository::path() const { return m_impl->path; }

Repository Repository::open(const fs::path& path) {
  require_library();
  auto impl = std::make_unique<Impl>();
  impl->path = fs::absolute(path).lexically_normal();
  require_plain_folder(impl->path);
  require_plain_format(impl->path);
  const unsigned flags = GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT | GIT_REPOSITORY_OPEN_BARE;
  const std::string what = fmt::format("cannot open {}", impl->path.string());
  require_success(git_repository_open_ext(Out(impl->repository), impl->path.c_str(), flags, nullptr),
                  ErrorCode::git_not_repository, what);
  require_success(git_repository_odb(Out(impl->objects), impl->repository.get()), ErrorCode::git_not_repository, what);
  return Repository(std::move(impl));
}

Repository Repository::init(const fs::path& path) {
  std::error_code ignored;
  if (fs::exists(path / "HEAD", ignored)) return open(path);
  const bool ours_half_made = fs::is_directory(path / "objects", ignored);
  if (fs::exists(path, ignored) && !ours_half_made && !fs::is_empty(path, ignored)) {
    throw Error(ErrorCode::git_not_repository,
                fmt::format("{} exists, is not empty and is not a Git repository", path.string()));
  }
  make_folders(path, 0700);
  for (const char* folder : {"objects", "objects/info", "objects/pack", "refs", "refs/heads"})
    make_folders(path / folder, 0700);
  write_file_atomic(path / "config", k_config, 0600);
  write_file_atomic(path / "HEAD", "ref: refs/heads/main\n", 0600);  // last: its presence says that the rest is there
  return open(path);
}

std::optional<ObjectId> Repository::resolve(std::string_view full_ref) const {
  require_ref_name(full_ref);
  const std::string name(full_ref);
  Handle<git_reference> ref;
  const int status = git_reference_lookup(Out(ref), m_impl->repository.get(), name.c_str());
  if (status == GIT_ENOTFOUND) return std::nullopt;
  require_success(status, ErrorCode::git_bad_ref, fmt::format("cannot read {}", name));
  if (git_reference_type(ref.get()) != GIT_REFERENCE_DIRECT) {
    throw Error(ErrorCode::git_bad_ref, fmt::format("{} is a symbolic reference; expected an object id", name));
  }
  return from_oid(*git_reference_target(ref.get()));
}

std::vector<Ref> Repository::refs(std::string_view prefix) const {
  require_ref_prefix(prefix);
  const std::string glob = std::string(prefix) + "*";
  const std::string what = fmt::format("cannot list {}", glob);
  Handle<git_reference_iterator> iterator;
  require_success(git_reference_iterator_glob_new(Out(iterator), m_impl->repository.get(), glob.c_str()),
                  ErrorCode::git_bad_ref, what);
  std::vector<Ref> found;
  for (;;) {
    const char* name = nullptr;
    const int status = git_reference_next_name(&name, iterator.get());
    if (status == GIT_ITEROVER) break;
    require_success(status, ErrorCode::git_bad_ref, what);
    const std::string text(name);
    if (const auto target = resolve(text)) found.push_back({text, *target});
  }
  std::sort(found.begin(), found.end(), [](const Ref& a, const Ref& b) { return a.name < b.name; });
  return found;
}

bool Repository::has(const ObjectId& object) const {
  const git_oid oid = to_oid(object);
  return git_odb_exists(m_impl->objects.get(), &oid) == 1;
}

void Repository::set_ref(std::string_view full_ref, const ObjectId& target) {
  require_ref_name(full_ref);
  const std::string name(full_ref);
  const git_oid oid = to_oid(target);
  if (!has(target)) {
    throw Error(ErrorCode::git_object_missing, fmt::format("cannot set {}: object {} is missing", name, target.hex));
  }
  Handle<git_reference> ref;
  require_success(git_reference_create(Out(ref), m_impl->repository.get(), name.c_str(), &oid, 1, nullptr),
                  ErrorCode::git_write_failed, fmt::format("cannot set {}", name));
}

void Repository::delete_ref(std::string_view full_ref) {
  require_ref_name(full_ref);
  const std::string name(full_ref);
  const int status = git_reference_remove(m_impl->repository.get(), name.c_str());
  if (status != GIT_ENOTFOUND)
    require_success(status, ErrorCode::git_write_failed, fmt::format("cannot delete {}", name));
}

bool Repository::remove_stale_locks(Seconds age) {
  bool removed = remove_if_older(path() / "packed-refs.lock", age);
  std::error_code unreadable;
  fs::recursive_directory_iterator at(path() / "refs", unreadable);
  for (; !unreadable && at != fs::recursive_directory_iterator(); at.increment(unreadable)) {
    if (at->path().extension() == ".lock") removed = remove_if_older(at->path(), age) || removed;
  }
  return removed;
}

}  // namespace dbw::git
