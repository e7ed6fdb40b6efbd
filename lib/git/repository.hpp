#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

/// git reads and writes objects and refs (libgit2) and moves them between repositories (the git binary). It never looks
/// at a working tree, walks no history but to answer is_ancestor(), and decides nothing about what it reads.
namespace dbw::git {

/// 40 lower-case hex digits. It only locates; SHA-256 digests decide.
struct ObjectId {
  std::string hex;
  bool empty() const { return hex.empty(); }
  friend bool operator==(const ObjectId&, const ObjectId&) = default;
  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

enum class EntryKind { file, executable, symlink, folder, submodule };
struct TreeEntry {
  std::string name;
  EntryKind kind;
  ObjectId id;
};

struct Ref {
  std::string name;  ///< full: "refs/heads/dbw/approvals/REQ-.../bob"
  ObjectId target;
};

/// A path -> bytes change of a tree, for building commits. No bytes: the path is removed.
struct TreeChange {
  std::string path;
  std::optional<std::string> bytes;
  std::filesystem::path file = {};  ///< in place of bytes: a file of ours, which is never held in memory
};

/// A bare repository of ours (dbw's mirror or a cache). Never CI's clone.
class Repository {
 public:
  /// Opens a bare repository that init() made, ignoring system and user configuration, replace refs and alternates.
  /// SHA-256, shallow and non-bare repositories are refused. Throws Error{git_...}.
  static Repository open(const std::filesystem::path& path);
  /// Makes the repository where absent, then opens it.
  static Repository init(const std::filesystem::path& path);
  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) noexcept;
  ~Repository();
  const std::filesystem::path& path() const;

  /// Full ref names only; nullopt where absent.
  std::optional<ObjectId> resolve(std::string_view full_ref) const;
  /// Refs whose full name starts with `prefix`, sorted by name.
  std::vector<Ref> refs(std::string_view prefix) const;
  bool has(const ObjectId& object) const;

  /// Raw commit bytes; throws Error{git_object_missing, git_object_type, git_object_too_large}.
  std::string read_commit(const ObjectId& commit, std::size_t bytes_max) const;
  /// The commit's tree.
  ObjectId tree_of(const ObjectId& commit) const;
  /// First parent, nullopt for a root commit.
  std::optional<ObjectId> parent_of(const ObjectId& commit) const;
  /// True where `commit` is `of` or one of its ancestors. Visits only commits that are newer than `commit`.
  bool is_ancestor(const ObjectId& commit, const ObjectId& of) const;
  std::string read_blob(const ObjectId& blob, std::size_t bytes_max) const;
  std::vector<TreeEntry> read_tree(const ObjectId& tree) const;
  /// The entry at `path` ("a/b/c") of a tree, nullopt where absent; every component on the way must be a folder (a
  /// symlink or submodule on the way is Error{git_bad_mode}).
  std::optional<TreeEntry> find(const ObjectId& tree, std::string_view path) const;
  /// A regular non-executable file's bytes: components `[a-z0-9][a-z0-9._-]*` or `.dbw`, upper case allowed in request
  /// ids; symlinks, submodules, executables, LFS pointers and case-fold twins beside any component are refused
  /// (Error{git_bad_path, git_bad_mode, git_lfs_pointer, git_case_twin}); absent is nullopt.
  std::optional<std::string> read_file(const ObjectId& tree, std::string_view path, std::size_t bytes_max) const;

  ObjectId write_blob(std::string_view bytes);
  /// The bytes of a file, with constant memory. Throws Error{file_missing, file_unreadable, git_write_failed}.
  ObjectId write_blob_of(const std::filesystem::path& file);
  /// A new tree: `base` (empty: from nothing) with changes applied.
  ObjectId write_tree(const ObjectId& base, const std::vector<TreeChange>& changes);
  /// Any raw commit bytes as an object (signed commits are built by codec).
  ObjectId write_commit(std::string_view raw);
  /// Sets a ref whatever it was (our own cache only).
  void set_ref(std::string_view full_ref, const ObjectId& target);
  void delete_ref(std::string_view full_ref);
  /// Removes locks of references that are older than `age`: whoever made them was killed, for a living process holds
  /// one for moments. False: there were none.
  bool remove_stale_locks(Seconds age);

 private:
  struct Impl;
  explicit Repository(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

}  // namespace dbw::git
