#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <git2.h>

#include "base/text.hpp"
#include "git/handles.hpp"
#include "git/repository.hpp"
#include "git/tree.hpp"

namespace dbw::git {
namespace {

/// A commit that is only walked over (a forge's merge commit may carry a long message); signed ones have a tighter
/// limit of their own.
constexpr std::size_t k_walked_commit_bytes_max = 1024 * 1024;
constexpr std::size_t k_block_bytes = 64 * 1024;
constexpr std::string_view k_lfs_start = "version https://git-lfs.github.com/spec/";

struct ObjectKind {
  git_object_t type;
  std::string_view name;
};
constexpr ObjectKind k_commit{GIT_OBJECT_COMMIT, "commit"};
constexpr ObjectKind k_tree{GIT_OBJECT_TREE, "tree"};
constexpr ObjectKind k_blob{GIT_OBJECT_BLOB, "blob"};

void require_read(int status, const ObjectId& id) {
  if (status == GIT_ENOTFOUND) throw Error(ErrorCode::git_object_missing, fmt::format("object {} is missing", id.hex));
  require_success(status, ErrorCode::git_bad_object, fmt::format("object {} cannot be read", id.hex));
}

void require_kind(git_object_t type, const ObjectKind& wanted, const ObjectId& id) {
  if (type == wanted.type) return;
  const char* found = git_object_type2string(type);
  throw Error(ErrorCode::git_object_type, fmt::format("object {} is a {}; expected a {}", id.hex, found, wanted.name));
}

void require_size(std::size_t size, std::size_t bytes_max, const ObjectId& id) {
  if (size <= bytes_max) return;
  throw Error(ErrorCode::git_object_too_large,
              fmt::format("object {} has {} bytes; at most {} are allowed", id.hex, size, bytes_max));
}

/// Type and size are looked at before the object is inflated, and again afterwards: the header is only a claim.
std::string read_object(git_odb* objects, const ObjectId& id, const ObjectKind& kind, std::size_t bytes_max) {
  const git_oid oid = to_oid(id);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  require_read(git_odb_read_header(&size, &type, objects, &oid), id);
  require_kind(type, kind, id);
  require_size(size, bytes_max, id);
  Handle<git_odb_object> object;
  require_read(git_odb_read(Out(object), objects, &oid), id);
  require_kind(git_odb_object_type(object.get()), kind, id);
  require_size(git_odb_object_size(object.get()), bytes_max, id);
  return {static_cast<const char*>(git_odb_object_data(object.get())), git_odb_object_size(object.get())};
}

ObjectId write_object(git_odb* objects, std::string_view bytes, const ObjectKind& kind) {
  git_oid oid{};
  require_success(git_odb_write(&oid, objects, bytes.data(), bytes.size(), kind.type), ErrorCode::git_write_failed,
                  fmt::format("cannot write a {}", kind.name));
  return from_oid(oid);
}

/// The id on a commit's header line "<name> <id>\n" at the start of `raw`; nullopt where another line stands there.
std::optional<ObjectId> take_header(std::string_view& raw, std::string_view name, const ObjectId& commit) {
  const std::string start = std::string(name) + " ";
  if (!raw.starts_with(start)) return std::nullopt;
  const auto end = raw.find('\n');
  ObjectId id{std::string(raw.substr(start.size(), end - start.size()))};
  if (end == std::string_view::npos || !is_object_id(id.hex)) {
    throw Error(ErrorCode::git_bad_object, fmt::format("commit {} has a malformed {} line", commit.hex, name));
  }
  raw.remove_prefix(end + 1);
  return id;
}

ObjectId take_tree(std::string_view& raw, const ObjectId& commit) {
  const auto tree = take_header(raw, "tree", commit);
  if (!tree)
    throw Error(ErrorCode::git_bad_object, fmt::format("commit {} does not start with a tree line", commit.hex));
  return *tree;
}

/// The entry of that name, nullopt where absent; with `twins`, refuses others that fold to the same name.
std::optional<TreeEntry> pick(const std::vector<TreeEntry>& entries, const std::string& name, bool twins,
                              std::string_view path) {
  std::optional<TreeEntry> found;
  const std::string folded = fold_name(name);
  std::size_t alike = 0;
  for (const TreeEntry& each : entries) {
    if (each.name == name) found = each;
    if (twins && fold_name(each.name) == folded) ++alike;
  }
  if (found && alike > 1) {
    throw Error(
        ErrorCode::git_case_twin,
        fmt::format("path \"{}\": beside \"{}\" stands a name that differs only by case", printable(path), name));
  }
  return found;
}

std::optional<TreeEntry> walk(const Repository& repository, const ObjectId& tree, const std::vector<std::string>& parts,
                              bool twins, std::string_view path) {
  ObjectId folder = tree;
  for (std::size_t i = 0;; ++i) {
    const auto entry = pick(repository.read_tree(folder), parts[i], twins, path);
    if (!entry || i + 1 == parts.size()) return entry;
    if (entry->kind == EntryKind::symlink || entry->kind == EntryKind::submodule) {
      throw Error(ErrorCode::git_bad_mode, fmt::format("path \"{}\": \"{}\" is {}; expected a folder", printable(path),
                                                       printable(parts[i]), name_of(entry->kind)));
    }
    if (entry->kind != EntryKind::folder) return std::nullopt;
    folder = entry->id;
  }
}

}  // namespace

std::string Repository::read_commit(const ObjectId& commit, std::size_t bytes_max) const {
  return read_object(m_impl->objects.get(), commit, k_commit, bytes_max);
}

ObjectId Repository::tree_of(const ObjectId& commit) const {
  const std::string raw = read_commit(commit, k_walked_commit_bytes_max);
  std::string_view rest = raw;
  return take_tree(rest, commit);
}

std::optional<ObjectId> Repository::parent_of(const ObjectId& commit) const {
  const std::string raw = read_commit(commit, k_walked_commit_bytes_max);
  std::string_view rest = raw;
  take_tree(rest, commit);
  return take_header(rest, "parent", commit);
}

bool Repository::is_ancestor(const ObjectId& commit, const ObjectId& of) const {
  if (commit == of) return true;
  const git_oid older = to_oid(commit);
  const git_oid newer = to_oid(of);
  const int answer = git_graph_descendant_of(m_impl->repository.get(), &newer, &older);
  if (answer < 0) throw Error(ErrorCode::git_object_missing, fmt::format("the history of {} is not complete", of.hex));
  return answer == 1;
}

std::string Repository::read_blob(const ObjectId& blob, std::size_t bytes_max) const {
  return read_object(m_impl->objects.get(), blob, k_blob, bytes_max);
}

std::vector<TreeEntry> Repository::read_tree(const ObjectId& tree) const {
  std::vector<TreeEntry> entries;
  for (RawEntry& each : parse_tree(read_object(m_impl->objects.get(), tree, k_tree, k_tree_bytes_max))) {
    entries.push_back(std::move(each.entry));
  }
  return entries;
}

std::optional<TreeEntry> Repository::find(const ObjectId& tree, std::string_view path) const {
  return walk(*this, tree, split_path(path), false, path);
}

std::optional<std::string> Repository::read_file(const ObjectId& tree, std::string_view path,
                                                 std::size_t bytes_max) const {
  const auto entry = walk(*this, tree, split_own_path(path), true, path);
  if (!entry) return std::nullopt;
  if (entry->kind != EntryKind::file) {
    throw Error(ErrorCode::git_bad_mode,
                fmt::format("path \"{}\" is {}; expected a regular file", printable(path), name_of(entry->kind)));
  }
  std::string bytes = read_blob(entry->id, bytes_max);
  if (bytes.starts_with(k_lfs_start)) {
    throw Error(ErrorCode::git_lfs_pointer, fmt::format("path \"{}\" holds a Git LFS pointer", printable(path)));
  }
  return bytes;
}

ObjectId Repository::write_blob(std::string_view bytes) { return write_object(m_impl->objects.get(), bytes, k_blob); }
ObjectId Repository::write_blob_of(const std::filesystem::path& file) {
  const std::string what = fmt::format("cannot write a blob of {}", file.string());
  const auto require = [&](int status) { require_success(status, ErrorCode::git_write_failed, what); };
  std::ifstream input(file, std::ios::binary);
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(file, unknown);
  if (!input || unknown)
    throw Error(std::filesystem::exists(file, unknown) ? ErrorCode::file_unreadable : ErrorCode::file_missing,
                fmt::format("cannot read {}", file.string()));
  Handle<git_odb_stream> stream;
  require(
      git_odb_open_wstream(Out(stream), m_impl->objects.get(), static_cast<git_object_size_t>(size), GIT_OBJECT_BLOB));
  std::string block(k_block_bytes, '\0');
  do {
    input.read(block.data(), static_cast<std::streamsize>(block.size()));
    require(git_odb_stream_write(stream.get(), block.data(), static_cast<std::size_t>(input.gcount())));
  } while (input);
  git_oid oid{};
  // Refuses where the file is no longer as long as it was.
  require(git_odb_stream_finalize_write(&oid, stream.get()));
  return from_oid(oid);
}

ObjectId Repository::write_commit(std::string_view raw) { return write_object(m_impl->objects.get(), raw, k_commit); }

namespace {

/// Changes of one folder: names to bytes (leaf) or to further changes.
struct Change {
  std::vector<std::string> parts;
  const TreeChange* change;
};

/// Rewrites only the folders that hold a change; everything else keeps its id.
class TreeWriter {
 public:
  TreeWriter(Repository& repository, git_odb* objects) : m_repository(repository), m_objects(objects) {}

  /// nullopt: the folder became empty.
  std::optional<ObjectId> apply(const ObjectId& base, const std::vector<Change>& changes, std::size_t first,
                                std::size_t last, std::size_t depth) {
    std::vector<RawEntry> entries;
    if (!base.empty()) entries = parse_tree(read_object(m_objects, base, k_tree, k_tree_bytes_max));
    while (first < last) {
      std::size_t end = first + 1;
      while (end < last && changes[end].parts[depth] == changes[first].parts[depth]) ++end;
      apply_name(entries, changes, first, end, depth);
      first = end;
    }
    if (entries.empty()) return std::nullopt;
    return write_object(m_objects, emit_tree(std::move(entries)), k_tree);
  }

 private:
  void apply_name(std::vector<RawEntry>& entries, const std::vector<Change>& changes, std::size_t first,
                  std::size_t last, std::size_t depth) {
    const Change& change = changes[first];
    const std::string& name = change.parts[depth];
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const RawEntry& each) { return each.entry.name == name; });
    const std::optional<TreeEntry> before = found == entries.end() ? std::nullopt : std::optional(found->entry);
    std::optional<RawEntry> after;
    if (change.parts.size() == depth + 1) {
      if (last - first > 1)
        throw Error(ErrorCode::git_bad_path, fmt::format("path \"{}\" is changed twice", change.change->path));
      if (!change.change->file.empty())
        after = make_entry(name, EntryKind::file, m_repository.write_blob_of(change.change->file));
      else if (change.change->bytes)
        after = make_entry(name, EntryKind::file, m_repository.write_blob(*change.change->bytes));
    } else {
      if (before && before->kind != EntryKind::folder) {
        throw Error(ErrorCode::git_bad_mode, fmt::format("path \"{}\": \"{}\" is {}; expected a folder",
                                                         change.change->path, name, name_of(before->kind)));
      }
      const auto folder = apply(before ? before->id : ObjectId{}, changes, first, last, depth + 1);
      if (folder) after = make_entry(name, EntryKind::folder, *folder);
    }
    if (found != entries.end()) entries.erase(found);
    if (after) entries.push_back(std::move(*after));
  }

  Repository& m_repository;
  git_odb* m_objects;
};

}  // namespace

ObjectId Repository::write_tree(const ObjectId& base, const std::vector<TreeChange>& changes) {
  std::vector<Change> sorted;
  for (const TreeChange& each : changes) sorted.push_back({split_own_path(each.path), &each});
  std::sort(sorted.begin(), sorted.end(), [](const Change& a, const Change& b) { return a.parts < b.parts; });
  const auto root = TreeWriter(*this, m_impl->objects.get()).apply(base, sorted, 0, sorted.size(), 0);
  return root ? *root : write_object(m_impl->objects.get(), "", k_tree);
}

}  // namespace dbw::git
