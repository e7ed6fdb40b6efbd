#include "git/local_refs.hpp"

#include <cstdlib>

#include <unistd.h>

#include "transport_fixture.hpp"

namespace dbw::git {
namespace {

namespace fs = std::filesystem;

/// A remote with `main` and `dbw/a` loose and `packed` packed, which a line of shell changes. There $id is their
/// commit.
class LocalRefsTest : public TransportTest {
 protected:
  void SetUp() override {
    m_id = m_scratch.commit(m_remote, "refs/heads/packed", {{"a", "1"}});
    m_scratch.git(m_remote, {"pack-refs", "--all"});
    m_scratch.git(m_remote, {"update-ref", "refs/heads/dbw/a", m_id});
    m_scratch.git(m_remote, {"update-ref", "refs/heads/main", m_id});
  }

  void change(const std::string& line) const {
    const std::string script = fmt::format("cd '{}' && id={} && {}", m_remote.string(), m_id, line);
    ASSERT_EQ(std::system(script.c_str()), 0) << script;
  }

  std::optional<std::size_t> count(const std::vector<std::string>& prefixes = {"refs/heads/"}) const {
    const auto refs = read_local_refs(m_remote, prefixes);
    return refs ? std::optional(refs->size()) : std::nullopt;
  }

  /// What a mirror holds after a fetch from there, or the error.
  std::string fetched(const std::string& url) const {
    const TemporaryFolder folder;
    Repository mirror = Repository::init(folder.path() / "mirror");
    for (const char* each : {"refs/heads/aa", "refs/heads/stale"}) mirror.set_ref(each, commit_in(mirror, "ours"));
    std::string out;
    try {
      Transport(mirror, {.url = url}).fetch({"refs/heads/"});
    } catch (const Error& error) {
      out = fmt::format("{}\n", error_info(error.code()).name);
    }
    for (const Ref& each : mirror.refs("refs/")) out += each.target.hex + " " + each.name + "\n";
    return out;
  }

  std::string m_id;
};

constexpr const char* k_not_plain[] = {
    ": > refs/heads/aa",
    "ln -s nowhere refs/heads/aa",
    "ln -s main refs/heads/aa",
    "ln -s dbw refs/heads/aa",
    "mkdir refs/elsewhere && mv refs/heads/dbw refs/elsewhere/ && ln -s ../elsewhere/dbw refs/heads/dbw",
    "mv refs elsewhere && ln -s elsewhere refs",
    "git symbolic-ref refs/heads/aa refs/heads/main",
    "echo junk > refs/heads/aa",
    "printf %s $id > refs/heads/aa",
    "echo $id more > refs/heads/aa",
    "printf '%s\\n\\n' $id > refs/heads/aa",
    "echo $id | tr a-f A-F > refs/heads/aa",
    "echo 1111111111111111111111111111111111111111 > refs/heads/aa",
    "echo 0000000000000000000000000000000000000000 > refs/heads/aa",
    "echo $id > 'refs/heads/a b'",
    "echo $id > refs/heads/a..b",
    "echo $id > refs/heads/$(printf 'a\\177')",
    "echo $id > refs/heads/.aa",
    "mkdir refs/heads/.hidden && echo $id > refs/heads/.hidden/aa",
    ": > packed-refs",
    "rm packed-refs && ln -s nowhere packed-refs",
    "mv packed-refs other && ln -s other packed-refs",
    "rm packed-refs && mkdir packed-refs",
    "sed -i 1d packed-refs",
    "echo junk >> packed-refs",
    "echo >> packed-refs",
    "printf '%s refs/heads/q' $id >> packed-refs",
    "echo $id refs/heads/aa >> packed-refs",
    "echo $id refs/heads/packed >> packed-refs",
    "echo $id refs/heads/q..r >> packed-refs",
    "echo $id >> packed-refs",
    "echo ${id}1 refs/heads/q >> packed-refs",
    "echo 1111111111111111111111111111111111111111 refs/heads/q >> packed-refs",
    "printf '^%s\\n^%s\\n' $id $id >> packed-refs",
    "echo ^$id more >> packed-refs",
    "sed -i \"1a ^$id\" packed-refs",
};

TEST_F(LocalRefsTest, WhatIsNotPlainIsLeftToGitsProgram) {
  const fs::path sound = m_scratch.path() / "sound.git";
  fs::rename(m_remote, sound);
  for (const char* each : k_not_plain) {
    fs::remove_all(m_remote);
    fs::copy(sound, m_remote, fs::copy_options::recursive);
    ASSERT_EQ(count(), 3u);
    change(each);
    EXPECT_EQ(count(), std::nullopt) << each;
    EXPECT_EQ(fetched(m_remote.string()), fetched("file://" + m_remote.string())) << each;
  }
}

TEST_F(LocalRefsTest, WhatGitWritesIsPlain) {
  change(
      "git -c user.name=t -c user.email=t@example.org tag -a -m tag first $id && git pack-refs --all && git update-ref "
      "refs/heads/dbw/b $id");
  EXPECT_EQ(count({"refs/"}), 5u);
  change("echo junk > refs/heads/dbw/b.lock && mkdir -p refs/heads/c.lock refs/heads/empty && : > refs/heads/c.lock/d");
  EXPECT_EQ(count(), 4u);
  EXPECT_EQ(fetched(m_remote.string()), fetched("file://" + m_remote.string()));
  change("echo junk > refs/heads/aa");
  EXPECT_EQ(count({"refs/heads/dbw/", "refs/heads/dbw/a"}), 2u) << "the rest is nobody's question";
  EXPECT_EQ(count({"refs/heads/dbw/a/"}), 0u);
  change("rm refs/heads/aa packed-refs");
  EXPECT_EQ(count(), 1u) << "without packed references";
}

TEST_F(LocalRefsTest, LooseReferencesCountBeforePackedOnes) {
  const ObjectId two{m_scratch.commit(m_remote, "refs/heads/packed", {{"a", "2"}})};
  const auto refs = read_local_refs(m_remote, {"refs/heads/packed"});
  ASSERT_TRUE(refs && refs->size() == 1);
  EXPECT_EQ(refs->front().target, two);
}

TEST_F(LocalRefsTest, NothingIsWaitedForAndNothingHugeIsRead) {
  for (const char* each : {"mkfifo refs/heads/aa", "truncate -s 4G refs/heads/aa", "ln -s /dev/zero refs/heads/aa"}) {
    change(each);
    EXPECT_EQ(count(), std::nullopt) << each;
    change("rm refs/heads/aa");
    ASSERT_EQ(count(), 3u);
  }
  for (const char* each : {"mkfifo packed-refs", "truncate -s 4G packed-refs"}) {
    change("rm -f packed-refs");
    ASSERT_EQ(count(), 2u);
    change(each);
    EXPECT_EQ(count(), std::nullopt) << each;
  }
}

TEST_F(LocalRefsTest, FoldersAreNotFollowedWithoutEnd) {
  change("cd refs/heads && n=$(printf '%0200d' 0) && for i in 1 2 3 4 5 6; do mkdir $n && cd $n; done");
  EXPECT_EQ(count(), std::nullopt);
}

TEST_F(LocalRefsTest, WhatWeMayNotReadIsLeftToGitsProgram) {
  if (::geteuid() != 0) GTEST_SKIP() << "SKIPPED: giving a repository to another user needs root";
  constexpr uid_t k_nobody = 65534;
  change("echo $id > refs/heads/aa && chown -R 65534 . && chmod 755 ..");
  const auto count_as_nobody = [&] {
    EXPECT_EQ(::seteuid(k_nobody), 0);
    const auto counted = count();
    EXPECT_EQ(::seteuid(0), 0);
    return counted;
  };
  EXPECT_EQ(count_as_nobody(), 4u);
  for (const char* each : {"refs/heads/aa", "refs/heads/dbw", "packed-refs"}) {
    change(fmt::format("chown 0 {0} && chmod go= {0}", each));
    EXPECT_EQ(count_as_nobody(), std::nullopt) << each;
    change(fmt::format("chown 65534 {}", each));
    EXPECT_EQ(count_as_nobody(), 4u);
  }
}

}  // namespace
}  // namespace dbw::git
