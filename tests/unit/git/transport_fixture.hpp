#pragma once

#include <fmt/format.h>

#include "expect_error.hpp"
#include "git/transport.hpp"
#include "support/git_server.hpp"

namespace dbw::git {

/// A remote repository, our mirror of it, and the words to build commits.
class TransportTest : public ::testing::Test {
 protected:
  ObjectId commit(const std::string& bytes, const ObjectId& parent = {}) { return commit_in(m_mirror, bytes, parent); }

  static ObjectId commit_in(Repository& repository, const std::string& bytes, const ObjectId& parent = {}) {
    const std::string parent_line = parent.empty() ? "" : "parent " + parent.hex + "\n";
    const std::string who = "Test <test@example.org> 1700000000 +0000";
    return repository.write_commit(fmt::format("tree {}\n{}author {}\ncommitter {}\n\nmessage\n",
                                               repository.write_tree({}, {{"entry", bytes}}).hex, parent_line, who,
                                               who));
  }

  std::string remote_ref(const std::string& name) const {
    return m_scratch.git(m_remote, {"for-each-ref", "--format=%(objectname)", name});
  }
  Transport transport() { return Transport(m_mirror, {.url = m_remote.string()}); }

  /// Pushes over that remote, reads it back into another mirror, and deletes.
  void expect_round_trip(const Remote& remote) {
    Transport over(m_mirror, remote);
    EXPECT_TRUE(over.list({"refs/"}).empty());
    EXPECT_NO_THROW(over.fetch({"refs/heads/dbw/", "refs/heads/main"}));
    const ObjectId first = commit("1");
    const ObjectId second = commit("2", first);
    EXPECT_EQ(over.push({"refs/heads/dbw/a/b", first, {}}).outcome, PushOutcome::done);
    EXPECT_EQ(over.push({"refs/heads/dbw/a/b", second, first}).outcome, PushOutcome::done);
    EXPECT_EQ(over.push({"refs/heads/dbw/a/b", commit("3", first), first}).outcome, PushOutcome::moved);
    EXPECT_EQ(over.push({"refs/heads/dbw/a/b", commit("4"), {}}).outcome, PushOutcome::moved);
    Repository other = Repository::init(m_scratch.path() / "other");
    Transport reader(other, remote);
    reader.fetch({"refs/heads/dbw/", "refs/heads/absent"});
    EXPECT_EQ(other.resolve("refs/heads/dbw/a/b"), second);
    EXPECT_EQ(other.read_file(other.tree_of(second), "entry", 10), "2");
    EXPECT_EQ(over.push({"refs/heads/dbw/a/b", {}, first}).outcome, PushOutcome::moved);
    EXPECT_EQ(over.push({"refs/heads/dbw/a/b", {}, second}).outcome, PushOutcome::done);
    reader.fetch({"refs/heads/dbw/"});
    EXPECT_EQ(other.resolve("refs/heads/dbw/a/b"), std::nullopt);
  }

  test::Scratch m_scratch;
  std::filesystem::path m_remote = m_scratch.bare("remote");
  Repository m_mirror = Repository::init(m_scratch.path() / "mirror");
};

}  // namespace dbw::git
