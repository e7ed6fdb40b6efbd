#include "hosting/forge.hpp"

namespace dbw::test {
namespace {

std::string branch_of(const std::string& id) { return "origin/dbw/requests/" + id; }

}  // namespace

Forge::Forge(const ToolWorld& world) : m_world(world), m_clone(world.path("forge")) {
  world.must("forge", {"git", "clone", "-q", world.path("changes.git"), m_clone});
}

std::string Forge::git(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"git", "-C", m_clone});
  return m_world.must("forge", std::move(arguments));
}

void Forge::fetch() const {
  git({"fetch", "-q", "--prune", "origin"});
  git({"checkout", "-q", "-B", "main", "origin/main"});
}

void Forge::take(const std::string& id, bool squashed, const std::string& message) const {
  if (!squashed) {
    git({"merge", "-q", "--no-ff", "-m", message, branch_of(id)});
    return;
  }
  git({"merge", "-q", "--squash", branch_of(id)});
  git({"commit", "-q", "-m", message});
}

void Forge::fast_forward(const std::string& id) const {
  fetch();
  git({"merge", "-q", "--ff-only", branch_of(id)});
  push_main();
}

void Forge::merge_commit(const std::string& id) const {
  fetch();
  take(id, false, "Merge branch (!7)");
  push_main();
}

void Forge::squash(const std::string& id, const std::string& message) const {
  fetch();
  take(id, true, message);
  push_main();
}

void Forge::rebase(const std::string& id) const {
  fetch();
  git({"checkout", "-q", "-B", "work", branch_of(id)});
  git({"rebase", "-q", "--force-rebase", "main"});
  git({"checkout", "-q", "main"});
  git({"merge", "-q", "--ff-only", "work"});
  push_main();
}

void Forge::train(const std::string& branch, const std::vector<std::string>& ids, bool squashed) const {
  fetch();
  git({"checkout", "-q", "-B", branch});
  for (const std::string& id : ids) take(id, squashed, "Merge " + id);
  git({"push", "-q", "origin", branch});
  git({"push", "-q", "origin", branch + ":main"});
  git({"push", "-q", "origin", "--delete", branch});
}

void Forge::update_branch(const std::string& id) const {
  fetch();
  git({"checkout", "-q", "-B", "work", branch_of(id)});
  git({"merge", "-q", "-m", "Merge main", "main"});
  git({"push", "-q", "origin", "work:dbw/requests/" + id});
}

void Forge::revert_last() const {
  fetch();
  git({"revert", "--no-edit", "HEAD"});
  push_main();
}

void Forge::remove_branch(const std::string& id) const {
  git({"push", "-q", "origin", "--delete", "dbw/requests/" + id});
}

void Forge::remove_decisions(const std::string& id, const std::string& person) const {
  git({"push", "-q", "origin", "--delete", "dbw/approvals/" + id + "/" + person});
}

void Forge::force_push(const std::string& ref, const std::string& commit) const {
  git({"fetch", "-q", "origin"});
  git({"push", "-q", "--force", "origin", commit + ":" + ref});
}

}  // namespace dbw::test
