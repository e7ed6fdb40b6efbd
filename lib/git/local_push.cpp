#include "git/local_push.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <git2.h>

#include "base/error.hpp"
#include "git/handles.hpp"

namespace dbw::git {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_object_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t k_commit_bytes_max = 64 * 1024;
/// gc.auto is 6,700 loose objects, and git estimates them by one of the 256 folders.
constexpr std::size_t k_loose_in_folder_max = 27;
constexpr std::string_view k_counted_folder = "objects/17";
/// Settings, and sections of them, that mean nothing to who writes objects and asks git to move a reference.
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
                                                    "uploadpack.",
                                                    "user."};

/// For send_objects alone, which then leaves the push to git's program.
Error not_for_us(std::string_view why) { return Error(ErrorCode::git_write_failed, std::string(why)); }

std::size_t count_entries(const fs::path& folder, bool (*counts)(const fs::path&)) {
  if (!fs::exists(fs::symlink_status(folder))) return 0;
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator(folder)) found += counts(entry.path()) ? 1u : 0u;
  return found;
}

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

void require_nothing_to_start(const fs::path& path) {
  require_harmless_settings(path);
  if (count_entries(path / "hooks", [](const fs::path& file) { return file.extension() != ".sample"; }) != 0)
    throw not_for_us("there are hooks");
  if (count_entries(path / k_counted_folder, [](const fs::path&) { return true; }) > k_loose_in_folder_max)
    throw not_for_us("git would pack the objects");
}

/// Copies objects from one repository to the other, what something consists of before that itself.
class Sender {
 public:
  Sender(const Repository& ours, git_odb* from, git_odb* to) : m_ours(ours), m_from(from), m_to(to) {}

  /// `base` is there with all that it consists of; empty: nothing is known to be there.
  void send_tree(const ObjectId& tree, const ObjectId& base) {
    if (tree == base) return;
    std::map<std::string, TreeEntry> known;
    if (!base.empty()) {
      for (TreeEntry& each : m_ours.read_tree(base)) known.emplace(each.name, std::move(each));
    }
    for (const TreeEntry& entry : m_ours.read_tree(tree)) {
      const auto before = known.find(entry.name);
      const bool same_kind = before != known.end() && before->second.kind == entry.kind;
      if (same_kind && before->second.id == entry.id) continue;
      if (entry.kind == EntryKind::submodule) throw not_for_us("there is a submodule");
      if (entry.kind == EntryKind::folder) {
        send_tree(entry.id, same_kind ? before->second.id : ObjectId{});
      } else {
        send(entry.id);
      }
    }
    send(tree);
  }

  void send(const ObjectId& id) {
    const git_oid oid = to_oid(id);
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    require(git_odb_read_header(&size, &type, m_from, &oid));
    if (size > k_object_bytes_max) throw not_for_us("it is large");
    Handle<git_odb_object> object;
    require(git_odb_read(Out(object), m_from, &oid));
    git_oid written{};
    require(git_odb_write(&written, m_to, git_odb_object_data(object.get()), git_odb_object_size(object.get()), type));
    if (from_oid(written) != id) throw not_for_us("it has another id there");
  }

 private:
  static void require(int status) { require_success(status, ErrorCode::git_write_failed, "cannot copy an object"); }

  const Repository& m_ours;
  git_odb* m_from;
  git_odb* m_to;
};

bool has_one_parent(const Repository& repository, const ObjectId& commit, const ObjectId& parent) {
  const std::string raw = repository.read_commit(commit, k_commit_bytes_max);
  const std::string start = fmt::format("tree {}\nparent {}\n", repository.tree_of(commit).hex, parent.hex);
  return raw.starts_with(start) && !std::string_view(raw).substr(start.size()).starts_with("parent ");
}

Handle<git_odb> objects_of(const fs::path& path) {
  Handle<git_odb> objects;
  require_success(git_odb_open(Out(objects), (path / "objects").c_str()), ErrorCode::git_write_failed, path.string());
  return objects;
}

}  // namespace

bool send_objects(const Repository& ours, const fs::path& path, const ObjectId& commit, const ObjectId& parent) {
  try {
    const Repository theirs = Repository::open(path);
    require_nothing_to_start(path);
    if (!theirs.has(parent) || !has_one_parent(ours, commit, parent)) return false;
    const Handle<git_odb> from = objects_of(ours.path()), to = objects_of(theirs.path());
    Sender sender(ours, from.get(), to.get());
    sender.send_tree(ours.tree_of(commit), ours.tree_of(parent));
    sender.send(commit);
    return true;
  } catch (const Error&) {
    return false;  // it is for git's program to say what is wrong
  } catch (const fs::filesystem_error&) {
    return false;
  }
}

}  // namespace dbw::git
