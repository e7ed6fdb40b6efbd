#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "git/repository.hpp"

namespace dbw::git {

/// Where a remote is and how to reach it. Nothing comes from git's own configuration.
struct Remote {
  std::string url;  ///< /path, file://, ssh://, user@host:path, https://, http:// (loopback, or allow_http)
  std::filesystem::path ssh_key = {};      ///< ssh -i; empty: agent or default keys
  std::filesystem::path known_hosts = {};  ///< ssh UserKnownHostsFile; empty: the user's
  std::string token_header = {};  ///< "Authorization: Bearer ..."; handed over by GIT_CONFIG_COUNT, never in argv
  std::filesystem::path token_file = {};  ///< where that came from; not read here
  std::filesystem::path ca_file = {};     ///< TLS roots; empty: the system's
  std::string proxy = {};
  bool allow_http = false;  ///< plain http to other hosts than loopback
  Seconds timeout{60};
};

/// One push: our commit to a full ref, on condition that the remote ref is `expected` (empty id: absent).
struct PushRequest {
  std::string ref;
  ObjectId commit;
  ObjectId expected;
};

enum class PushOutcome {
  done,     ///< accepted, and the re-read ref equals our commit
  moved,    ///< somebody else was first; fetch and try again
  refused,  ///< the remote said no (rights, hooks, protected branch)
};
struct PushResult {
  PushOutcome outcome;
  std::string message;  ///< what the remote said, printable
  ObjectId shown = {};  ///< what the ref showed when it was read again; empty: it was absent
};

/// Moves objects and refs with the git binary (>= 2.31), inside `repository` only, environment cleared, hooks and user
/// configuration off, `protocol.allow=never` plus the one needed, fsck on fetch.
class Transport {
 public:
  /// Throws Error{git_bad_url}. That git is missing or too old is found where it is first needed:
  /// Error{git_missing_program}.
  Transport(Repository& repository, Remote remote);

  /// The remote's refs that start with one of `prefixes`: one ls-remote, or none where the remote is the path of a
  /// plain bare repository, whose refs are read here. Throws Error{git_unreachable, git_denied,
  /// git_no_such_repository}.
  std::vector<Ref> list(const std::vector<std::string>& prefixes);
  /// Makes our refs below each prefix equal to the remote's (forced, pruned): prefix "refs/heads/dbw/" or a full ref
  /// name. An absent full ref is removed here as well. Locks that a killed process left behind are removed where they
  /// are in the way. Throws as list(), Error{git_bad_object} on fsck failure, Error{git_write_failed}.
  void fetch(const std::vector<std::string>& refs_or_prefixes);
  /// Compare-and-swap push; `done` only where `push --porcelain` exits 0 and the ref read again equals the commit.
  /// Deleting: empty commit.
  PushResult push(const PushRequest& request);

  const Remote& remote() const;

 private:
  void fetch_once(const std::vector<std::string>& refs_or_prefixes);

  Repository& m_repository;
  Remote m_remote;
};

}  // namespace dbw::git
