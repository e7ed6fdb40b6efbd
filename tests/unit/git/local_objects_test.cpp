#include "git/local_objects.hpp"

#include <cstdlib>

#include "base/bytes.hpp"
#include "transport_fixture.hpp"

namespace dbw::git {
namespace {

namespace fs = std::filesystem;
constexpr const char* k_branch = "refs/heads/dbw/log";

/// A git that fetches and refuses all else.
class LocalObjectsTest : public TransportTest {
 protected:
  void SetUp() override {
    m_first = write({{"entry", "1"}, {"a/b/c", "deep"}, {"a/other", "kept"}}, {}, {});
    ASSERT_EQ(transport().push({k_branch, m_first, {}}).outcome, PushOutcome::done);
    m_scratch.script(m_scratch.path() / "few/git", R"(for word; do
  case $word in --version|fetch) exec /usr/bin/git "$@";; esac
done
echo "fatal: $* hung up unexpectedly" >&2; exit 1)");
  }
  void TearDown() override { use_all_programs(); }
  void use_all_programs() const { ::setenv("PATH", m_search_path.c_str(), 1); }
  void use_few_programs() const {
    ::setenv("PATH", ((m_scratch.path() / "few").string() + ":" + m_search_path).c_str(), 1);
  }

  ObjectId write(const std::vector<TreeChange>& changes, const ObjectId& base, const std::vector<ObjectId>& parents) {
    std::string lines;
    for (const ObjectId& each : parents) lines += "parent " + each.hex + "\n";
    const ObjectId tree = m_mirror.write_tree(base.empty() ? base : m_mirror.tree_of(base), changes);
    const std::string who = "Test <test@example.org> 1700000000 +0000";
    return m_mirror.write_commit(
        fmt::format("tree {}\n{}author {}\ncommitter {}\n\nmessage\n", tree.hex, lines, who, who));
  }
  ObjectId next(const std::vector<TreeChange>& changes) { return write(changes, m_first, {m_first}); }

  ObjectId m_first;
  std::string m_search_path = std::getenv("PATH");
};

TEST_F(LocalObjectsTest, WhatACommitAddsArrivesWhole) {
  const ObjectId second =
      next({{"a/b/c", "changed"}, {"a/b/d", "new"}, {"a/other", std::nullopt}, {"x/y/z", ""}, {"entry", "2"}});
  use_few_programs();
  EXPECT_EQ(transport().push({k_branch, second, m_first}).outcome, PushOutcome::done);
  use_all_programs();
  EXPECT_EQ(remote_ref(k_branch), second.hex);
  EXPECT_EQ(m_scratch.git(m_remote, {"fsck", "--full", "--strict", "--no-dangling"}), "");
  EXPECT_EQ(m_scratch.git(m_remote, {"ls-tree", "-r", "--name-only", second.hex}), "a/b/c\na/b/d\nentry\nx/y/z");
}

TEST_F(LocalObjectsTest, WhoeverComesSecondHasLost) {
  const ObjectId ours = next({{"entry", "ours"}}), theirs = next({{"entry", "theirs"}});
  use_few_programs();
  EXPECT_EQ(transport().push({k_branch, theirs, m_first}).outcome, PushOutcome::done);
  EXPECT_EQ(transport().push({k_branch, ours, m_first}).outcome, PushOutcome::moved);
  EXPECT_EQ(transport().push({k_branch, theirs, m_first}).outcome, PushOutcome::done) << "it is there already";
  write_file_atomic(m_remote / (std::string(k_branch) + ".lock"), "");
  const ObjectId after = write({{"entry", "after"}}, theirs, {theirs});
  EXPECT_EQ(transport().push({k_branch, after, theirs}).outcome, PushOutcome::moved) << "somebody is writing";
  const auto now = fs::file_time_type::clock::now();
  fs::last_write_time(m_remote / (std::string(k_branch) + ".lock"), now - std::chrono::minutes(2));
  EXPECT_EQ(transport().push({k_branch, after, theirs}).outcome, PushOutcome::done) << "whoever did was killed";
  use_all_programs();
  EXPECT_EQ(remote_ref(k_branch), after.hex);
}

TEST_F(LocalObjectsTest, GarbageThatLiesThereDoesNotStandForObjects) {
  // The folder's object is there, of a push that broke off, and what it consists of is not.
  const ObjectId second = next({{"new/file", "bytes"}});
  const auto folder = m_mirror.find(m_mirror.tree_of(second), "new");
  const std::string raw = m_scratch.git(m_mirror.path(), {"cat-file", "tree", folder->id.hex});
  fs::create_directories(m_remote / "objects" / folder->id.hex.substr(0, 2));
  const std::string name = folder->id.hex.substr(0, 2) + "/" + folder->id.hex.substr(2);
  fs::copy_file(m_mirror.path() / "objects" / name, m_remote / "objects" / name);
  EXPECT_EQ(transport().push({k_branch, second, m_first}).outcome, PushOutcome::done);
  EXPECT_EQ(m_scratch.git(m_remote, {"fsck", "--full", "--strict", "--no-dangling"}), "");
}

TEST_F(LocalObjectsTest, TheProgramPushesWhereItWouldDoMore) {
  const auto takes = [&](const ObjectId& commit, const ObjectId& parent) {
    return send_objects(m_mirror, m_remote, commit, parent);
  };
  const ObjectId second = next({{"entry", "2"}}), third = write({{"entry", "3"}}, second, {second});
  EXPECT_FALSE(takes(third, second)) << "the parent is not there";
  EXPECT_FALSE(takes(third, m_first)) << "more than one commit";
  EXPECT_FALSE(takes(write({}, m_first, {m_first, second}), m_first)) << "a merge";
  EXPECT_FALSE(takes(write({}, m_first, {}), m_first)) << "another history";
  EXPECT_TRUE(takes(second, m_first));
  m_scratch.script(m_remote / "hooks/post-receive", "true");
  EXPECT_FALSE(takes(second, m_first)) << "a hook";
  fs::rename(m_remote / "hooks/post-receive", m_remote / "hooks/post-receive.sample");
  EXPECT_TRUE(takes(second, m_first));
  for (const char* setting : {"receive.fsckObjects", "transfer.hideRefs", "core.sharedRepository", "core.hooksPath"}) {
    m_scratch.git(m_remote, {"config", setting, "true"});
    EXPECT_FALSE(takes(second, m_first)) << setting;
    m_scratch.git(m_remote, {"config", "--unset", setting});
    EXPECT_TRUE(takes(second, m_first)) << setting;
  }
  write_file_atomic(m_scratch.path() / "more", "[receive]\n\tdenyNonFastForwards = true\n");
  m_scratch.git(m_remote, {"config", "include.path", (m_scratch.path() / "more").string()});
  EXPECT_FALSE(takes(second, m_first)) << "a file with more settings";
}

/// Lines of shell in the remote, by which somebody else decides what is read or written there.
constexpr const char* k_not_ours[] = {
    "chmod g+w .",
    "chmod o+w objects",
    "chmod g+w objects/pack",
    "chmod o+w objects/$(ls objects | head -n 1)",
    "chmod g+w config",
    "chmod g+w refs/heads/dbw",
    "chmod o+w refs/heads/dbw/log",
    "mv config other && ln -s other config",
    "mv config other && mkfifo config",
    "mv objects other && ln -s other objects",
    "mv refs other && ln -s other refs",
    "mv refs/heads other && ln -s ../other refs/heads",
    "mv refs/heads/dbw other && ln -s ../../other refs/heads/dbw",
    "mv refs/heads/dbw/log other && ln -s ../../../other refs/heads/dbw/log",
    "git pack-refs --all && mkdir -p refs/heads/dbw && ln -s ../../../outside refs/heads/dbw/log",
    "git pack-refs --all && mkdir -p refs/heads/dbw && mkfifo refs/heads/dbw/log",
    "git pack-refs --all && chmod g+w packed-refs",
    "git update-ref refs/heads/other refs/heads/dbw/log && git symbolic-ref refs/heads/dbw/log refs/heads/other",
};

TEST_F(LocalObjectsTest, WhereOthersDecideTheProgramPushes) {
  const fs::path sound = m_scratch.path() / "sound.git";
  fs::rename(m_remote, sound);
  const ObjectId second = next({{"entry", "2"}});
  const auto restore = [&] {
    fs::remove_all(m_remote);
    fs::copy(sound, m_remote, fs::copy_options::recursive);
  };
  for (const char* each : k_not_ours) {
    restore();
    const std::string script = fmt::format("cd '{}' && umask 022 && {}", m_remote.string(), each);
    ASSERT_EQ(std::system(script.c_str()), 0) << script;
    const bool sent = send_objects(m_mirror, m_remote, second, m_first);
    EXPECT_FALSE(sent && move_reference(m_remote, k_branch, m_first, second)) << each;
    EXPECT_FALSE(fs::exists(m_remote / "outside")) << each;
  }
  restore();
  EXPECT_TRUE(send_objects(m_mirror, m_remote, second, m_first));
  EXPECT_EQ(move_reference(m_remote, k_branch, m_first, second), true);
}

TEST_F(LocalObjectsTest, WhatLiesThereDamagedIsNotTakenForGood) {
  const ObjectId second = next({{"entry", "2"}});
  const std::string tree = m_mirror.tree_of(second).hex, name = tree.substr(0, 2) + "/" + tree.substr(2);
  for (const std::string bytes : {"", "junk"}) {
    make_folders(m_remote / "objects" / tree.substr(0, 2), 0755);
    write_file_atomic(m_remote / "objects" / name, bytes);
    EXPECT_FALSE(send_objects(m_mirror, m_remote, second, m_first)) << bytes;
  }
}

TEST_F(LocalObjectsTest, GitPacksWhatHasBecomeMany) {
  make_folders(m_remote / "objects/17");
  for (int i = 0; i < 28; ++i) {
    write_file_atomic(m_remote / "objects/17" / fmt::format("{:038x}", i), "");
    EXPECT_EQ(send_objects(m_mirror, m_remote, next({{"entry", "2"}}), m_first), i < 27) << i;
  }
}

TEST_F(LocalObjectsTest, WhatCannotBeWrittenIsLeftToTheProgram) {
  const ObjectId second = next({{"entry", std::string(17 * 1024 * 1024, 'x')}});
  EXPECT_FALSE(send_objects(m_mirror, m_remote, second, m_first)) << "large";
  EXPECT_FALSE(send_objects(m_mirror, m_scratch.path() / "absent", second, m_first));
  EXPECT_FALSE(send_objects(m_mirror, m_remote, {std::string(40, '1')}, m_first));
  EXPECT_EQ(transport().push({k_branch, second, m_first}).outcome, PushOutcome::done);
}

TEST_F(LocalObjectsTest, WhatIsNewIsTakenWhole) {
  m_mirror.set_ref(k_branch, m_first);
  const ObjectId before{m_scratch.commit(m_remote, "refs/heads/main", {{".gitattributes", "* -text"}})};
  EXPECT_FALSE(take_objects(m_mirror, m_remote, {before})) << "of such files fsck may have something to say";
  transport().fetch({"refs/heads/main"});
  const std::string main = m_scratch.commit(m_remote, "refs/heads/main", {{"x/y/z", "1"}, {".gitlab-ci.yml", "2"}});
  m_scratch.git(m_remote, {"update-ref", "refs/heads/dbw/requests/R", main});
  const std::string request = m_scratch.commit(m_remote, "refs/heads/dbw/requests/R", {{"x/y/q", "3"}});
  const std::string merge =
      m_scratch.git(m_remote, {"-c", "user.name=A", "-c", "user.email=a@example.org", "commit-tree", "-p", main, "-p",
                               request, "-m", "Merge", request + "^{tree}"});
  m_scratch.git(m_remote, {"update-ref", "refs/heads/main", merge});
  EXPECT_TRUE(take_objects(m_mirror, m_remote, {{request}, {main}}));
  EXPECT_FALSE(take_objects(m_mirror, m_remote, {{merge}})) << "no reference of ours shows its parents";
  EXPECT_TRUE(take_objects(m_mirror, m_remote, {{merge}, {request}, {main}})) << "in any order";
  for (const std::string& each : {main, request, merge}) m_mirror.set_ref("refs/heads/x" + each, {each});
  EXPECT_EQ(m_scratch.git(m_mirror.path(), {"fsck", "--full", "--strict", "--no-dangling"}), "");
  EXPECT_EQ(m_mirror.read_file(m_mirror.tree_of({merge}), "x/y/q", 10), "3");
}

TEST_F(LocalObjectsTest, WhatFsckMightRefuseIsLeftToIt) {
  const std::string tree = m_mirror.tree_of(m_first).hex;
  const std::string who = "A <a@example.org> 1700000000 +0000";
  const auto takes = [&](const std::string& raw) {
    return take_objects(m_mirror, m_remote, {{m_scratch.object(m_remote, "commit", raw)}});
  };
  const auto commit_of = [&](const std::string& author, const std::string& folder) {
    return fmt::format("tree {}\nauthor {}\ncommitter {}\n\nx\n", folder, author, who);
  };
  EXPECT_TRUE(takes(commit_of(who, tree)));
  EXPECT_TRUE(takes(commit_of("A B <> 1700000000 -0130", tree)));
  for (const char* author :
       {"A <a@example.org 1700000000 +0000", "<a@example.org> 1700000000 +0000", "A <a@example.org> 01700000000 +0000",
        "A <a@example.org> 17000000000 +0000", "A <a@example.org> x +0000", "A <a@example.org> 1700000000 0000",
        "A <a@example.org> 1700000000", "A> <a@example.org> 1700000000 +0000", "A <a<b> 1700000000 +0000", "A", "",
        "A <a@example.org> 1700000000 +0000 more", "A <a@example.org>1700000000 +0000"})
    EXPECT_FALSE(takes(commit_of(author, tree))) << author;
  EXPECT_FALSE(takes(fmt::format("tree {}\nauthor {}\n\nx\n", tree, who))) << "no committer";
  EXPECT_FALSE(takes(fmt::format("tree {}\nauthor {}\nauthor {}\ncommitter {}\n\nx\n", tree, who, who, who)));
  EXPECT_FALSE(takes(fmt::format("tree {}\nauthor {}\ncommitter {}\ngpgsig nope", tree, who, who))) << "no end";
  EXPECT_FALSE(takes(fmt::format("author {}\ncommitter {}\n\nx\n", who, who))) << "no tree";
  EXPECT_FALSE(takes(commit_of(who, tree) + std::string(1, '\0')));
  EXPECT_FALSE(
      takes(fmt::format("tree {}\nparent {}\nauthor {}\ncommitter {}\n\nx\n", tree, std::string(40, '1'), who, who)))
      << "a parent that is nowhere";
  const std::string blob = m_scratch.object(m_remote, "blob", "x"), id = from_hex(blob);
  const auto tree_of = [&](const std::string& raw) { return commit_of(who, m_scratch.object(m_remote, "tree", raw)); };
  const std::string nul(1, '\0');
  EXPECT_TRUE(takes(tree_of("100644 a" + nul + id + "100755 b" + nul + id)));
  for (const std::string entry : {"100644 .git", "100644 .gitmodules", "100644 .GITMODULES", "100644 git~1", "40000 a",
                                  "120000 link", "160000 sub", "100664 old", "0100644 padded", "100644 a:b",
                                  "100644 ..", "100644 .", "100644 a\\b", "100600 odd"})
    EXPECT_FALSE(takes(tree_of(entry + nul + id))) << entry;
  EXPECT_FALSE(takes(tree_of("100644 b" + nul + id + "100644 a" + nul + id))) << "out of order";
  EXPECT_FALSE(takes(tree_of("100644 a" + nul + std::string(20, '\0')))) << "no object";
  EXPECT_FALSE(takes(tree_of("100644 a" + nul + std::string(20, '\1')))) << "an object that is nowhere";
  EXPECT_FALSE(takes(tree_of("100644 a" + nul + from_hex(tree)))) << "a folder as a file";
}

TEST_F(LocalObjectsTest, WhatTheRemoteHidesIsNotTaken) {
  const std::string main = m_scratch.commit(m_remote, "refs/heads/main", {{"a", "1"}});
  for (const char* setting : {"transfer.hideRefs", "uploadpack.hideRefs", "extensions.partialClone"}) {
    m_scratch.git(m_remote, {"config", setting, "refs/heads/main"});
    EXPECT_FALSE(take_objects(m_mirror, m_remote, {{main}})) << setting;
    m_scratch.git(m_remote, {"config", "--unset", setting});
  }
  EXPECT_TRUE(take_objects(m_mirror, m_remote, {{main}}));
}

}  // namespace
}  // namespace dbw::git
