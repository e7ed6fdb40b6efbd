#include "git/handles.hpp"

#include <fmt/format.h>
#include <git2.h>

#include "base/text.hpp"
#include "base/threads.hpp"
#include "git/library.hpp"
#include "git/tree.hpp"

namespace dbw::git {
namespace {

/// A run reads the same few documents a dozen times; libgit2 by itself remembers commits and folders alone.
constexpr std::size_t k_remembered_blob_bytes_max = 16 * 1024;
constexpr ssize_t k_remembered_bytes_max = 64 * 1024 * 1024;

struct Library {
  Library() {
    require_success(git_libgit2_init(), ErrorCode::internal_bug, "cannot start libgit2");
    for (const int level :
         {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL}) {
      set(git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, ""));
    }
    set(git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1));
    set(git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 1));
    set(git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_BLOB, k_remembered_blob_bytes_max));
    set(git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, k_remembered_bytes_max));
    // What must survive a crash is what the remote has taken; a damaged mirror is noticed (hashes) and made anew.
    set(git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0));
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { git_libgit2_shutdown(); }

  static void set(int status) { require_success(status, ErrorCode::internal_bug, "cannot configure libgit2"); }
};

}  // namespace

void HandleDeleter::operator()(git_config* handle) const { git_config_free(handle); }
void HandleDeleter::operator()(git_odb* handle) const { git_odb_free(handle); }
void HandleDeleter::operator()(git_odb_object* handle) const { git_odb_object_free(handle); }
void HandleDeleter::operator()(git_odb_stream* handle) const { git_odb_stream_free(handle); }
void HandleDeleter::operator()(git_reference* handle) const { git_reference_free(handle); }
void HandleDeleter::operator()(git_reference_iterator* handle) const { git_reference_iterator_free(handle); }
void HandleDeleter::operator()(git_repository* handle) const { git_repository_free(handle); }

void require_library() { static const Library library; }

std::future<void> start_library() { return start_early(require_library); }

void require_success(int status, ErrorCode code, std::string_view what) {
  if (status >= 0) return;
  const git_error* last = git_error_last();
  const std::string words = last != nullptr && last->message != nullptr ? printable(last->message) : "no reason given";
  throw Error(code, fmt::format("{}: {}", what, words));
}

git_oid to_oid(const ObjectId& id) {
  git_oid oid{};
  if (!is_object_id(id.hex) || git_oid_fromstr(&oid, id.hex.c_str()) != 0) {
    throw Error(ErrorCode::git_bad_object,
                fmt::format("\"{}\" is not an object id: expected 40 lower-case hex digits", printable(id.hex)));
  }
  return oid;
}

void require_object_id(const ObjectId& id) { to_oid(id); }

ObjectId from_oid(const git_oid& oid) {
  char hex[GIT_OID_HEXSZ];
  git_oid_fmt(hex, &oid);
  return {std::string(hex, sizeof hex)};
}

void require_ref_name(std::string_view name) {
  int valid = 0;
  const std::string text(name);
  const bool whole = text.find('\0') == std::string::npos && text.starts_with("refs/");
  const bool has_delete = text.find('\x7f') != std::string::npos;  // which libgit2 takes and git does not
  if (!whole || has_delete || git_reference_name_is_valid(&valid, text.c_str()) != 0 || valid != 1) {
    throw Error(ErrorCode::git_bad_ref, fmt::format("\"{}\" is not a full reference name", printable(name)));
  }
}

void require_ref_prefix(std::string_view prefix) {
  // A prefix is the start of some valid name, so completing it must give one.
  const std::string completed = std::string(prefix) + "x";
  if (!prefix.starts_with("refs/")) {
    throw Error(ErrorCode::git_bad_ref,
                fmt::format("\"{}\" is not the start of a full reference name", printable(prefix)));
  }
  require_ref_name(completed);
}

}  // namespace dbw::git
