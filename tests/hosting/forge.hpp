#pragma once

#include <string>
#include <vector>

#include "support/tool_world.hpp"

namespace dbw::test {

/// What a Git host does with the change repository, done with real git in a clone of its own and pushed.
class Forge {
 public:
  explicit Forge(const ToolWorld& world);

  void fast_forward(const std::string& id) const;
  void merge_commit(const std::string& id) const;
  /// One new commit with the host's own message; `message` stands in for what it makes of the branch's commits.
  void squash(const std::string& id, const std::string& message = "Change (#7)") const;
  /// The branch's commits are rewritten on top of main, then main is moved forward.
  void rebase(const std::string& id) const;
  /// A merge train or queue: the requests are merged one on top of the other on a branch of the host's own, and main
  /// then jumps to its end.
  void train(const std::string& branch, const std::vector<std::string>& ids, bool squashed) const;
  /// The button "update branch": main is merged into the request's branch.
  void update_branch(const std::string& id) const;
  void revert_last() const;
  void remove_branch(const std::string& id) const;
  void remove_decisions(const std::string& id, const std::string& person) const;
  void force_push(const std::string& ref, const std::string& commit) const;

  /// git in the clone.
  std::string git(std::vector<std::string> arguments) const;

 private:
  void fetch() const;
  void push_main() const { git({"push", "-q", "origin", "main"}); }
  void take(const std::string& id, bool squashed, const std::string& message) const;

  const ToolWorld& m_world;
  std::filesystem::path m_clone;
};

}  // namespace dbw::test
