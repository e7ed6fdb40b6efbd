#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace dbw::git {

/// Somebody's working tree, asked about through their own git program and configuration (ownership rules, work trees,
/// partial clones): only to choose which files to look at. Nothing is trusted for it and nothing is written.
class Checkout {
 public:
  /// The working tree that holds `folder`. Throws Error{git_not_repository, git_missing_program}.
  static Checkout open(const std::filesystem::path& folder);
  const std::filesystem::path& root() const { return m_root; }

  /// Files below the root that differ from the merge base of HEAD and `revision` or are new since, committed or not; a
  /// renamed file by its new name; deleted ones not. Throws Error{git_object_missing} for a revision that is not here,
  /// and where the histories have nothing in common here (a shallow clone).
  std::set<std::string> changed_since(const std::string& revision) const;
  /// Files below the root that git knows.
  std::set<std::string> tracked() const;

 private:
  explicit Checkout(std::filesystem::path root) : m_root(std::move(root)) {}

  std::filesystem::path m_root;
};

}  // namespace dbw::git
