#pragma once

#include <memory>
#include <string_view>

#include "base/error.hpp"
#include "git/repository.hpp"

struct git_config;
struct git_odb;
struct git_odb_object;
struct git_odb_stream;
struct git_oid;
struct git_reference;
struct git_reference_iterator;
struct git_repository;

/// Private to lib/git: libgit2's handles with owners, and its return codes as errors.
namespace dbw::git {

struct HandleDeleter {
  void operator()(git_config* handle) const;
  void operator()(git_odb* handle) const;
  void operator()(git_odb_object* handle) const;
  void operator()(git_odb_stream* handle) const;
  void operator()(git_reference* handle) const;
  void operator()(git_reference_iterator* handle) const;
  void operator()(git_repository* handle) const;
};
template <typename T>
using Handle = std::unique_ptr<T, HandleDeleter>;

/// Takes ownership of what a libgit2 function gave out, whatever the function returns.
template <typename T>
class Out {
 public:
  explicit Out(Handle<T>& handle) : m_handle(handle) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  ~Out() { m_handle.reset(m_pointer); }
  operator T**() { return &m_pointer; }  // NOLINT(google-explicit-constructor): stands in the argument list

 private:
  Handle<T>& m_handle;
  T* m_pointer = nullptr;
};

/// Starts libgit2 once: no system, global or XDG configuration, object hashes verified at every read.
void require_library();
/// Throws Error{code} with `what` and libgit2's own words where `status` is negative.
void require_success(int status, ErrorCode code, std::string_view what);
/// Throws Error{git_bad_object} unless the id is 40 lower-case hex digits.
git_oid to_oid(const ObjectId& id);
void require_object_id(const ObjectId& id);  ///< as to_oid
ObjectId from_oid(const git_oid& oid);
/// Throws Error{git_bad_ref} unless `name` is a well-formed full name ("refs/...").
void require_ref_name(std::string_view name);
/// A start of full names: "refs/heads/dbw/". Throws Error{git_bad_ref}, also for pattern characters.
void require_ref_prefix(std::string_view prefix);

struct Repository::Impl {
  std::filesystem::path path;
  Handle<git_repository> repository;
  Handle<git_odb> objects;
};

}  // namespace dbw::git
