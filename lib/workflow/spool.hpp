#pragma once

#include <filesystem>
#include <string>

#include "git/transport.hpp"

namespace dbw::workflow {

/// Where the executor's log goes on while the audit repository is out of reach: a bare repository on the host's own
/// disk with the log's branch from the last known head on. What is appended there is the log itself, chained and signed
/// as always, and reaches the disk before anything runs; publishing it is a fast-forward. As long as it waits, nothing
/// else may append to that log.
class Spool {
 public:
  /// `cache` holds the log's branch as it was fetched last; it must outlive the spool.
  Spool(const std::filesystem::path& folder, git::Repository& cache, std::string ref);

  /// Something may be in it that the audit repository does not have.
  bool is_waiting() const;
  /// Begins at the cache's head, unless something is waiting already: then it goes on from there. Throws
  /// Error{audit_no_log} where this host has never seen the log.
  void begin();
  /// To append to while it waits.
  git::Remote remote() const { return {.url = m_repository.string()}; }
  /// Hands everything to the audit repository and empties the spool. Throws Error{audit_not_append_only} where that has
  /// gone another way meanwhile, Error{audit_push_refused} and what fetching throws.
  void publish(git::Transport& audit);

 private:
  git::ObjectId head();
  void end();

  std::filesystem::path m_mark;  ///< its presence says that the repository is complete and not published
  std::filesystem::path m_repository;
  git::Repository& m_cache;
  std::string m_ref;
};

}  // namespace dbw::workflow
