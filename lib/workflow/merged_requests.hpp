#pragma once

#include <filesystem>
#include <map>
#include <optional>

#include "workflow/change_repository.hpp"

namespace dbw::workflow {

/// Finds the requests on the trusted branch that could still run, whether or not they still have refs of their own: a
/// forge may delete the request's branch when it is merged. No history is walked: the `requests` tree is compared with
/// the one of the last time, folder by folder, and what expired is forgotten. The cost depends on what was merged since
/// and on what has not expired. A cache beside the mirror; a lost or damaged one is rebuilt.
class MergedRequests {
 public:
  explicit MergedRequests(std::filesystem::path file) : m_file(std::move(file)) {}

  /// Adds an entry without refs to view.requests for each of them, and to view.open and view.may_supersede. Nothing is
  /// verified here. Folders of months that lie further back than the longest life of a request are not looked into.
  void add_to(const git::Repository& objects, View& view, Timestamp now);

 private:
  struct Merged {
    Timestamp ends;                       ///< from here on it cannot run
    std::optional<RequestId> supersedes;  ///< which must stay superseded even after that
  };

  void load(Timestamp now);
  void save(Timestamp now) const;
  void compare(const git::Repository& objects, const git::ObjectId& now_tree, Timestamp now);
  void take(const git::Repository& objects, const RequestId& id, const git::ObjectId& folder);
  void forget_expired(const View& view, Timestamp now);

  std::filesystem::path m_file;
  git::ObjectId m_tree;  ///< of `requests`, as it was compared last; empty: none
  std::map<RequestId, Merged> m_merged;
};

/// ChangeRepository::view() with the merged requests in it.
View view_with_merged(const ChangeRepository& repository, Timestamp now);

}  // namespace dbw::workflow
