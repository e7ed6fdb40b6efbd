#include "git/local_objects.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <git2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "git/handles.hpp"
#include "git/local_refs.hpp"
#include "git/tree.hpp"

namespace dbw::git {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::minutes k_stale_lock_age{1};  ///< git and libgit2 hold a reference's lock for moments
constexpr std::size_t k_object_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t k_commit_bytes_max = 1024 * 1024;
constexpr std::size_t k_objects_max = 1000;  ///< git's packs are better at more
constexpr int k_depth_max = 64;
/// gc.auto is 6,700 loose objects, and git estimates them by one of the 256 folders.
constexpr std::size_t k_loose_in_folder_max = 27;
constexpr std::string_view k_counted_folder = "objects/17";
/// Settings, and sections of them, that mean nothing to who reads and writes objects and asks git to move a reference.
constexpr std::string_view k_harmless_settings[] = {"core.repositoryformatversion",
                                                    "core.filemode",
                                                    "core.bare",
                                                    "core.ignorecase",
                                                    "core.precomposeunicode",
                                                    "core.symlinks",
                                                    "core.fsync",
                                                    "receive.autogc",
                                                    "gc.",
                                                    "maintenance.",
                                                    "http.",
                                                    "remote.",
                                                    "user."};

/// For this file alone, which then leaves the work to git's program.
Error not_for_us(std::string_view why) { return Error(ErrorCode::git_write_failed, std::string(why)); }

int require_harmless(const git_config_entry* entry, void*) {
  const std::string_view name = entry->name;
  return std::any_of(std::begin(k_harmless_settings), std::end(k_harmless_settings),
                     [&](std::string_view each) { return each.ends_with('.') ? name.starts_with(each) : name == each; })
             ? 0
             : GIT_EUSER;
}

/// Included files are read with it.
void require_harmless_settings(const fs::path& path) {
  Handle<git_config> config;
  const auto require = [](int status) {
    require_success(status, ErrorCode::git_bad_config, "a setting is not for us");
  };
  require(git_config_open_ondisk(Out(config), (path / "config").c_str()));
  require(git_config_foreach(config.get(), require_harmless, nullptr));
}

std::size_t count_entries(const fs::path& folder, bool (*counts)(const fs::path&)) {
  if (!fs::exists(fs::symlink_status(folder))) return 0;
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator(folder)) found += counts(entry.path()) ? 1u : 0u;
  return found;
}

void require_nothing_to_start(const fs::path& path) {
  if (count_entries(path / "hooks", [](const fs::path& file) { return file.extension() != ".sample"; }) != 0)
    throw not_for_us("there are hooks");
  if (count_entries(path / k_counted_folder, [](const fs::path&) { return true; }) > k_loose_in_folder_max)
    throw not_for_us("git would pack the objects");
}

/// Takes "<name> <id>\n" off the start of `text`.
std::optional<ObjectId> take_id(std::string_view& text, std::string_view name) {
  constexpr std::size_t id_bytes = 40;
  const std::size_t bytes = name.size() + 1 + id_bytes + 1;
  if (text.size() < bytes || !text.starts_with(name) || text[name.size()] != ' ' || text[bytes - 1] != '\n')
    return std::nullopt;
  const std::string_view id = text.substr(name.size() + 1, id_bytes);
  if (!is_object_id(id)) return std::nullopt;
  text.remove_prefix(bytes);
  return ObjectId{std::string(id)};
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "Ann <ann@example.org> 1763633700 +0000", as git itself writes it.
bool is_plain_person(std::string_view text) {
  const auto open = text.find(" <"), close = text.find("> ");
  if (open == std::string_view::npos || close == std::string_view::npos || open == 0 || close < open) return false;
  const auto outside = [](std::string_view part) { return part.find_first_of("<>") == std::string_view::npos; };
  const std::string_view name = text.substr(0, open), address = text.substr(open + 2, close - open - 2);
  const std::string_view time = text.substr(close + 2), seconds = time.substr(0, time.find(' '));
  const std::string_view zone = time.substr(std::min(time.size(), seconds.size() + 1));
  return outside(name) && outside(address) && is_number(seconds) && seconds.size() <= 10 && seconds[0] != '0' &&
         zone.size() == 5 && (zone[0] == '+' || zone[0] == '-') && is_number(zone.substr(1));
}

/// What stands at the start of a commit. Throws where git's fsck might have something to say.
struct CommitHead {
  ObjectId tree;
  std::vector<ObjectId> parents;
};

CommitHead plain_head(std::string_view raw) {
  std::string_view rest = raw;
  const auto tree = take_id(rest, "tree");
  if (!tree || raw.find('\0') != std::string_view::npos) throw not_for_us("a commit is odd");
  CommitHead head{*tree, {}};
  while (const auto parent = take_id(rest, "parent")) head.parents.push_back(*parent);
  for (const std::string_view name : {"author ", "committer "}) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (!line.starts_with(name) || line.size() == rest.size() || !is_plain_person(line.substr(name.size())))
      throw not_for_us("a commit is odd");
    rest.remove_prefix(line.size() + 1);
  }
  if (!rest.starts_with('\n') && rest.find("\n\n") == std::string_view::npos) throw not_for_us("a commit is odd");
  return head;
}

/// What git reads itself, or what some file system takes for such a name.
bool is_odd_name(std::string_view name) {
  const std::string folded = fold_name(name);
  return folded.empty() || folded == ".git" || folded == ".gitmodules" || folded == ".gitattributes" ||
         name.find_first_of("\\~:") != std::string_view::npos;
}

/// Throws where git's fsck might have something to say of the entry.
void require_plain(const RawEntry& each) {
  const bool other_kind = each.entry.kind == EntryKind::submodule || each.entry.kind == EntryKind::symlink;
  const bool no_object = each.entry.id.hex.find_first_not_of('0') == std::string::npos;
  if (each.mode == "100664" || other_kind || no_object || is_odd_name(each.entry.name))
    throw not_for_us("a folder is odd");
}

using Entries = std::map<std::string, RawEntry>;

/// By name: a file and a folder of the same name are as odd as two files.
Entries entries_of(std::string_view raw) {
  Entries entries;
  for (RawEntry& each : parse_tree(raw)) {
    std::string name = each.entry.name;
    if (!entries.emplace(std::move(name), std::move(each)).second) throw not_for_us("a name stands there twice");
  }
  return entries;
}

Handle<git_odb> objects_of(const fs::path& path) {
  Handle<git_odb> objects;
  require_success(git_odb_open(Out(objects), (path / "objects").c_str()), ErrorCode::git_write_failed, path.string());
  return objects;
}

/// Copies objects from one repository to another, what something consists of before that itself. That an object is
/// there already says nothing of what it consists of: only what `known` commits consist of is left out.
class Copier {
 public:
  Copier(const fs::path& from, const fs::path& to) : m_from(objects_of(from)), m_to(objects_of(to)) {}

  const CommitHead& head_of(const ObjectId& commit) {
    const auto known = m_heads.find(commit);
    if (known != m_heads.end()) return known->second;
    const Handle<git_odb_object> object = read(m_from, commit, GIT_OBJECT_COMMIT, k_commit_bytes_max);
    return m_heads.emplace(commit, plain_head(bytes_of(*object))).first->second;
  }

  /// What it adds to its parents, which are in both repositories with all that they consist of.
  void copy_commit(const ObjectId& commit) {
    const CommitHead& head = head_of(commit);
    copy_tree(head.tree, head.parents.empty() ? ObjectId{} : head_of(head.parents.front()).tree, k_depth_max);
    copy(commit, GIT_OBJECT_COMMIT);
  }

 private:
  /// `base` is there with all that it consists of; empty: nothing is known to be there.
  void copy_tree(const ObjectId& tree, const ObjectId& base, int depth) {
    if (tree == base) return;
    if (depth == 0) throw not_for_us("it is deep");
    Entries known;
    if (!base.empty()) known = entries_of(bytes_of(*read(m_from, base, GIT_OBJECT_TREE)));
    for (const auto& [name, each] : entries_of(bytes_of(*read(m_from, tree, GIT_OBJECT_TREE)))) {
      const auto before = known.find(name);
      const bool same_kind = before != known.end() && before->second.mode == each.mode;
      if (same_kind && before->second.entry.id == each.entry.id) continue;
      require_plain(each);
      if (each.entry.kind == EntryKind::folder) {
        copy_tree(each.entry.id, same_kind ? before->second.entry.id : ObjectId{}, depth - 1);
      } else {
        copy(each.entry.id, GIT_OBJECT_BLOB);
      }
    }
    copy(tree, GIT_OBJECT_TREE);
  }

  void copy(const ObjectId& id, git_object_t type) {
    if (++m_copied > k_objects_max) throw not_for_us("it is much");
    const Handle<git_odb_object> object = read(m_from, id, type);
    const std::string_view bytes = bytes_of(*object);
    git_oid written{};
    require(git_odb_write(&written, m_to.get(), bytes.data(), bytes.size(), type));
    if (from_oid(written) != id) throw not_for_us("it has another id there");
    read(m_to, id, type);  // what lay there already is not written again, and may be damaged
  }

  static Handle<git_odb_object> read(const Handle<git_odb>& objects, const ObjectId& id, git_object_t type,
                                     std::size_t bytes_max = k_object_bytes_max) {
    const git_oid oid = to_oid(id);
    std::size_t size = 0;
    git_object_t found = GIT_OBJECT_INVALID;
    require(git_odb_read_header(&size, &found, objects.get(), &oid));
    if (size > bytes_max) throw not_for_us("it is large");
    Handle<git_odb_object> object;
    require(git_odb_read(Out(object), objects.get(), &oid));
    if (git_odb_object_type(object.get()) != type) throw not_for_us("it is of another type");
    return object;
  }

  static std::string_view bytes_of(git_odb_object& object) {
    return {static_cast<const char*>(git_odb_object_data(&object)), git_odb_object_size(&object)};
  }
  static void require(int status) { require_success(status, ErrorCode::git_write_failed, "cannot copy an object"); }

  Handle<git_odb> m_from, m_to;
  std::map<ObjectId, CommitHead> m_heads;
  std::size_t m_copied = 0;
};

/// libgit2 then syncs what it puts in place, and its folder: a reference that is durable must not show what is not. No
/// other thread writes to a repository meanwhile.
class Durable {
 public:
  Durable() { git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1); }
  ~Durable() { git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0); }
  Durable(const Durable&) = delete;
  Durable& operator=(const Durable&) = delete;
};

/// A runner that was killed leaves its lock. One at a time looks for that: nobody removes what somebody else has just
/// made.
bool remove_stale_lock(const fs::path& path, const std::string& ref) {
  const Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) return false;
  const fs::path lock = path / (ref + ".lock");
  struct stat info {};
  return ::lstat(lock.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         std::chrono::system_clock::from_time_t(info.st_mtim.tv_sec) + k_stale_lock_age <
             std::chrono::system_clock::now() &&
         ::unlink(lock.c_str()) == 0;
}

template <typename Work>
bool succeeds(Work work) {
  try {
    work();
    return true;
  } catch (const Error&) {
    return false;  // it is for git's program to say what is wrong
  } catch (const fs::filesystem_error&) {
    return false;
  }
}

}  // namespace

bool send_objects(const Repository& ours, const fs::path& path, const ObjectId& commit, const ObjectId& parent) {
  return succeeds([&] {
    require_own(path);
    const Repository theirs = Repository::open(path);
    require_harmless_settings(theirs.path());
    require_nothing_to_start(theirs.path());
    Copier copier(ours.path(), theirs.path());
    const Durable durable;
    if (!theirs.has(parent) || copier.head_of(commit).parents != std::vector{parent}) throw not_for_us("not one step");
    copier.copy_commit(commit);
  });
}

bool take_objects(const Repository& ours, const fs::path& path, const std::vector<ObjectId>& commits) {
  return succeeds([&] {
    require_own(path);
    const Repository theirs = Repository::open(path);
    require_harmless_settings(theirs.path());
    Copier copier(theirs.path(), ours.path());
    std::set<ObjectId> known;
    for (const Ref& each : ours.refs("refs/")) known.insert(each.target);
    std::vector<ObjectId> left = commits;
    while (!left.empty()) {
      const std::size_t before = left.size();
      std::erase_if(left, [&](const ObjectId& commit) {
        if (known.contains(commit)) return true;
        const std::vector<ObjectId>& parents = copier.head_of(commit).parents;
        if (!std::all_of(parents.begin(), parents.end(), [&](const ObjectId& each) { return known.contains(each); }))
          return false;
        copier.copy_commit(commit);
        known.insert(commit);
        return true;
      });
      if (left.size() == before) throw not_for_us("more than one step");
    }
  });
}

std::optional<bool> move_reference(const fs::path& path, const std::string& ref, const ObjectId& from,
                                   const ObjectId& to) {
  const git_oid before = to_oid(from), after = to_oid(to);
  int status = GIT_ERROR;
  const bool tried = succeeds([&] {
    require_own(path, ref);  // libgit2 follows links, and git does not
    Handle<git_repository> repository;
    require_success(git_repository_open_bare(Out(repository), path.c_str()), ErrorCode::git_write_failed,
                    path.string());
    Handle<git_reference> shown;
    const bool known = git_reference_lookup(Out(shown), repository.get(), ref.c_str()) == 0;
    if (known && git_reference_type(shown.get()) != GIT_REFERENCE_DIRECT) throw not_for_us("it is symbolic");
    const Durable durable;
    const auto move = [&] {
      Handle<git_reference> moved;
      return git_reference_create_matching(Out(moved), repository.get(), ref.c_str(), &after, 1, &before, nullptr);
    };
    status = move();
    if (status == GIT_ELOCKED && remove_stale_lock(path, ref)) status = move();
  });
  if (tried && status == 0) return true;
  if (tried && (status == GIT_EMODIFIED || status == GIT_ENOTFOUND || status == GIT_ELOCKED)) return false;
  return std::nullopt;
}

}  // namespace dbw::git
